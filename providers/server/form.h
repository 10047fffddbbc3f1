/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request to a server: application/x-www-form-urlencoded (RFC 6749 appendix B). */
#ifndef CS_PROVIDERS_SERVER_FORM_H
#define CS_PROVIDERS_SERVER_FORM_H

#include "base/buffer.h"

#define CS_FORM_TYPE "application/x-www-form-urlencoded"

/* Appends a parameter; nothing if `value` is NULL. Also what stands after the "?" of a URL. */
void cs_form_add(struct cs_buffer *form, const char *name, const char *value);

#endif
