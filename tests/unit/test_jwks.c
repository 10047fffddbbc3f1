/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys of a server count. */
#include "tests/unit/unit.h"

#include <openssl/core_names.h>

#include "providers/openid/jwk.h"
#include "providers/openid/jws.h"
#include "tests/support/jose_signer.h"

static struct cs_jwks *read_set(const char *text)
{
    struct cs_jwks *jwks = NULL;
    struct cs_error error = {0};

    if (cs_jwks_read(text, strlen(text), &jwks, &error) != CS_OK)
        fail_msg("%s: %s", text, error.text);
    return jwks;
}

static void the_published_keys_are_read(void **state)
{
    CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = read_set(JOSE_JWKS);

    (void)state;
    assert_int_equal(cs_jwks_count(jwks), 3);
    assert_int_equal(cs_jwks_skipped(jwks), 0);
}

#define KEY(kty, members) "{\"kty\":\"" kty "\"," members "}"
#define RSA(n, e) KEY("RSA", "\"n\":\"" n "\",\"e\":\"" e "\"")
#define EC(crv, x, y) KEY("EC", "\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\"")
#define OKP(crv, x) KEY("OKP", "\"crv\":\"" crv "\",\"x\":\"" x "\"")
/* Points whose first or second coordinate ends with a zero byte, and both without that byte. */
#define CUT_X "a4ayc_80_OGda4BO_1o_V0etpOqiLx1JwB5S3beHWw"
#define ITS_Y "P4wY78yhkltwzoAG7Aug-q-IHP1uw4ZYfvEzZw1V5UU"
#define ITS_X "x13iPYnfNrqSEodhbujttMmG4yinjgM-V8Hl4rWcg44"
#define CUT_Y "4ol6xPsGvHt79O0qTE_0PwPRr4SIUkRgFW19DZUEyw"
#define ZEROS32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char *const skipped[] = {
    /* other types and curves */
    KEY("oct", "\"k\":\"" JOSE_HMAC_K "\""),
    EC("P-384", JOSE_P256_X, JOSE_P256_Y),
    EC("secp256k1", JOSE_P256_X, JOSE_P256_Y),
    OKP("X25519", JOSE_ED25519_X),
    OKP("Ed448", JOSE_ED25519_X),
    KEY("rsa", "\"n\":\"" JOSE_RSA_N "\",\"e\":\"AQAB\""),
    KEY("AKP", "\"alg\":\"ML-DSA-44\",\"pub\":\"AA\""),
    /* not for signatures */
    JOSE_RSA_JWK(",\"use\":\"enc\""),
    JOSE_RSA_JWK(",\"use\":7"),
    JOSE_RSA_JWK(",\"key_ops\":[\"encrypt\",\"wrapKey\"]"),
    JOSE_RSA_JWK(",\"key_ops\":\"verify\""),
    JOSE_RSA_JWK(",\"key_ops\":[]"),
    JOSE_RSA_JWK(",\"key_ops\":{\"a\":\"verify\"}"),
    /* for algorithms that are not ours, or of another type */
    JOSE_RSA_JWK(",\"alg\":\"RSA-OAEP\""),
    JOSE_RSA_JWK(",\"alg\":\"RS512\""),
    JOSE_RSA_JWK(",\"alg\":\"ES256\""),
    JOSE_P256_JWK(",\"alg\":\"EdDSA\""),
    JOSE_ED25519_JWK(",\"alg\":\"none\""),
    JOSE_RSA_JWK(",\"alg\":\"HS256\""),
    JOSE_RSA_JWK(",\"alg\":null"),
    /* malformed */
    "null",
    "[]",
    "\"key\"",
    "{}",
    KEY("RSA", "\"n\":\"" JOSE_RSA_N "\""),
    KEY("RSA", "\"e\":\"AQAB\""),
    RSA(JOSE_RSA_N "=", "AQAB"),
    RSA(JOSE_RSA_N " ", "AQAB"),
    RSA("", "AQAB"),
    EC("P-256", JOSE_P256_X, ""),
    EC("P-256", "AA" JOSE_P256_X, JOSE_P256_Y),
    OKP("Ed25519", "AA"),
    OKP("Ed25519", "AAAA" JOSE_ED25519_X),
    JOSE_RSA_JWK(",\"kid\":7"),
    JOSE_RSA_JWK(",\"kid\":null"),
    /* an even modulus; exponents of 1, 65536, 33 bits and 0 */
    RSA(JOSE_RSA_N "AAAA", "AQAB"),
    RSA(JOSE_RSA_N, "AQ"),
    RSA(JOSE_RSA_N, "AQAA"),
    RSA(JOSE_RSA_N, "AQAAAAAB"),
    RSA(JOSE_RSA_N, "AA"),
    /* no point of the curve */
    EC("P-256", JOSE_P256_Y, JOSE_P256_X),
    EC("P-256", ZEROS32, ZEROS32),
    /* not in full length */
    EC("P-256", CUT_X, ITS_Y),
    EC("P-256", ITS_X, CUT_Y),
};

/* One key after another beside a good one: what is not for us is left out and counted. */
static void what_cannot_verify_is_skipped_and_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(skipped); i++) {
        CS_AUTO(cs_string_free) char *text = NULL;
        CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;

        assert_true(asprintf(&text, "{\"keys\":[%s,%s]}", skipped[i], JOSE_ED25519_JWK("")) > 0);
        jwks = read_set(text);
        if (cs_jwks_count(jwks) != 1 || cs_jwks_skipped(jwks) != 1)
            fail_msg("not skipped: %s", skipped[i]);
    }
}

static void members_that_do_not_matter_do_not_matter(void **state)
{
    static const char *const read[] = {
        JOSE_RSA_JWK(",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"\""),
        JOSE_RSA_JWK(",\"alg\":\"PS256\""),
        JOSE_RSA_JWK(",\"key_ops\":[\"sign\",\"verify\"]"),
        JOSE_RSA_JWK(",\"x5c\":[7],\"x5t\":null,\"x5u\":\"http://localhost/\",\"ext\":{}"),
        JOSE_RSA_JWK(",\"d\":\"" JOSE_RSA_D "\",\"p\":\"AA\",\"q\":7"),
        JOSE_P256_JWK(",\"alg\":\"ES256\",\"d\":\"" JOSE_P256_D "\""),
        JOSE_P256_JWK(",\"d\":[]"),
        EC("P-256", CUT_X "A", ITS_Y),
        EC("P-256", ITS_X, CUT_Y "A"),
        JOSE_ED25519_JWK(",\"alg\":\"EdDSA\",\"d\":\"" JOSE_ED25519_D "\""),
        JOSE_ED25519_JWK(",\"alg\":\"Ed25519\""),
        RSA(JOSE_RSA_N, "Aw"),
        RSA(JOSE_RSA_N, "AAEAAQ"),
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(read); i++) {
        CS_AUTO(cs_string_free) char *text = NULL;
        CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;

        assert_true(asprintf(&text, "{\"more\":{\"keys\":7},\"keys\":[%s]}", read[i]) > 0);
        jwks = read_set(text);
        assert_int_equal(cs_jwks_count(jwks), 1);
        assert_int_equal(cs_jwks_skipped(jwks), 0);
    }
}

static void assert_refused(const char *text, size_t length, const char *why)
{
    struct cs_jwks *jwks = NULL;
    struct cs_error error = {0};

    if (cs_jwks_read(text, length, &jwks, &error) != CS_ERR_UNAVAILABLE)
        fail_msg("read: %.60s", text);
    assert_null(jwks);
    assert_contains(error.text, why);
    assert_contains(error.text, "jwks_uri");
}

static void what_is_no_set_is_refused_whole(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "not JSON"},
        {"<html>", "not JSON"},
        {"{\"keys\":[" JOSE_RSA_JWK(",\"e\":\"AQAB\"") "]}", "not JSON"},
        {"{\"keys\":[],\"keys\":[" JOSE_RSA_JWK("") "]}", "not JSON"},
        {"[" JOSE_RSA_JWK("") "]", "no list"},
        {JOSE_RSA_JWK(""), "no list"},
        {"{\"keys\":" JOSE_RSA_JWK("") "}", "no list"},
        {"{\"Keys\":[" JOSE_RSA_JWK("") "]}", "no list"},
        {"{\"keys\":[]}", "none is"},
        {"{\"keys\":[" KEY("oct", "\"k\":\"AA\"") "]}", "none is"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_refused(rows[i].text, strlen(rows[i].text), rows[i].why);
    assert_refused(TEXT(JOSE_JWKS "\0"), "not JSON");
    assert_refused(JOSE_JWKS, strlen(JOSE_JWKS) - 1, "not JSON");
}

/* The number counts before anything is looked at. */
static void sixty_four_keys_are_read_and_one_more_is_refused(void **state)
{
    (void)state;
    for (size_t count = CS_JWKS_KEYS_MAX; count <= CS_JWKS_KEYS_MAX + 1; count++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        cs_buffer_text(&text, "{\"keys\":[" JOSE_ED25519_JWK(""));
        for (size_t i = 1; i < count; i++)
            cs_buffer_text(&text, i % 2 == 0 ? "," JOSE_ED25519_JWK("") : ",{}");
        cs_buffer_text(&text, "]}");
        assert_false(text.failed);
        if (count > CS_JWKS_KEYS_MAX) {
            assert_refused(text.text, text.length, "more than 64");
        } else {
            CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = read_set(text.text);

            assert_int_equal(cs_jwks_count(jwks), 32);
            assert_int_equal(cs_jwks_skipped(jwks), 32);
        }
    }
}

/* RSA keys from 2048 to 8192 bits; a modulus of ones is odd, which is all that is looked at. */
static void the_length_of_an_rsa_key_is_limited_at_both_ends(void **state)
{
    static const struct {
        size_t bytes;
        unsigned char first;
        bool ok;
    } rows[] = {{256, 0x7f, false}, {256, 0x80, true},  {257, 0x00, true},   {512, 0xff, true},
                {1024, 0xff, true}, {1025, 0x00, true}, {1025, 0x01, false}, {1026, 0x00, false}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_string_free) char *modulus = NULL;
        CS_AUTO(cs_string_free) char *text = NULL;
        CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
        unsigned char bytes[1026];

        memset(bytes, 0xff, sizeof bytes);
        bytes[0] = rows[i].first;
        modulus = jose_encode(bytes, rows[i].bytes);
        assert_true(asprintf(&text,
                             "{\"keys\":[" JOSE_ED25519_JWK(
                                 "") ",{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}]}",
                             modulus) > 0);
        jwks = read_set(text);
        if ((cs_jwks_count(jwks) == 2) != rows[i].ok)
            fail_msg("%zu bytes, the first is %02x", rows[i].bytes, rows[i].first);
    }
}

/* ---- whatever else is in the set ---- */

static bool is_good(const struct cs_jwks *jwks, const char *token)
{
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0};

    return cs_jws_verify(jwks, token, strlen(token), CS_JOSE_ALL, &payload, NULL) == CS_OK;
}

/* In any order and among any others, exactly the tokens are good whose keys are there. */
static void what_is_skipped_has_no_influence(void **state)
{
    static const struct {
        const char *jwk, *token;
    } good[] = {{JOSE_RSA_JWK(",\"alg\":\"RS256\",\"d\":7"), JOSE_RSA_TOKEN},
                {JOSE_P256_JWK(",\"use\":\"sig\""), JOSE_P256_TOKEN},
                {JOSE_ED25519_JWK(""), JOSE_ED25519_TOKEN}};
    unsigned seed = 1;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
        CS_AUTO(cs_jwks_free) struct cs_jwks *jwks = NULL;
        size_t entries = 1 + round % CS_JWKS_KEYS_MAX, count = 0;
        bool present[CS_ARRAY_SIZE(good)] = {false};

        cs_buffer_text(&text, "{\"keys\":[");
        for (size_t i = 0; i < entries; i++) {
            seed = seed * 1103515245U + 12345U;
            size_t at = (seed >> 16) % (4 * CS_ARRAY_SIZE(good));
            bool use = at < CS_ARRAY_SIZE(good);

            cs_buffer_printf(&text, "%s%s", i > 0 ? "," : "",
                             use ? good[at].jwk : skipped[(seed >> 16) % CS_ARRAY_SIZE(skipped)]);
            count += use;
            present[use ? at : 0] |= use;
        }
        cs_buffer_text(&text, "]}");
        assert_int_equal(cs_jwks_read(text.text, text.length, &jwks, NULL),
                         count > 0 ? CS_OK : CS_ERR_UNAVAILABLE);
        if (count == 0)
            continue;
        assert_int_equal(cs_jwks_count(jwks), count);
        assert_int_equal(cs_jwks_skipped(jwks), entries - count);
        for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++)
            assert_int_equal(is_good(jwks, good[i].token), present[i]);
    }
}

/* A server that publishes its private key by mistake does not hand it to us. */
static void private_members_are_not_kept(void **state)
{
    static const struct {
        const char *jwk, *parameter;
    } rows[] = {
        {JOSE_RSA_JWK(",\"d\":\"" JOSE_RSA_D "\""), OSSL_PKEY_PARAM_RSA_D},
        {JOSE_P256_JWK(",\"d\":\"" JOSE_P256_D "\""), OSSL_PKEY_PARAM_PRIV_KEY},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_json_free) struct cs_json *document = NULL;
        CS_AUTO(cs_free_number) BIGNUM *number = NULL;
        struct cs_jwk jwk;

        assert_int_equal(
            cs_json_parse("key", rows[i].jwk, strlen(rows[i].jwk), CS_JSON_STRICT, &document, NULL),
            CS_OK);
        assert_true(cs_jwk_read(cs_json_root(document), &jwk));
        assert_int_equal(EVP_PKEY_get_bn_param(jwk.key, rows[i].parameter, &number), 0);
        cs_jwk_clear(&jwk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_keys_are_read),
        cmocka_unit_test(what_cannot_verify_is_skipped_and_counted),
        cmocka_unit_test(members_that_do_not_matter_do_not_matter),
        cmocka_unit_test(what_is_no_set_is_refused_whole),
        cmocka_unit_test(sixty_four_keys_are_read_and_one_more_is_refused),
        cmocka_unit_test(the_length_of_an_rsa_key_is_limited_at_both_ends),
        cmocka_unit_test(what_is_skipped_has_no_influence),
        cmocka_unit_test(private_members_are_not_kept),
    };

    return cmocka_run_group_tests_name("jwks", tests, NULL, NULL);
}
