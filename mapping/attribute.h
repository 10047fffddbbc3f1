/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of user_name_attr and id_link_attr: which attribute of a SCIM record (RFC 7643) holds
 * a name. Both may be percent-encoded and may begin with a condition, as in
 * `emails.type%20eq%20%22work%22%20and%20emails.value`. This file handles the text only; a provider
 * has the records.
 */
#ifndef CS_MAPPING_ATTRIBUTE_H
#define CS_MAPPING_ATTRIBUTE_H

#include "base/buffer.h"
#include "base/error.h"

enum { CS_ATTRIBUTE_BYTES = 1024, CS_SCIM_FILTER_BYTES = 4096, CS_LINK_NAME_SIZE = 256 };

/*
 * Appends the filter `attribute eq "value"` (RFC 7644, 3.4.2.2), percent-encoded for a URL's query.
 * `attribute` is user_name_attr; what is already encoded in it is not encoded again. `value` is any
 * result of a mapping. CS_ERR_CONFIG for the attribute, CS_ERR_INPUT for the value, CS_ERR_LIMIT if
 * the filter is longer than CS_SCIM_FILTER_BYTES.
 */
enum cs_err cs_scim_filter(const char *attribute, const char *value, struct cs_buffer *out,
                           struct cs_error *error) CS_MUST_USE;

enum cs_link_kind {
    CS_LINK_USER_NAME,  /* userName */
    CS_LINK_CUSTOM,     /* the first value of the custom attribute `name` */
    CS_LINK_LINKED,     /* the external id of the linked account whose realm is `name` */
    CS_LINK_EMAIL_TYPE, /* the value of the e-mail whose type is `name` */
    CS_LINK_PLAIN,      /* the attribute `name`, parts between dots */
};

struct cs_link {
    enum cs_link_kind kind;
    char name[CS_LINK_NAME_SIZE]; /* as written; empty for CS_LINK_USER_NAME */
};

/* Parses id_link_attr. Schemas and names of attributes are compared ignoring case. CS_ERR_CONFIG if
 * it has none of the forms above. */
enum cs_err cs_link_parse(const char *text, struct cs_link *ret_link,
                          struct cs_error *error) CS_MUST_USE;

#endif
