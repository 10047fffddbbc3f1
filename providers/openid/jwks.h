/* SPDX-License-Identifier: Apache-2.0 */
/* The public keys of a server: a JWK Set (RFC 7517 section 5), as `jwks_uri` answers. */
#ifndef CS_PROVIDERS_OPENID_JWKS_H
#define CS_PROVIDERS_OPENID_JWKS_H

#include <stddef.h>

#include "base/error.h"

enum { CS_JWKS_KEYS_MAX = 64 };

/* Never changes once it is read; several threads may use it. */
struct cs_jwks;

/*
 * Reads a whole document. A key that cannot verify ID tokens is skipped and counted: another type
 * or curve, another use, another algorithm, malformed, too weak. Private members are not looked at.
 * CS_ERR_UNAVAILABLE: it is not a JWK Set, has more than CS_JWKS_KEYS_MAX keys or none that is
 * usable; CS_ERR_NOMEM. `ret_jwks` is untouched on failure; release it with cs_jwks_free.
 */
enum cs_err cs_jwks_read(const char *text, size_t length, struct cs_jwks **ret_jwks,
                         struct cs_error *error) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_jwks_free(struct cs_jwks **jwks);

/* Keys that can be used, and keys that were skipped. */
size_t cs_jwks_count(const struct cs_jwks *jwks);
size_t cs_jwks_skipped(const struct cs_jwks *jwks);

#endif
