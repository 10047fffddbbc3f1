/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of the site's own in requests to an OpenID provider. */
#ifndef CS_PROVIDERS_OPENID_FORM_H
#define CS_PROVIDERS_OPENID_FORM_H

#include "providers/server/form.h"

/* Whether a text is a parameter of the site's own, NAME=VALUE, that no other may clash with.
 * CS_ERR_CONFIG says what is wrong. */
enum cs_err cs_openid_parameter_check(const char *text, struct cs_error *error) CS_MUST_USE;

/* Appends such a parameter, which was checked; nothing if it is NULL. */
void cs_form_add_parameter(struct cs_buffer *form, const char *text);

#endif
