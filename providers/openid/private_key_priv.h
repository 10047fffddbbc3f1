/* SPDX-License-Identifier: Apache-2.0 */
/* What a private key is; for private_key.c and jws.c. */
#ifndef CS_PROVIDERS_OPENID_PRIVATE_KEY_PRIV_H
#define CS_PROVIDERS_OPENID_PRIVATE_KEY_PRIV_H

#include "providers/openid/crypto.h"
#include "providers/openid/jwk_write.h"
#include "providers/openid/private_key.h"

struct cs_private_key {
    EVP_PKEY *key;
    enum cs_jose_algorithm algorithm; /* of its type */
    char id[CS_JWK_THUMBPRINT_SIZE];
};

#endif
