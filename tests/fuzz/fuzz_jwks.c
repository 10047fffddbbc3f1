/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a server, and a token that is looked for among them. */
#include "tests/fuzz/fuzz.h"

#include "providers/openid/jws.h"
#include "tests/support/jose_vectors.h"

static void look_among(const struct cs_jwks *jwks, const char *token)
{
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0};
    enum cs_err result = cs_jws_verify(jwks, token, strlen(token), CS_JOSE_ALL, &payload, NULL);

    REQUIRE(result == CS_OK || result == CS_ERR_INPUT || result == CS_ERR_NOT_FOUND);
    REQUIRE((result == CS_OK) == (payload.data != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
    struct cs_error error = {0};

    if (cs_jwks_read((const char *)data, size, &jwks, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_UNAVAILABLE && jwks == NULL);
        REQUIRE(strstr(error.text, "jwks_uri") != NULL);
        return 0;
    }
    REQUIRE(cs_jwks_count(jwks) > 0);
    REQUIRE(cs_jwks_count(jwks) + cs_jwks_skipped(jwks) <= CS_JWKS_KEYS_MAX);
    look_among(jwks, JOSE_RSA_TOKEN);
    look_among(jwks, JOSE_P256_TOKEN);
    look_among(jwks, JOSE_ED25519_TOKEN);
    return 0;
}
