/* SPDX-License-Identifier: Apache-2.0 */
/* A server that signs, with the published keys of jose_vectors.h. For tests. */
#ifndef CS_TESTS_SUPPORT_JOSE_SIGNER_H
#define CS_TESTS_SUPPORT_JOSE_SIGNER_H

#include <openssl/evp.h>

#include "providers/openid/jose.h"
#include "tests/support/jose_vectors.h"

/* Its keys as a JWK Set; their ids are "rsa", "ec" and "ed". */
#define JOSE_RSA_JWK(more) "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" JOSE_RSA_N "\"" more "}"
#define JOSE_P256_JWK(more)                                                                        \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" JOSE_P256_X "\",\"y\":\"" JOSE_P256_Y "\"" more "}"
#define JOSE_ED25519_JWK(more)                                                                     \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" JOSE_ED25519_X "\"" more "}"
#define JOSE_JWKS                                                                                  \
    "{\"keys\":[" JOSE_RSA_JWK(",\"kid\":\"rsa\"") "," JOSE_P256_JWK(                              \
        ",\"kid\":\"ec\"") "," JOSE_ED25519_JWK(",\"kid\":\"ed\"") "]}"

struct jose_signer {
    EVP_PKEY *keys[3]; /* by enum cs_jose_key_type */
    int salt;          /* bytes, for PS256 */
    bool der;          /* ES256 as OpenSSL writes it, which is not what RFC 7518 says */
};

/* Abort if OpenSSL fails. */
void jose_signer_open(struct jose_signer *signer);
void jose_signer_close(struct jose_signer *signer);

/* A compact token of any header and payload, with a signature by `algorithm` whatever the header
 * says. The caller frees it. */
char *jose_sign(const struct jose_signer *signer, enum cs_jose_algorithm algorithm,
                const char *header, const char *payload);

/* Bytes in base64url. The caller frees it. */
char *jose_encode(const void *data, size_t length);

#endif
