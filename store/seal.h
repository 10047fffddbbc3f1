/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets at rest: AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D), bound to a context
 * (user and factor) as additional data, so that a sealed secret cannot be moved to another row.
 * Layout: key id (4 bytes, network order), nonce (12), ciphertext, tag (16).
 */
#ifndef CS_STORE_SEAL_H
#define CS_STORE_SEAL_H

#include <stddef.h>

#include "base/secret.h"
#include "store/key.h"

enum { CS_SEAL_OVERHEAD = 4 + 12 + 16 };

/* Seals with the current key; `ret_sealed` must have room for `length` + CS_SEAL_OVERHEAD bytes. */
enum cs_err cs_seal(const struct cs_keys *keys, const char *context, const void *plain,
                    size_t length, unsigned char *ret_sealed, struct cs_error *error) CS_MUST_USE;

/* CS_ERR_NOT_FOUND if the key that sealed it is not in `keys`; CS_ERR_CRYPTO if it was changed or
 * belongs to another context. */
enum cs_err cs_unseal(const struct cs_keys *keys, const char *context, const void *sealed,
                      size_t length, struct cs_secret *ret_plain,
                      struct cs_error *error) CS_MUST_USE;

#endif
