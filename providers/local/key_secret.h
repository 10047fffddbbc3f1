/* SPDX-License-Identifier: Apache-2.0 */
/* How a security key is kept as a factor: its algorithm by name, and as its secret the public key
 * followed by the handle. */
#ifndef CS_PROVIDERS_LOCAL_KEY_SECRET_H
#define CS_PROVIDERS_LOCAL_KEY_SECRET_H

#include "store/factor.h"
#include "u2f/message.h"

/* Puts a key into `factor`: secret (owned by the factor) and algorithm. */
enum cs_err cs_key_put(const struct cs_u2f_public_key *key, const struct cs_u2f_handle *handle,
                       struct cs_factor *factor, struct cs_error *error) CS_MUST_USE;

/* What cs_key_put put there. False if the factor, with its secret, cannot be a security key. */
bool cs_key_get(const struct cs_factor *factor, struct cs_u2f_public_key *ret_key,
                struct cs_u2f_handle *ret_handle) CS_MUST_USE;

#endif
