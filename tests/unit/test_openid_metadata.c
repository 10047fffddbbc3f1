/* SPDX-License-Identifier: Apache-2.0 */
/* What an OpenID provider says of itself, and what makes it another one. */
#include "tests/unit/unit.h"

#include "providers/openid/jose.h"
#include "providers/openid/metadata.h"

#define ISSUER "https://id.example.com/realms/a"
#define HEAD "{\"issuer\":\"" ISSUER "\","
#define TOKEN "\"token_endpoint\":\"https://id.example.com/token\","
#define KEYS "\"jwks_uri\":\"https://keys.example.net:8443/keys\","
#define CIBA "\"backchannel_authentication_endpoint\":\"https://id.example.com/ciba\","
#define DEVICE "\"device_authorization_endpoint\":\"https://id.example.com/device\","
#define USERINFO "\"userinfo_endpoint\":\"https://id.example.com/userinfo\","
#define END "\"x\":[{\"y\":1}]}"

static enum cs_err read_metadata(const char *text, const char *issuer,
                                 struct cs_openid_metadata *ret_metadata, struct cs_error *error)
{
    return cs_openid_metadata_read(text, strlen(text), issuer, ret_metadata, error);
}

static void assert_refused(const char *text, const char *issuer, enum cs_err result,
                           const char *said)
{
    struct cs_openid_metadata metadata = {0};
    struct cs_error error = {0};
    enum cs_err found = read_metadata(text, issuer, &metadata, &error);

    if (found != result || strstr(error.text, said) == NULL)
        fail_msg("%s: %d, '%s'; not '%s'", text, (int)found, error.text, said);
    assert_null(metadata.token_endpoint);
    assert_null(metadata.jwks_uri);
}

/* ---- whole documents ---- */

static void test_everything(void **state)
{
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};

    (void)state;
    assert_int_equal(
        read_metadata(HEAD TOKEN KEYS CIBA DEVICE USERINFO END, ISSUER, &metadata, NULL), CS_OK);
    assert_string_equal(metadata.token_endpoint, "https://id.example.com/token");
    assert_string_equal(metadata.jwks_uri, "https://keys.example.net:8443/keys");
    assert_string_equal(metadata.ciba_endpoint, "https://id.example.com/ciba");
    assert_string_equal(metadata.device_endpoint, "https://id.example.com/device");
    assert_string_equal(metadata.userinfo_endpoint, "https://id.example.com/userinfo");
    assert_true(metadata.polls);
    assert_int_equal(metadata.algorithms, CS_JOSE_ALL);
}

static void test_only_what_is_needed(void **state)
{
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};

    (void)state;
    assert_int_equal(read_metadata(HEAD TOKEN KEYS END, ISSUER, &metadata, NULL), CS_OK);
    assert_null(metadata.ciba_endpoint);
    assert_null(metadata.device_endpoint);
    assert_null(metadata.userinfo_endpoint);
}

static void test_not_a_document(void **state)
{
    static const char *const texts[] = {"", "<html>", HEAD TOKEN KEYS "\"x\":1",
                                        HEAD TOKEN TOKEN KEYS END,
                                        "{\"issuer\":\"" ISSUER "\"," HEAD};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        assert_refused(texts[i], ISSUER, CS_ERR_UNAVAILABLE,
                       "the provider's metadata is not JSON; check that issuer names");
    assert_refused("[]", ISSUER, CS_ERR_CONFIG, "the provider's metadata has no issuer");
    assert_refused("\"" ISSUER "\"", ISSUER, CS_ERR_CONFIG, "has no issuer");
    assert_refused("{}", ISSUER, CS_ERR_CONFIG, "has no issuer");
    assert_refused("{\"issuer\":[\"" ISSUER "\"]}", ISSUER, CS_ERR_CONFIG, "has no issuer");
    assert_refused("{\"ISSUER\":\"" ISSUER "\"}", ISSUER, CS_ERR_CONFIG, "has no issuer");
}

/* ---- whose it is ---- */

/* Discovery section 4.3: byte for byte; anything else may be another tenant's. */
static void test_issuer_byte_for_byte(void **state)
{
    static const char *const others[] = {
        ISSUER "/",
        "https://id.example.com/realms/",
        "https://id.example.com/realms/A",
        "https://ID.example.com/realms/a",
        "https://id.example.com:443/realms/a",
        "https://id.example.com/realms/%61",
        "http://id.example.com/realms/a",
        "https://id.example.com/realms/b",
        ISSUER "b",
        "https://id.example.com/realms/a ",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(others); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer named = {0};

        assert_refused(HEAD TOKEN KEYS END, others[i], CS_ERR_CONFIG,
                       "the provider calls itself '" ISSUER "', not '");
        cs_buffer_printf(&named, "{\"issuer\":\"%s\"," TOKEN KEYS END, others[i]);
        assert_refused(named.text, ISSUER, CS_ERR_CONFIG, "set issuer to exactly that");
    }
}

static void test_slash_is_kept(void **state)
{
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};

    (void)state;
    assert_int_equal(read_metadata("{\"issuer\":\"https://id.example.com/\"," TOKEN KEYS END,
                                   "https://id.example.com/", &metadata, NULL),
                     CS_OK);
    assert_refused("{\"issuer\":\"https://id.example.com/\"," TOKEN KEYS END,
                   "https://id.example.com", CS_ERR_CONFIG, "with the same / at the end");
}

/* Also if that is what the setting says: tokens of every tenant would be of this issuer. */
static void test_of_all_tenants(void **state)
{
    static const char text[] =
        "{\"issuer\":\"https://login.example.com/{tenantid}/v2.0\"," TOKEN KEYS END;

    (void)state;
    assert_refused(text, "https://login.example.com/common/v2.0", CS_ERR_CONFIG,
                   "set issuer to the URL of your tenant");
    assert_refused(text, "https://login.example.com/{tenantid}/v2.0", CS_ERR_CONFIG,
                   "set issuer to the URL of your tenant");
}

/* ---- endpoints ---- */

static void test_missing_endpoints(void **state)
{
    (void)state;
    assert_refused(HEAD KEYS END, ISSUER, CS_ERR_CONFIG,
                   "the provider's metadata has no token_endpoint");
    assert_refused(HEAD TOKEN END, ISSUER, CS_ERR_CONFIG,
                   "the provider's metadata has no jwks_uri");
}

/* Secrets and tokens go there; where one is given, it must be good. */
static void test_wrong_endpoints(void **state)
{
    static const char *const names[] = {"token_endpoint", "jwks_uri",
                                        "backchannel_authentication_endpoint",
                                        "device_authorization_endpoint", "userinfo_endpoint"};
    static const char *const values[] = {"\"http://id.example.com/x\"",
                                         "\"id.example.com/x\"",
                                         "\"/x\"",
                                         "\"\"",
                                         "\"https://a:b@id.example.com/x\"",
                                         "\"https://id.example.com/x#y\"",
                                         "\"https://id.example.com/x\\r\\ny\"",
                                         "\"file:///etc/passwd\"",
                                         "7",
                                         "null",
                                         "[\"https://id.example.com/x\"]"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(names) * CS_ARRAY_SIZE(values); i++) {
        size_t name = i / CS_ARRAY_SIZE(values);
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        cs_buffer_printf(&text, HEAD "%s%s\"%s\":%s}", name == 0 ? "" : TOKEN,
                         name == 1 ? "" : KEYS, names[name], values[i % CS_ARRAY_SIZE(values)]);
        assert_refused(text.text, ISSUER, CS_ERR_CONFIG, names[name]);
    }
}

/* ---- modes and algorithms ---- */

static void test_poll_mode(void **state)
{
    static const struct {
        const char *modes;
        bool polls;
    } rows[] = {
        {"[\"poll\"]", true},     {"[\"ping\",\"poll\",\"push\"]", true},
        {"[\"ping\"]", false},    {"[]", false},
        {"[\"POLL\"]", false},    {"\"poll\"", false},
        {"null", false},          {"[7,null,\"poll\"]", true},
        {"[\"polling\"]", false}, {"{\"poll\":true}", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        cs_buffer_printf(&text,
                         HEAD TOKEN KEYS CIBA "\"backchannel_token_delivery_modes_supported\":%s}",
                         rows[i].modes);
        assert_int_equal(read_metadata(text.text, ISSUER, &metadata, NULL), CS_OK);
        if (metadata.polls != rows[i].polls)
            fail_msg("%s", rows[i].modes);
    }
}

/* "none" and HMAC are never among them. */
static void test_algorithms(void **state)
{
    static const struct {
        const char *list;
        unsigned set;
    } rows[] = {
        {"[\"RS256\"]", CS_JOSE_BIT(CS_JOSE_RS256)},
        {"[\"ES256\",\"PS256\"]", CS_JOSE_BIT(CS_JOSE_ES256) | CS_JOSE_BIT(CS_JOSE_PS256)},
        {"[\"RS256\",\"none\",\"HS256\",\"RS512\"]", CS_JOSE_BIT(CS_JOSE_RS256)},
        {"[\"EdDSA\"]", CS_JOSE_BIT(CS_JOSE_EDDSA)},
        {"[\"none\",\"HS256\"]", 0},
        {"[]", 0},
        {"[7,null,{}]", 0},
        {"\"RS256\"", 0},
        {"null", 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        cs_buffer_printf(&text, HEAD TOKEN KEYS "\"id_token_signing_alg_values_supported\":%s}",
                         rows[i].list);
        assert_int_equal(read_metadata(text.text, ISSUER, &metadata, NULL), CS_OK);
        if (metadata.algorithms != rows[i].set)
            fail_msg("%s: %#x", rows[i].list, metadata.algorithms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),        cmocka_unit_test(test_only_what_is_needed),
        cmocka_unit_test(test_not_a_document),    cmocka_unit_test(test_issuer_byte_for_byte),
        cmocka_unit_test(test_slash_is_kept),     cmocka_unit_test(test_of_all_tenants),
        cmocka_unit_test(test_missing_endpoints), cmocka_unit_test(test_wrong_endpoints),
        cmocka_unit_test(test_poll_mode),         cmocka_unit_test(test_algorithms),
    };

    return cmocka_run_group_tests_name("openid_metadata", tests, NULL, NULL);
}
