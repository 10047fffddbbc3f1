/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 for URLs, without padding (RFC 4648, section 5). */
#ifndef CS_BASE_BASE64URL_H
#define CS_BASE_BASE64URL_H

#include <stdbool.h>

#include "base/buffer.h"

#define CS_BASE64URL_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/* Characters needed for that many bytes. */
#define CS_BASE64URL_LENGTH(bytes) (((bytes)*4 + 2) / 3)

void cs_base64url_add(struct cs_buffer *out, const unsigned char *data, size_t length);

/*
 * Decodes `length` characters into at most `room` bytes. Refuses everything that cs_base64url_add
 * would not write: other characters, padding, an impossible length, leftover bits. The output is
 * then undefined.
 */
bool cs_base64url_decode(const char *text, size_t length, unsigned char *ret_data, size_t room,
                         size_t *ret_length) CS_MUST_USE;

#endif
