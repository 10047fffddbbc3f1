/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and answers in the form that a trace may show: values whose names say that they are
 * secret become "***". Whatever cannot be parsed reliably (broken JSON, an HTML page) is not shown,
 * only its size.
 */
#ifndef CS_NET_REDACT_H
#define CS_NET_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Whether a value of this name is a secret: password, otp, access_token, client_secret, ... Case
 * and the characters between words do not matter. */
bool cs_redact_name(const char *name, size_t length);

/* Appends a body as one line without terminal control characters. If `content_type` is NULL, tries
 * JSON. */
void cs_redact_body(struct cs_buffer *out, const char *content_type, const char *text,
                    size_t length);

/* Appends "name=value&...", as in a form or after the "?" of a URL. */
void cs_redact_form(struct cs_buffer *out, const char *text, size_t length);

#endif
