/* SPDX-License-Identifier: Apache-2.0 */
/* A client's own key: how it is read, what it says of itself, and what it signs. */
#include "tests/unit/unit.h"

#include <openssl/pem.h>

#include "providers/openid/jwk.h"
#include "providers/openid/jwk_write.h"
#include "providers/openid/jws.h"
#include "tests/support/jose_signer.h"
#include "json/json.h"

enum form { PKCS8, TRADITIONAL, ENCRYPTED, OLD_ENCRYPTED, PUBLIC };

/* The thumbprint of the example's key, computed from its JWK by other means. */
#define P256_THUMBPRINT "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"

static void write_pem(EVP_PKEY *key, enum form form, struct cs_secret *ret_pem)
{
    static const unsigned char passphrase[] = "secret";
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    int done = 0;

    assert_true(key != NULL && bio != NULL);
    if (form == PKCS8)
        done = PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    else if (form == TRADITIONAL)
        done = PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL);
    else if (form == ENCRYPTED)
        done = PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), (const char *)passphrase,
                                             6, NULL, NULL);
    else if (form == OLD_ENCRYPTED)
        done = PEM_write_bio_PrivateKey_traditional(bio, key, EVP_aes_128_cbc(), passphrase, 6,
                                                    NULL, NULL);
    else
        done = PEM_write_bio_PUBKEY(bio, key);
    assert_int_equal(done, 1);
    done = (int)BIO_get_mem_data(bio, &text);
    assert_int_equal(cs_secret_set(ret_pem, text, (size_t)done), CS_OK);
    BIO_free(bio);
}

static struct cs_private_key *read_key(const struct cs_secret *pem)
{
    struct cs_private_key *key = NULL;
    struct cs_error error = {0};

    if (cs_private_key_read("key.pem", pem, &key, &error) != CS_OK)
        fail_msg("%s", error.text);
    return key;
}

/* ---- reading ---- */

static void both_types_are_read_in_both_forms(void **state)
{
    struct jose_signer signer;
    EVP_PKEY *rsa = EVP_RSA_gen(2048);

    (void)state;
    jose_signer_open(&signer);
    for (enum form form = PKCS8; form <= TRADITIONAL; form++) {
        CS_AUTO(cs_secret_free) struct cs_secret p256_pem = {0}, rsa_pem = {0};
        CS_AUTO(cs_private_key_free) struct cs_private_key *p256 = NULL;
        CS_AUTO(cs_private_key_free) struct cs_private_key *rsa_key = NULL;

        write_pem(signer.keys[CS_JOSE_P256], form, &p256_pem);
        write_pem(rsa, form, &rsa_pem);
        p256 = read_key(&p256_pem);
        rsa_key = read_key(&rsa_pem);
        assert_int_equal(cs_private_key_algorithm(p256), CS_JOSE_ES256);
        assert_string_equal(cs_private_key_id(p256), P256_THUMBPRINT);
        assert_int_equal(cs_private_key_algorithm(rsa_key), CS_JOSE_RS256);
        assert_int_equal(strlen(cs_private_key_id(rsa_key)), 43);
    }
    EVP_PKEY_free(rsa);
    jose_signer_close(&signer);
}

static void assert_refused(const struct cs_secret *pem, const char *why)
{
    struct cs_private_key *key = NULL;
    struct cs_error error = {0};

    assert_int_equal(cs_private_key_read("key.pem", pem, &key, &error), CS_ERR_CONFIG);
    assert_null(key);
    assert_contains(error.text, "key.pem: ");
    assert_contains(error.text, why);
    assert_true(pem->length < 20 || strstr(error.text, pem->data) == NULL);
}

static void other_keys_are_refused(void **state)
{
    EVP_PKEY *const keys[] = {EVP_EC_gen("P-384"), EVP_EC_gen("secp256k1"), EVP_RSA_gen(1024),
                              EVP_RSA_gen(2047), EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret pem = {0};

        write_pem(keys[i], PKCS8, &pem);
        assert_refused(&pem, "neither P-256 nor RSA");
        EVP_PKEY_free(keys[i]);
    }
}

/* Nobody is asked: with a terminal, OpenSSL would wait for a passphrase. */
static void a_passphrase_is_not_asked_for(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    for (enum form form = ENCRYPTED; form <= OLD_ENCRYPTED; form++) {
        CS_AUTO(cs_secret_free) struct cs_secret pem = {0};

        write_pem(key, form, &pem);
        assert_refused(&pem, "has a passphrase");
    }
    EVP_PKEY_free(key);
}

static void what_is_no_private_key_is_refused(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0}, cut = {0};

    (void)state;
    write_pem(key, PUBLIC, &pem);
    assert_refused(&pem, "not a private key in PEM");
    write_pem(key, PKCS8, &pem);
    assert_int_equal(cs_secret_set(&cut, pem.data, pem.length / 2), CS_OK);
    assert_refused(&cut, "not a private key in PEM");
    assert_refused(SECRET(""), "not a private key in PEM");
    assert_refused(&(const struct cs_secret){0}, "not a private key in PEM");
    assert_refused(SECRET("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                   "not a private key in PEM");
    assert_refused(SECRET("{\"kty\":\"EC\"}"), "not a private key in PEM");
    EVP_PKEY_free(key);
}

/* ---- what it says of itself ---- */

static void the_published_thumbprint(void **state)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    static const char text[] = "{\"kty\":\"RSA\",\"n\":\"" JOSE_7638_N
                               "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}";
    char thumbprint[CS_JWK_THUMBPRINT_SIZE];
    struct cs_jwk jwk;

    (void)state;
    assert_int_equal(cs_json_parse("key", text, strlen(text), CS_JSON_STRICT, &document, NULL),
                     CS_OK);
    assert_true(cs_jwk_read(cs_json_root(document), &jwk));
    assert_int_equal(cs_jwk_thumbprint(jwk.key, CS_JOSE_RS256, thumbprint, NULL), CS_OK);
    assert_string_equal(thumbprint, JOSE_7638_THUMBPRINT);
    cs_jwk_clear(&jwk);
}

static void the_public_key_has_no_private_member(void **state)
{
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    struct jose_signer signer;
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0}, p256_jwk = {0}, rsa_jwk = {0};
    CS_AUTO(cs_private_key_free) struct cs_private_key *p256 = NULL;
    CS_AUTO(cs_private_key_free) struct cs_private_key *rsa_key = NULL;
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;

    (void)state;
    jose_signer_open(&signer);
    write_pem(signer.keys[CS_JOSE_P256], PKCS8, &pem);
    p256 = read_key(&pem);
    assert_int_equal(cs_private_key_jwk(p256, &p256_jwk, NULL), CS_OK);
    assert_string_equal(p256_jwk.data, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" JOSE_P256_X
                                       "\",\"y\":\"" JOSE_P256_Y "\",\"kid\":\"" P256_THUMBPRINT
                                       "\",\"alg\":\"ES256\",\"use\":\"sig\"}");
    write_pem(rsa, PKCS8, &pem);
    rsa_key = read_key(&pem);
    assert_int_equal(cs_private_key_jwk(rsa_key, &rsa_jwk, NULL), CS_OK);
    assert_int_equal(
        cs_json_parse("key", rsa_jwk.data, rsa_jwk.length, CS_JSON_STRICT, &document, NULL), CS_OK);
    /* e, kty, n, kid, alg, use */
    assert_int_equal(cs_json_count(cs_json_root(document)), 6);
    assert_null(cs_json_get(cs_json_root(document), "d"));
    EVP_PKEY_free(rsa);
    jose_signer_close(&signer);
}

/* ---- what it signs ---- */

/* Whoever has registered the public key can verify, and nobody else's key does. */
static void assert_signs(const struct cs_private_key *key, const char *algorithm)
{
    static const char payload[] = "{\"iss\":\"client-1\",\"jti\":\"1\"}";
    CS_AUTO(cs_secret_free) struct cs_secret jwk = {0}, token = {0}, read = {0}, none = {0};
    CS_AUTO(cs_string_free) char *set = NULL;
    CS_AUTO(cs_string_free) char *header = NULL;
    CS_AUTO(cs_string_free) char *encoded = NULL;
    CS_AUTO(cs_jwks_free) struct cs_jwks *keys = NULL;
    CS_AUTO(cs_jwks_free) struct cs_jwks *others = NULL;

    assert_int_equal(cs_private_key_jwk(key, &jwk, NULL), CS_OK);
    assert_true(asprintf(&set, "{\"keys\":[%s]}", jwk.data) > 0);
    assert_int_equal(cs_jwks_read(set, strlen(set), &keys, NULL), CS_OK);
    assert_int_equal(cs_jws_sign(key, TEXT(payload), &token, NULL), CS_OK);
    assert_int_equal(cs_jws_verify(keys, token.data, token.length,
                                   CS_JOSE_BIT(cs_private_key_algorithm(key)), &read, NULL),
                     CS_OK);
    assert_holds(&read, TEXT(payload));
    assert_true(asprintf(&header, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}", algorithm,
                         cs_private_key_id(key)) > 0);
    encoded = jose_encode(header, strlen(header));
    assert_int_equal(strncmp(token.data, encoded, strlen(encoded)), 0);
    assert_int_equal(token.data[strlen(encoded)], '.');
    assert_int_equal(cs_jwks_read(TEXT(JOSE_JWKS), &others, NULL), CS_OK);
    assert_int_equal(cs_jws_verify(others, token.data, token.length, CS_JOSE_ALL, &none, NULL),
                     CS_ERR_NOT_FOUND);
}

static void a_new_key_signs(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0}, other = {0};

    (void)state;
    assert_int_equal(cs_private_key_make(&pem, NULL), CS_OK);
    assert_int_equal(cs_private_key_make(&other, NULL), CS_OK);
    assert_int_equal(strncmp(pem.data, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
    assert_string_equal(pem.data + pem.length - 26, "-----END PRIVATE KEY-----\n");
    assert_string_not_equal(pem.data, other.data);
    /* Numbers with zeros in front, and signatures with them, come up among so many. */
    for (unsigned i = 0; i < 300; i++) {
        CS_AUTO(cs_private_key_free) struct cs_private_key *key = NULL;

        assert_int_equal(cs_private_key_make(&pem, NULL), CS_OK);
        key = read_key(&pem);
        assert_int_equal(cs_private_key_algorithm(key), CS_JOSE_ES256);
        assert_signs(key, "ES256");
    }
}

static void an_rsa_key_signs(void **state)
{
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0};
    CS_AUTO(cs_private_key_free) struct cs_private_key *key = NULL;

    (void)state;
    write_pem(rsa, PKCS8, &pem);
    key = read_key(&pem);
    assert_signs(key, "RS256");
    EVP_PKEY_free(rsa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_types_are_read_in_both_forms),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(a_passphrase_is_not_asked_for),
        cmocka_unit_test(what_is_no_private_key_is_refused),
        cmocka_unit_test(the_published_thumbprint),
        cmocka_unit_test(the_public_key_has_no_private_member),
        cmocka_unit_test(a_new_key_signs),
        cmocka_unit_test(an_rsa_key_signs),
    };

    return cmocka_run_group_tests_name("private_key", tests, NULL, NULL);
}
