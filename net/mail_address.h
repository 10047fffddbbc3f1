/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of mail, and the templates that make them. Far less is accepted than RFC 5321 allows:
 * what a name may consist of must be able neither to end the command that it stands in, nor to make
 * a server send the mail elsewhere, as a percent sign, an exclamation mark or a second at sign do.
 */
#ifndef CS_NET_MAIL_ADDRESS_H
#define CS_NET_MAIL_ADDRESS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

enum { CS_MAIL_ADDRESS_MAX = 254 }; /* bytes; RFC 5321 section 4.5.3.1.3 without the brackets */

/* Whether it is LOCAL@DOMAIN: letters, digits and . _ - + = ' before the at sign, a name of a host
 * or an address in brackets (RFC 5321 section 4.1.3) behind it. */
bool cs_mail_is_address(const char *text);

/* What a template says: %a, %u, %h; %% is a percent sign, which no address has. */
struct cs_mail_names {
    const char *account;  /* %a; letters, digits and . _ - only */
    const char *identity; /* %u: what a provider calls the account, perhaps an address; "": none */
    const char *host;     /* %h: this machine */
    const char *server;   /* stands behind the at sign where there is none; NULL: nothing does */
};

/* Writes the address that `text` makes. CS_ERR_INPUT: a name cannot be a part of one, or the whole
 * is none. CS_ERR_CONFIG: the template itself is wrong. */
enum cs_err cs_mail_address_write(const char *text, const struct cs_mail_names *names,
                                  struct cs_buffer *ret_address,
                                  struct cs_error *error) CS_MUST_USE;

/* Whether `text` makes addresses at all: with ordinary names, and, unless `person`, without any
 * that depend on who is told. CS_ERR_CONFIG says what is expected. */
enum cs_err cs_mail_address_check(const char *text, bool person,
                                  struct cs_error *error) CS_MUST_USE;

#endif
