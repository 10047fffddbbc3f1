/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a tenant of IBM Verify is reached: the members of `ibm-auth-api` and the trace settings of
 * `pam` in IBM's file, all of them in `verify` of our own. Numbers may be quoted, and flags be
 * words.
 */
#ifndef CS_LOGIN_VERIFY_SECTION_H
#define CS_LOGIN_VERIFY_SECTION_H

#include "base/strlist.h"
#include "providers/ibm_verify/settings.h"
#include "json/json.h"

enum cs_verify_where {
    CS_VERIFY_API = 1, /* ibm-auth-api */
    CS_VERIFY_PAM = 2, /* pam */
    CS_VERIFY_OWN = 4, /* verify */
};

/* What the members say before it is known whether they fit together; owned texts. */
struct cs_verify_section {
    struct cs_verify_settings settings; /* `base_url` is still empty */
    char *protocol, *host;
    char *secret_file; /* absolute: holds the client secret */
    int64_t port;
    bool obfuscated; /* there is a secret that only IBM's program can read */
    bool tunnel_set; /* proxytunnel is there */
};

void cs_verify_section_clear(struct cs_verify_section *section);

/* Whether `member` may stand there; then it is read. CS_ERR_CONFIG for a wrong type or value. What
 * is accepted and has no effect adds a sentence to `warnings`. */
enum cs_err cs_verify_read_member(struct cs_verify_section *section, const struct cs_json *document,
                                  const struct cs_json_value *member, enum cs_verify_where where,
                                  bool *ret_known, struct cs_strlist *warnings,
                                  struct cs_error *error) CS_MUST_USE;

/* Joins what was read and says what is missing, at `at`. */
enum cs_err cs_verify_complete(struct cs_verify_section *section, const struct cs_json *document,
                               const struct cs_json_value *at, struct cs_strlist *warnings,
                               struct cs_error *error) CS_MUST_USE;

#endif
