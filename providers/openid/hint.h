/* SPDX-License-Identifier: Apache-2.0 */
/* The login_hint: how an OpenID provider is told whom to ask. Plain text for some, JSON for
 * others. */
#ifndef CS_PROVIDERS_OPENID_HINT_H
#define CS_PROVIDERS_OPENID_HINT_H

#include "base/buffer.h"

/* Borrowed. */
struct cs_openid_hint {
    const char *identity; /* %u */
    const char *account;  /* %a, as it was typed */
    const char *issuer;   /* %i */
};

/* Whether a template can be used. CS_ERR_CONFIG: an unknown substitution, or nobody in it. */
enum cs_err cs_openid_hint_check(const char *text, struct cs_error *error) CS_MUST_USE;

/* Appends the hint. In a template that begins with {, values are escaped as JSON strings are. */
void cs_openid_hint_write(const char *text, const struct cs_openid_hint *hint,
                          struct cs_buffer *out);

#endif
