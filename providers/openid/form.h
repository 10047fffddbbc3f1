/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request to an OpenID provider: application/x-www-form-urlencoded (RFC 6749
 * appendix B). */
#ifndef CS_PROVIDERS_OPENID_FORM_H
#define CS_PROVIDERS_OPENID_FORM_H

#include "base/buffer.h"

#define CS_FORM_TYPE "application/x-www-form-urlencoded"

/* Appends a parameter; nothing if `value` is NULL. */
void cs_form_add(struct cs_buffer *form, const char *name, const char *value);

/* Whether a text is a parameter of the site's own, NAME=VALUE, that no other may clash with.
 * CS_ERR_CONFIG says what is wrong. */
enum cs_err cs_openid_parameter_check(const char *text, struct cs_error *error) CS_MUST_USE;

/* Appends such a parameter, which was checked; nothing if it is NULL. */
void cs_form_add_parameter(struct cs_buffer *form, const char *text);

#endif
