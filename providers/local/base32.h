/* SPDX-License-Identifier: Apache-2.0 */
/* Base32 (RFC 4648 section 6) as authenticator apps use it: no padding needed, case and spaces
 * ignored. */
#ifndef CS_PROVIDERS_LOCAL_BASE32_H
#define CS_PROVIDERS_LOCAL_BASE32_H

#include <stddef.h>

#include "base/secret.h"

/* Encodes without padding. */
enum cs_err cs_base32_encode(const void *data, size_t length,
                             struct cs_secret *ret_text) CS_MUST_USE;

/* Decodes what was typed or pasted (base/typed_code.h). Padding is allowed at the end; left-over
 * bits must be 0. */
enum cs_err cs_base32_decode(const char *text, size_t length, struct cs_secret *ret_data,
                             struct cs_error *error) CS_MUST_USE;

#endif
