/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and answers as a trace may show them: values whose names say that they are secret become
 * "***". What cannot be read for certain (broken JSON, an HTML page) is not shown at all, only its
 * size.
 */
#ifndef CS_NET_REDACT_H
#define CS_NET_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Whether a value of this name is a secret: password, otp, access_token, client_secret, ... The
 * case, and what stands between words, do not matter. */
bool cs_redact_name(const char *name, size_t length);

/* Appends a body. `content_type` may be NULL: then JSON is tried. One line, with
 * no byte that a terminal obeys. */
void cs_redact_body(struct cs_buffer *out, const char *content_type, const char *text,
                    size_t length);

/* Appends "name=value&...", as in a form or behind the "?" of a URL. */
void cs_redact_form(struct cs_buffer *out, const char *text, size_t length);

#endif
