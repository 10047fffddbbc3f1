/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The algorithms that ID tokens may be signed with (RFC 7518 section 3.1, RFC 8037 section 3.1).
 * There is no row for "none" and none for HMAC, so that no setting can allow them: with HMAC
 * anybody who has read a public key could sign with it.
 */
#ifndef CS_PROVIDERS_OPENID_JOSE_H
#define CS_PROVIDERS_OPENID_JOSE_H

#include <stdbool.h>

enum cs_jose_algorithm {
    CS_JOSE_RS256,
    CS_JOSE_PS256,
    CS_JOSE_ES256,
    CS_JOSE_EDDSA, /* with Ed25519 only */
    CS_JOSE_ALGORITHMS
};

/* A set of algorithms is an unsigned with a bit for each. */
#define CS_JOSE_BIT(algorithm) (1U << (algorithm))
#define CS_JOSE_ALL (CS_JOSE_BIT(CS_JOSE_ALGORITHMS) - 1U)

enum cs_jose_key_type { CS_JOSE_RSA, CS_JOSE_P256, CS_JOSE_ED25519 };

enum {
    CS_JOSE_RSA_BITS_MIN = 2048, /* RFC 7518 section 3.3 */
    CS_JOSE_RSA_BITS_MAX = 8192, /* a longer key takes time that nobody has asked for */
};

/* "RS256", ... */
const char *cs_jose_name(enum cs_jose_algorithm algorithm);

/* Finds an algorithm by its name, case-sensitive; EdDSA also by the name that RFC 9864 gives it,
 * "Ed25519". False, with the result untouched: not one of ours, or NULL. */
bool cs_jose_find(const char *name, enum cs_jose_algorithm *ret_algorithm);

/* The type of key that makes such signatures. */
enum cs_jose_key_type cs_jose_key_type(enum cs_jose_algorithm algorithm);

#endif
