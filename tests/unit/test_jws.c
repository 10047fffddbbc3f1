/* SPDX-License-Identifier: Apache-2.0 */
/* Compact tokens: the published examples, what a header may say, and whose key counts. */
#include "tests/unit/unit.h"

#include "providers/openid/jws.h"
#include "tests/support/jose_signer.h"
#include "json/json.h"

#define HELLO "{\"hello\":\"world\"}"

static struct jose_signer signer;

static int open_signer(void **state)
{
    (void)state;
    jose_signer_open(&signer);
    return 0;
}

static int close_signer(void **state)
{
    (void)state;
    jose_signer_close(&signer);
    return 0;
}

/* Verifies with a set of keys; a refusal says why and gives no payload. */
static enum cs_err verify(const char *keys, const char *token, unsigned algorithms,
                          struct cs_secret *payload, struct cs_error *error)
{
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
    enum cs_err result;

    if (keys != NULL)
        assert_int_equal(cs_jwks_read(keys, strlen(keys), &jwks, NULL), CS_OK);
    *error = (struct cs_error){0};
    result = cs_jws_verify(jwks, token, strlen(token), algorithms, payload, error);
    if (result != CS_OK) {
        assert_null(payload->data);
        assert_true(error->text[0] != '\0');
    }
    return result;
}

static void assert_verdict(const char *keys, const char *token, unsigned algorithms,
                           enum cs_err wanted, const char *why)
{
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0};
    struct cs_error error;
    enum cs_err result = verify(keys, token, algorithms, &payload, &error);

    if (result != wanted)
        fail_msg("%d, not %d (%s): %s", (int)result, (int)wanted, why != NULL ? why : "", token);
    if (why != NULL)
        assert_contains(error.text, why);
}

#define SET(keys) "{\"keys\":[" keys "]}"

static void the_published_examples_are_good(void **state)
{
    static const struct {
        const char *token, *keys, *payload;
        enum cs_jose_algorithm algorithm;
    } rows[] = {
        {JOSE_RSA_TOKEN, SET(JOSE_RSA_JWK("")), JOSE_PAYLOAD, CS_JOSE_RS256},
        {JOSE_P256_TOKEN, SET(JOSE_P256_JWK("")), JOSE_PAYLOAD, CS_JOSE_ES256},
        {JOSE_ED25519_TOKEN, SET(JOSE_ED25519_JWK("")), JOSE_ED25519_PAYLOAD, CS_JOSE_EDDSA},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret payload = {0}, again = {0};
        struct cs_error error;

        assert_int_equal(
            verify(rows[i].keys, rows[i].token, CS_JOSE_BIT(rows[i].algorithm), &payload, &error),
            CS_OK);
        assert_holds(&payload, rows[i].payload, strlen(rows[i].payload));
        /* Among other keys too; and not where the algorithm is not wanted. */
        assert_int_equal(verify(JOSE_JWKS, rows[i].token, CS_JOSE_ALL, &again, &error), CS_OK);
        assert_verdict(rows[i].keys, rows[i].token, CS_JOSE_ALL & ~CS_JOSE_BIT(rows[i].algorithm),
                       CS_ERR_INPUT, "is not accepted");
    }
}

/* RFC 7515, appendices A.1 and A.5; the key of A.1 is in the set, and would fit. */
static void hmac_and_none_are_refused_whatever_the_keys(void **state)
{
    static const char keys[] = SET(JOSE_RSA_JWK("") ",{\"kty\":\"oct\",\"k\":\"" JOSE_HMAC_K "\"}");

    (void)state;
    assert_verdict(keys, JOSE_HMAC_TOKEN, CS_JOSE_ALL, CS_ERR_INPUT, "alg 'HS256' is not accepted");
    assert_verdict(keys, JOSE_NONE_TOKEN, CS_JOSE_ALL, CS_ERR_INPUT, "alg 'none' is not accepted");
    assert_verdict(keys, JOSE_HMAC_TOKEN, ~0U, CS_ERR_INPUT, "alg 'HS256'");
    assert_verdict(keys, JOSE_NONE_TOKEN, ~0U, CS_ERR_INPUT, "alg 'none'");
}

static void every_algorithm_is_good_with_its_key(void **state)
{
    static const struct {
        enum cs_jose_algorithm algorithm;
        const char *header;
    } rows[] = {
        {CS_JOSE_RS256, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}"},
        {CS_JOSE_PS256, "{\"alg\":\"PS256\",\"kid\":\"rsa\"}"},
        {CS_JOSE_ES256, "{\"alg\":\"ES256\",\"kid\":\"ec\"}"},
        {CS_JOSE_EDDSA, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}"},
        {CS_JOSE_EDDSA, "{\"alg\":\"Ed25519\",\"kid\":\"ed\"}"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_string_free)
        char *token = jose_sign(&signer, rows[i].algorithm, rows[i].header, HELLO);
        CS_AUTO(cs_secret_free) struct cs_secret payload = {0};
        struct cs_error error;

        if (verify(JOSE_JWKS, token, CS_JOSE_BIT(rows[i].algorithm), &payload, &error) != CS_OK)
            fail_msg("%s: %s", rows[i].header, error.text);
        assert_holds(&payload, TEXT(HELLO));
    }
}

/* The signature is that of RS256 and right, so the header alone decides. */
static void a_header_decides(void **state)
{
    static const struct {
        const char *header;
        enum cs_err wanted;
        const char *why;
    } rows[] = {
        {"{\"alg\":\"RS256\"}", CS_OK, NULL},
        {" {\"kid\":\"rsa\", \"alg\":\"RS256\", \"typ\":\"JWT\"}\n", CS_OK, NULL},
        {"{\"alg\":\"RS256\",\"typ\":\"jwt\",\"x5t\":7,\"cty\":null}", CS_OK, NULL},
        /* Keys that the token brings along are never used. */
        {"{\"alg\":\"RS256\",\"jwk\":{},\"jku\":\"http://localhost/\",\"x5c\":[]}", CS_OK, NULL},
        {"", CS_ERR_INPUT, "not a JSON object"},
        {"[]", CS_ERR_INPUT, "not a JSON object"},
        {"\"RS256\"", CS_ERR_INPUT, "not a JSON object"},
        {"{\"alg\":\"RS256\",}", CS_ERR_INPUT, "not a JSON object"},
        {"{\"alg\":\"RS256\",\"alg\":\"RS256\"}", CS_ERR_INPUT, "not a JSON object"},
        {"{\"alg\":\"none\",\"alg\":\"RS256\"}", CS_ERR_INPUT, "not a JSON object"},
        {"{}", CS_ERR_INPUT, "no 'alg'"},
        {"{\"alg\":[\"RS256\"]}", CS_ERR_INPUT, "no 'alg'"},
        {"{\"alg\":null}", CS_ERR_INPUT, "no 'alg'"},
        {"{\"ALG\":\"RS256\"}", CS_ERR_INPUT, "no 'alg'"},
        {"{\"alg\":\"rs256\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"RS256 \"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"none\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"None\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"HS256\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"RS384\"}", CS_ERR_INPUT, "not accepted"},
        {"{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}", CS_ERR_INPUT, "crit or b64"},
        {"{\"alg\":\"RS256\",\"crit\":[]}", CS_ERR_INPUT, "crit or b64"},
        {"{\"alg\":\"RS256\",\"b64\":false}", CS_ERR_INPUT, "crit or b64"},
        {"{\"alg\":\"RS256\",\"b64\":true}", CS_ERR_INPUT, "crit or b64"},
        {"{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", CS_ERR_INPUT, "another kind of token"},
        {"{\"alg\":\"RS256\",\"typ\":\"application/logout+jwt\"}", CS_ERR_INPUT, "another kind"},
        {"{\"alg\":\"RS256\",\"typ\":7}", CS_ERR_INPUT, "another kind"},
        {"{\"alg\":\"RS256\",\"kid\":7}", CS_ERR_INPUT, "kid is not a text"},
        {"{\"alg\":\"RS256\",\"kid\":null}", CS_ERR_INPUT, "kid is not a text"},
        /* The key fits, the signature is another algorithm's. */
        {"{\"alg\":\"PS256\",\"kid\":\"rsa\"}", CS_ERR_INPUT, "not that of the key 'rsa'"},
        {"{\"alg\":\"ES256\",\"kid\":\"ec\"}", CS_ERR_INPUT, "not that of the key 'ec'"},
        {"{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", CS_ERR_INPUT, "not that of the key 'ed'"},
        /* Whose key. */
        {"{\"alg\":\"RS256\",\"kid\":\"ec\"}", CS_ERR_INPUT, "the key 'ec' is not for RS256"},
        {"{\"alg\":\"RS256\",\"kid\":\"RSA\"}", CS_ERR_NOT_FOUND, "no key 'RSA'"},
        {"{\"alg\":\"RS256\",\"kid\":\"rs\"}", CS_ERR_NOT_FOUND, "no key 'rs'"},
        {"{\"alg\":\"RS256\",\"kid\":\"\"}", CS_ERR_NOT_FOUND, "no key ''"},
        {"{\"alg\":\"ES256\"}", CS_ERR_NOT_FOUND, "no key of the server made"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_string_free)
        char *token = jose_sign(&signer, CS_JOSE_RS256, rows[i].header, HELLO);

        assert_verdict(JOSE_JWKS, token, CS_JOSE_ALL, rows[i].wanted, rows[i].why);
    }
}

/* A token that RS256 signed, with or without a kid, and sets of keys. */
static void a_set_of_keys_decides(void **state)
{
    static const char named[] = "{\"alg\":\"RS256\",\"kid\":\"k\"}",
                      plain[] = "{\"alg\":\"RS256\"}";
    static const char other[] = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" JOSE_7638_N "\"}";
    static const struct {
        const char *header, *keys;
        enum cs_err wanted;
    } rows[] = {
        {named, NULL, CS_ERR_NOT_FOUND},
        {plain, NULL, CS_ERR_NOT_FOUND},
        {named, SET(JOSE_RSA_JWK(",\"kid\":\"k\"")), CS_OK},
        {named, SET(JOSE_RSA_JWK("")), CS_ERR_NOT_FOUND},
        {named, SET(JOSE_RSA_JWK(",\"kid\":\"l\"")), CS_ERR_NOT_FOUND},
        {named, SET(JOSE_RSA_JWK(",\"kid\":\"k\",\"alg\":\"RS256\"")), CS_OK},
        {named, SET(JOSE_RSA_JWK(",\"kid\":\"k\",\"alg\":\"PS256\"")), CS_ERR_INPUT},
        {plain, SET(JOSE_RSA_JWK(",\"alg\":\"PS256\"")), CS_ERR_NOT_FOUND},
        {plain, SET(JOSE_P256_JWK("")), CS_ERR_NOT_FOUND},
        /* Keys of two types may share an id (RFC 7517 section 4.5); so may two of one type. */
        {named, SET(JOSE_P256_JWK(",\"kid\":\"k\"") "," JOSE_RSA_JWK(",\"kid\":\"k\"")), CS_OK},
        {named,
         SET("{\"kty\":\"RSA\",\"kid\":\"k\",\"e\":\"AQAB\",\"n\":\"" JOSE_7638_N
             "\"}," JOSE_RSA_JWK(",\"kid\":\"k\"")),
         CS_OK},
        {named,
         SET("{\"kty\":\"RSA\",\"kid\":\"k\",\"e\":\"AQAB\",\"n\":\"" JOSE_7638_N
             "\"}," JOSE_RSA_JWK("")),
         CS_ERR_INPUT},
        /* A key that was skipped is not there. */
        {named, SET(JOSE_ED25519_JWK("") "," JOSE_RSA_JWK(",\"kid\":\"k\",\"use\":\"enc\"")),
         CS_ERR_NOT_FOUND},
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer full = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_string_free)
        char *token = jose_sign(&signer, CS_JOSE_RS256, rows[i].header, HELLO);

        assert_verdict(rows[i].keys, token, CS_JOSE_ALL, rows[i].wanted, NULL);
    }
    /* Without a kid even the last of 64 keys is tried. */
    cs_buffer_text(&full, "{\"keys\":[");
    for (size_t i = 0; i + 1 < CS_JWKS_KEYS_MAX; i++)
        cs_buffer_printf(&full, "%s,", other);
    cs_buffer_text(&full, JOSE_RSA_JWK("") "]}");
    assert_verdict(full.text, JOSE_RSA_TOKEN, CS_JOSE_ALL, CS_OK, NULL);
}

static void the_form_of_a_signature_is_that_of_the_standard(void **state)
{
    static const char ps256[] = "{\"alg\":\"PS256\"}", es256[] = "{\"alg\":\"ES256\"}";
    static const int salts[] = {0, 20, 31, 33, 64};
    struct jose_signer odd = signer;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(salts); i++) {
        CS_AUTO(cs_string_free) char *token = NULL;

        odd.salt = salts[i];
        token = jose_sign(&odd, CS_JOSE_PS256, ps256, HELLO);
        assert_verdict(JOSE_JWKS, token, CS_JOSE_ALL, CS_ERR_NOT_FOUND,
                       "no key of the server made");
    }
    odd.der = true;
    CS_AUTO(cs_string_free) char *der = jose_sign(&odd, CS_JOSE_ES256, es256, HELLO);

    assert_verdict(JOSE_JWKS, der, CS_JOSE_ALL, CS_ERR_NOT_FOUND, "no key of the server made");
}

static void a_token_has_three_parts_and_at_most_64_kib(void **state)
{
    static const struct {
        const char *token, *why;
    } rows[] = {
        {"", "three parts"},
        {"a", "three parts"},
        {"a.b", "three parts"},
        {"a.b.c.d", "three parts"},
        {"a.b.c.d.e", "three parts"},
        {JOSE_RSA_TOKEN ".", "three parts"},
        {"." JOSE_RSA_TOKEN, "three parts"},
        {"..", "not a JSON object"},
        {JOSE_RSA_TOKEN "=", "signature is not base64url"},
        {JOSE_RSA_TOKEN "\n", "signature is not base64url"},
        {" " JOSE_RSA_TOKEN, "header is not base64url"},
    };
    static char long_token[CS_JWS_LENGTH_MAX + 2];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_verdict(JOSE_JWKS, rows[i].token, CS_JOSE_ALL, CS_ERR_INPUT, rows[i].why);
    memset(long_token, 'A', sizeof long_token);
    long_token[sizeof long_token - 1] = '\0';
    assert_verdict(JOSE_JWKS, long_token, CS_JOSE_ALL, CS_ERR_INPUT, "more than 65536");
    long_token[CS_JWS_LENGTH_MAX] = '\0';
    assert_verdict(JOSE_JWKS, long_token, CS_JOSE_ALL, CS_ERR_INPUT, "three parts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples_are_good),
        cmocka_unit_test(hmac_and_none_are_refused_whatever_the_keys),
        cmocka_unit_test(every_algorithm_is_good_with_its_key),
        cmocka_unit_test(a_header_decides),
        cmocka_unit_test(a_set_of_keys_decides),
        cmocka_unit_test(the_form_of_a_signature_is_that_of_the_standard),
        cmocka_unit_test(a_token_has_three_parts_and_at_most_64_kib),
    };

    return cmocka_run_group_tests_name("jws", tests, open_signer, close_signer);
}
