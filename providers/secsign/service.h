/* SPDX-License-Identifier: Apache-2.0 */
/* What a request says to the person who holds the phone; and the texts of an identity. Pure
 * functions. */
#ifndef CS_PROVIDERS_SECSIGN_SERVICE_H
#define CS_PROVIDERS_SECSIGN_SERVICE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "providers/provider.h"

enum { CS_SECSIGN_SERVICE_MAX = 100 }; /* bytes of a text with substitutions */
enum { CS_SECSIGN_TEXT_MAX = 255 };    /* bytes; the vendor's clients cut there */

/* Whether such a text has no substitution that is not known. CS_ERR_CONFIG says which there are. */
enum cs_err cs_secsign_service_check(const char *text, struct cs_error *error) CS_MUST_USE;

/*
 * Appends a word, unless it is "", and a text with its values. The server's answers join keys and
 * values with & and =, without any encoding, so neither is ever sent; what a client or an account
 * calls itself is cleaned and cut. At most CS_SECSIGN_TEXT_MAX bytes, never nothing.
 */
void cs_secsign_service_write(const char *text, const char *word, const char *id,
                              const struct cs_challenge_request *request, struct cs_buffer *out);

/* Whether a text is an address with %u in place of the identity, or %u alone. */
enum cs_err cs_secsign_email_check(const char *text, struct cs_error *error) CS_MUST_USE;

/* Appends the address of an identity. False: that is none. */
bool cs_secsign_email_write(const char *text, const char *id, struct cs_buffer *out);

/* Whether a text can be a SecSign ID, whose case does not matter; if so, it is in lower case in
 * `ret_id` (CS_PROVIDER_NAME_SIZE bytes). */
bool cs_secsign_id(const char *text, char *ret_id);

#endif
