/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ID tokens. The first byte says what the others are: a token (t), the header (h) or the payload
 * (p) of one that is signed here, or an answer of the userinfo endpoint (u).
 */
#include "tests/fuzz/fuzz.h"

#include "providers/openid/id_token.h"
#include "tests/support/jose_signer.h"

#define IDENTITY "user-1"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}"
#define PAYLOAD                                                                                    \
    "{\"iss\":\"https://issuer.test\",\"aud\":\"client-1\",\"sub\":\"" IDENTITY                    \
    "\",\"exp\":1700000300,\"iat\":1700000000}"

/* Whatever it is, it is refused with a reason, or says whose it is. */
static void require_whole(const struct cs_id_token_result *result)
{
    bool known = result->state == CS_ID_TOKEN_GOOD || result->state == CS_ID_TOKEN_CLAIM_ELSEWHERE;

    REQUIRE(memchr(result->detail, '\0', sizeof result->detail) != NULL);
    REQUIRE(memchr(result->subject, '\0', sizeof result->subject) != NULL);
    REQUIRE(known == (result->reason == CS_REASON_NONE));
    REQUIRE(known == (result->detail[0] == '\0'));
    REQUIRE(known == (result->subject[0] != '\0'));
}

static void check_token(const char *token, bool may_be_good)
{
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
    const struct cs_id_token_wanted wanted = {.issuer = "https://issuer.test",
                                              .client_id = "client-1",
                                              .algorithms = CS_JOSE_ALL,
                                              .claim = "name",
                                              .identity = IDENTITY,
                                              .claim_elsewhere_ok = true,
                                              .now = 1700000000,
                                              .skew = CS_ID_TOKEN_SKEW};
    struct cs_id_token_result result;

    REQUIRE(cs_jwks_read(JOSE_JWKS, strlen(JOSE_JWKS), &jwks, NULL) == CS_OK);
    REQUIRE(cs_id_token_check(jwks, token, strlen(token), &wanted, &result, NULL) == CS_OK);
    require_whole(&result);
    REQUIRE(may_be_good ||
            (result.state != CS_ID_TOKEN_GOOD && result.state != CS_ID_TOKEN_CLAIM_ELSEWHERE));
}

static void sign_and_check(const char *header, const char *payload)
{
    struct jose_signer signer;
    char *token;

    jose_signer_open(&signer);
    token = jose_sign(&signer, CS_JOSE_EDDSA, header, payload);
    check_token(token, true);
    free(token);
    jose_signer_close(&signer);
}

static void check_userinfo(const char *text)
{
    struct cs_id_token_result result;

    REQUIRE(cs_id_token_userinfo_check(text, strlen(text), "s-1", "name", IDENTITY, &result,
                                       NULL) == CS_OK);
    require_whole(&result);
    REQUIRE(result.state == CS_ID_TOKEN_REFUSED || strcmp(result.subject, "s-1") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    const char *rest = text[0] != '\0' ? text + 1 : text;

    if (text[0] == 't')
        check_token(rest, false);
    else if (text[0] == 'h')
        sign_and_check(rest, PAYLOAD);
    else if (text[0] == 'p')
        sign_and_check(HEADER, rest);
    else
        check_userinfo(rest);
    free(text);
    return 0;
}
