/* SPDX-License-Identifier: Apache-2.0 */
/* How this machine proves which client it is: what is in the header, and what is in the form. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "providers/openid/client.h"
#include "providers/openid/jws.h"
#include "json/json.h"

#define ISSUER "https://id.example.com"
#define ID "pam:1%+\xc3\xbc x"
#define SECRET_TEXT "s:%+\xc3\xa4&=/"
#define ID_ENCODED "pam%3A1%25%2B%C3%BC%20x"
#define SECRET_ENCODED "s%3A%25%2B%C3%A4%26%3D%2F"

static struct cs_private_key *key;

static int make_key(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0};

    (void)state;
    return cs_private_key_make(&pem, NULL) == CS_OK &&
                   cs_private_key_read("key.pem", &pem, &key, NULL) == CS_OK
               ? 0
               : -1;
}

static int free_key(void **state)
{
    (void)state;
    cs_private_key_free(&key);
    return 0;
}

static void prove(enum cs_openid_authentication authentication, bool names, struct cs_buffer *form,
                  struct cs_secret *ret_basic)
{
    const struct cs_openid_client client = {ID, SECRET_TEXT, authentication, key};

    assert_int_equal(cs_openid_client_prove(&client, ISSUER, names, form, ret_basic, NULL), CS_OK);
    assert_false(form->failed);
}

/* ---- secrets, and none ---- */

/* The credentials are those of another program: base64 of ID_ENCODED ":" SECRET_ENCODED. */
static void test_form_and_header(void **state)
{
    static const struct {
        enum cs_openid_authentication authentication;
        bool names;
        const char *form, *basic;
    } rows[] = {
        {CS_OPENID_BASIC, false, "x=1",
         "cGFtJTNBMSUyNSUyQiVDMyVCQyUyMHg6cyUzQSUyNSUyQiVDMyVBNCUyNiUzRCUyRg=="},
        {CS_OPENID_BASIC, true, "x=1&client_id=" ID_ENCODED,
         "cGFtJTNBMSUyNSUyQiVDMyVCQyUyMHg6cyUzQSUyNSUyQiVDMyVBNCUyNiUzRCUyRg=="},
        {CS_OPENID_POST, false, "x=1&client_id=" ID_ENCODED "&client_secret=" SECRET_ENCODED, NULL},
        {CS_OPENID_POST, true, "x=1&client_id=" ID_ENCODED "&client_secret=" SECRET_ENCODED, NULL},
        {CS_OPENID_MUTUAL_TLS, false, "x=1&client_id=" ID_ENCODED, NULL},
        {CS_OPENID_MUTUAL_TLS, true, "x=1&client_id=" ID_ENCODED, NULL},
        {CS_OPENID_NONE, false, "x=1&client_id=" ID_ENCODED, NULL},
        {CS_OPENID_NONE, true, "x=1&client_id=" ID_ENCODED, NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
        CS_AUTO(cs_secret_free) struct cs_secret basic = {0};

        cs_buffer_text(&form, "x=1");
        prove(rows[i].authentication, rows[i].names, &form, &basic);
        assert_string_equal(form.text, rows[i].form);
        if (rows[i].basic != NULL)
            assert_holds(&basic, rows[i].basic, strlen(rows[i].basic));
        else
            assert_null(basic.data);
    }
}

/* RFC 7617 has no line breaks, whatever the length, and pads to four characters. */
static void test_basic_of_every_length(void **state)
{
    (void)state;
    for (size_t length = 1; length < 200; length++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
        CS_AUTO(cs_secret_free) struct cs_secret basic = {0};
        char secret[200] = "";
        const struct cs_openid_client client = {"i", secret, CS_OPENID_BASIC, NULL};

        memset(secret, 's', length);
        assert_int_equal(cs_openid_client_prove(&client, ISSUER, false, &form, &basic, NULL),
                         CS_OK);
        assert_int_equal(basic.length, (length + 2 + 2) / 3 * 4);
        assert_int_equal(strlen(basic.data), basic.length);
        assert_null(strchr(basic.data, '\n'));
        assert_int_equal(form.length, 0);
    }
}

/* ---- assertions ---- */

/* Verifies the assertion at the end of a form with the public key, and returns what it says. */
static struct cs_json *read_assertion(const char *form)
{
    static const char head[] =
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        "&client_assertion=";
    const char *found = strstr(form, head);
    CS_AUTO(cs_secret_free) struct cs_secret jwk = {0}, payload = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer set = {0};
    CS_AUTO(cs_jwks_free) struct cs_jwks *keys = NULL;
    struct cs_json *claims = NULL;

    assert_non_null(found);
    assert_int_equal(cs_private_key_jwk(key, &jwk, NULL), CS_OK);
    cs_buffer_printf(&set, "{\"keys\":[%s]}", jwk.data);
    assert_int_equal(cs_jwks_read(set.text, set.length, &keys, NULL), CS_OK);
    found += sizeof head - 1;
    assert_int_equal(
        cs_jws_verify(keys, found, strlen(found), CS_JOSE_BIT(CS_JOSE_ES256), &payload, NULL),
        CS_OK);
    assert_int_equal(
        cs_json_parse("assertion", payload.data, payload.length, CS_JSON_STRICT, &claims, NULL),
        CS_OK);
    return claims;
}

static const char *claim(const struct cs_json *claims, const char *name)
{
    return cs_json_string(cs_json_get(cs_json_root(claims), name), NULL);
}

static int64_t number(const struct cs_json *claims, const char *name)
{
    int64_t value = -1;

    assert_true(cs_json_integer(cs_json_get(cs_json_root(claims), name), &value));
    return value;
}

/* RFC 7523 section 3, OpenID Connect Core section 9. */
static void test_assertion(void **state)
{
    int64_t before = cs_clock_seconds();

    (void)state;
    for (int names = 0; names < 2; names++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
        CS_AUTO(cs_secret_free) struct cs_secret basic = {0};
        CS_AUTO(cs_json_free) struct cs_json *claims = NULL;

        prove(CS_OPENID_PRIVATE_KEY, names != 0, &form, &basic);
        assert_null(basic.data);
        assert_null(strstr(form.text, "secret"));
        assert_int_equal(
            strncmp(form.text, "client_id=" ID_ENCODED "&client_assertion_type=", 33) == 0, names);
        claims = read_assertion(form.text);
        assert_string_equal(claim(claims, "iss"), ID);
        assert_string_equal(claim(claims, "sub"), ID);
        assert_string_equal(claim(claims, "aud"), ISSUER);
        assert_int_equal(strlen(claim(claims, "jti")), 26);
        assert_true(number(claims, "iat") >= before && number(claims, "iat") <= before + 30);
        assert_int_equal(number(claims, "exp") - number(claims, "iat"), 60);
        assert_int_equal(cs_json_count(cs_json_root(claims)), 6);
    }
}

/* A server takes each once. */
static void test_every_assertion_is_another(void **state)
{
    char seen[20][27] = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(seen); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
        CS_AUTO(cs_secret_free) struct cs_secret basic = {0};
        CS_AUTO(cs_json_free) struct cs_json *claims = NULL;

        prove(CS_OPENID_PRIVATE_KEY, false, &form, &basic);
        claims = read_assertion(form.text);
        (void)snprintf(seen[i], sizeof seen[i], "%s", claim(claims, "jti"));
        for (size_t before = 0; before < i; before++)
            assert_string_not_equal(seen[i], seen[before]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_and_header),
        cmocka_unit_test(test_basic_of_every_length),
        cmocka_unit_test(test_assertion),
        cmocka_unit_test(test_every_assertion_is_another),
    };

    return cmocka_run_group_tests_name("openid_client", tests, make_key, free_key);
}
