/* SPDX-License-Identifier: Apache-2.0 */
/* The section of an OpenID provider: single settings, settings together, and what a login's own
 * options can change. */
#include "tests/unit/unit.h"

#include "providers/openid/jose.h"
#include "providers/openid/settings.h"
#include "settings/setting.h"

enum { MOST = 8 };

#define ISSUER "issuer", "https://id.example.com"
#define BASE ISSUER, "client-id", "pam"

/* Sets pairs of name and value over the defaults. */
static void set_all(const char *const *pairs, size_t count, struct cs_openid_settings *settings)
{
    *settings = (struct cs_openid_settings){0};
    cs_settings_defaults(cs_openid_rows, CS_PROFILE_OWN, settings);
    for (size_t i = 0; i < count && pairs[i] != NULL; i += 2) {
        const struct cs_setting *row =
            cs_setting_find(cs_openid_rows, ~0U, pairs[i], strlen(pairs[i]), NULL);
        struct cs_error error = {0};

        assert_non_null(row);
        if (cs_setting_set(row, pairs[i + 1], settings, &error) != CS_OK)
            fail_msg("%s", error.text);
    }
}

/* ---- single settings ---- */

static void test_values(void **state)
{
    static const char *const good[][2] = {
        {"issuer", "https://id.example.com/"},
        {"issuer", "https://id.example.com:8443/realms/a"},
        {"issuer", "http://127.0.0.1:9000"},
        {"scope", "openid"},
        {"scope", "profile openid email"},
        {"scope", "openidx openid"},
        {"login-hint", "{\"username\":\"%a\"}"},
        {"id-token-algorithms", "ES256"},
        {"id-token-algorithms", "RS256,PS256,ES256,EdDSA"},
        {"quiet-parameter", "notification_mode=none"},
        {"word-length", "0"},
        {"word-length", "20"},
        {"client-authentication", "tls_client_auth"},
        {"device-client-authentication", "none"},
        {"assertion-audience", "endpoint"},
        {"token_timeout", "300"},
        {"https_oauth_timeout", "5"},
    };
    static const char *const bad[][3] = {
        {"issuer", "http://id.example.com", "http only for this machine"},
        {"issuer", "id.example.com", "the provider's URL expected"},
        {"issuer", "https://id.example.com/?tenant=a", "without ? and #"},
        {"issuer", "https://id.example.com/#a", "without ? and #"},
        {"issuer", "https://user:word@id.example.com", "the provider's URL expected"},
        {"scope", "profile", "'openid' among them"},
        {"scope", "openidx", "'openid' among them"},
        {"scope", "profile,openid", "'openid' among them"},
        {"scope", "openid\nx", "without control characters"},
        {"login-hint", "alice", "%u (the identity) or %a"},
        {"login-hint", "%x", "write %% for a percent sign"},
        {"id-token-algorithms", "none", "RS256, PS256, ES256 and EdDSA expected"},
        {"id-token-algorithms", "RS256,HS256", "RS256, PS256, ES256 and EdDSA expected"},
        {"id-token-algorithms", "RS256 ES256", "RS256, PS256, ES256 and EdDSA expected"},
        {"id-token-algorithms", "RS256,,ES256", "RS256, PS256, ES256 and EdDSA expected"},
        {"id-token-algorithms", "RS256RS256RS256RS256", "RS256, PS256, ES256 and EdDSA expected"},
        {"quiet-parameter", "none", "NAME=VALUE expected"},
        {"quiet-parameter", "scope=openid", "'scope' cannot be set here"},
        {"word-length", "21", "20"},
        {"client-authentication", "client_secret_jwt", "client_secret_basic"},
        {"assertion-audience", "token", "endpoint"},
        {"token_timeout", "301", "300"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++) {
        struct cs_openid_settings settings;

        set_all(good[i], 2, &settings);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        const struct cs_setting *row =
            cs_setting_find(cs_openid_rows, ~0U, bad[i][0], strlen(bad[i][0]), NULL);
        struct cs_error error = {0};

        if (cs_setting_set(row, bad[i][1], NULL, &error) != CS_ERR_CONFIG)
            fail_msg("%s takes '%s'", bad[i][0], bad[i][1]);
        assert_memory_equal(error.text, bad[i][0], strlen(bad[i][0]));
        assert_contains(error.text, bad[i][2]);
    }
}

static void test_defaults(void **state)
{
    struct cs_openid_settings settings;
    unsigned algorithms;

    (void)state;
    set_all(NULL, 0, &settings);
    assert_int_equal(settings.authentication, CS_OPENID_BASIC);
    assert_int_equal(settings.device_authentication, CS_OPENID_NONE);
    assert_int_equal(settings.assertion_audience, CS_OPENID_AUDIENCE_ISSUER);
    assert_string_equal(settings.scope, "openid");
    assert_string_equal(settings.login_hint, "%u");
    assert_string_equal(settings.claim, "sub");
    assert_int_equal(settings.word_length, 8);
    assert_true(settings.requested_expiry);
    assert_false(settings.user_code);
    assert_false(settings.enforce_biometric);
    assert_int_equal(cs_openid_algorithms(settings.algorithms, &algorithms, NULL), CS_OK);
    assert_int_equal(algorithms, CS_JOSE_ALL);
}

/* ---- settings together ---- */

/* NULL: they are right. Otherwise the whole message. */
static const struct {
    const char *pairs[2 * MOST];
    const char *said;
} together[] = {
    {{BASE, "client-secret", "s"}, NULL},
    {{BASE, "client-secret-file", "/etc/s"}, NULL},
    {{BASE, "client-authentication", "none"}, NULL},
    {{BASE, "client-authentication", "private_key_jwt", "client-key-file", "/etc/k"}, NULL},
    {{BASE, "client-authentication", "tls_client_auth", "client-key-file", "/etc/k",
      "client-certificate-file", "/etc/c"},
     NULL},
    {{BASE, "client-secret", "s", "device-client-id", "tv"}, NULL},
    {{ISSUER, "device-client-id", "tv"}, NULL}, /* a browser is all there is */
    {{ISSUER, "device-client-id", "tv", "device-client-authentication", "client_secret_post",
      "device-client-secret", "s"},
     NULL},
    {{BASE, "client-secret", "s", "enforce_biometric", "yes", "biometric-acr-values", "bio"}, NULL},
    {{"client-id", "pam", "client-secret", "s"},
     "issuer is missing: the provider's URL, as in https://id.example.com"},
    {{ISSUER}, "client-id is missing: the client that was registered for this machine"},
    {{ISSUER, "client-secret", "s"},
     "client-id is missing: the client that was registered for this machine"},
    {{BASE},
     "client-secret is missing; client-secret-file may name a file that holds it, and "
     "client-authentication may name a way without a secret"},
    {{BASE, "client-authentication", "client_secret_post"},
     "client-secret is missing; client-secret-file may name a file that holds it, and "
     "client-authentication may name a way without a secret"},
    {{BASE, "client-secret", "s", "client-secret-file", "/etc/s"},
     "client-secret and client-secret-file are both given; give only one"},
    {{BASE, "client-secret", "s", "client-authentication", "none"},
     "client-secret is not used by the client-authentication that is set; remove it, or set "
     "client_secret_basic or client_secret_post"},
    {{BASE, "client-secret-file", "/etc/s", "client-authentication", "private_key_jwt",
      "client-key-file", "/etc/k"},
     "client-secret is not used by the client-authentication that is set; remove it, or set "
     "client_secret_basic or client_secret_post"},
    {{BASE, "client-authentication", "private_key_jwt"},
     "client-key-file is missing: the file with the client's private key"},
    {{BASE, "client-authentication", "tls_client_auth", "client-certificate-file", "/etc/c"},
     "client-key-file is missing: the file with the client's private key"},
    {{BASE, "client-authentication", "tls_client_auth", "client-key-file", "/etc/k"},
     "client-certificate-file is missing: the file with the client's certificate"},
    {{BASE, "client-secret", "s", "device-client-secret", "s"},
     "device-client-secret is given without device-client-id"},
    {{BASE, "client-secret", "s", "device-client-id", "tv", "device-client-authentication",
      "client_secret_basic"},
     "device-client-secret is missing; device-client-secret-file may name a file that holds it, "
     "and device-client-authentication may name a way without a secret"},
    {{BASE, "client-secret", "s", "device-client-id", "tv", "device-client-secret", "s"},
     "device-client-secret is not used by the device-client-authentication that is set; remove it, "
     "or set client_secret_basic or client_secret_post"},
    {{BASE, "client-secret", "s", "device-client-id", "tv", "device-client-secret", "s",
      "device-client-secret-file", "/etc/s"},
     "device-client-secret and device-client-secret-file are both given; give only one"},
    {{BASE, "client-secret", "s", "device-client-id", "tv", "device-client-authentication",
      "private_key_jwt"},
     "client-key-file is missing: the file with the client's private key"},
    {{BASE, "client-secret", "s", "enforce_biometric", "yes"},
     "enforce_biometric is set, but biometric-acr-values does not say which levels prove it"},
    {{BASE, "client-secret", "s", "enforcebio", "yes", "acr-values", "gold"},
     "enforce_biometric is set, but biometric-acr-values does not say which levels prove it"},
};

static void test_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(together); i++) {
        struct cs_openid_settings settings;
        struct cs_error error = {0};
        enum cs_err found;

        set_all(together[i].pairs, CS_ARRAY_SIZE(together[i].pairs), &settings);
        found = cs_openid_check_settings(&settings, NULL, &error);
        if (together[i].said == NULL && found != CS_OK)
            fail_msg("row %zu: %s", i, error.text);
        if (together[i].said == NULL)
            continue;
        assert_int_equal(found, CS_ERR_CONFIG);
        assert_string_equal(error.text, together[i].said);
    }
}

/* ---- what a login can change ---- */

/* Whoever writes a PAM line can make a login stricter; what the section demands stays. */
static void test_a_login_only_tightens(void **state)
{
    struct cs_openid_settings section, login;

    (void)state;
    set_all((const char *const[]){BASE, "acr-values", "gold silver", "biometric-acr-values", "bio"},
            8, &section);
    login = section;
    assert_string_equal(cs_openid_levels(&section, &login), "gold silver");
    login.enforce_biometric = true;
    assert_string_equal(cs_openid_levels(&section, &login), "bio");
    /* Whatever else the login's copy says. */
    login = (struct cs_openid_settings){.acr_values = "bronze", .biometric_acr_values = "bronze"};
    assert_string_equal(cs_openid_levels(&section, &login), "gold silver");
    login.enforce_biometric = true;
    assert_string_equal(cs_openid_levels(&section, &login), "bio");
    set_all((const char *const[]){BASE}, 4, &section);
    login.enforce_biometric = false;
    assert_null(cs_openid_levels(&section, &login));
}

/* Only these can be written for a single login; none of them is about whom to believe. */
static void test_options_of_a_login(void **state)
{
    static const char *const names[] = {"enforce_biometric", "suppress_notification",
                                        "token_timeout", "no_token_cache"};
    size_t found = 0;

    (void)state;
    for (const struct cs_setting *row = cs_openid_rows; row->name != NULL; row++) {
        if ((row->where & (CS_FROM_PAM | CS_FROM_FILE)) == 0)
            continue;
        assert_true(found < CS_ARRAY_SIZE(names));
        assert_string_equal(row->name, names[found]);
        found++;
    }
    assert_int_equal(found, CS_ARRAY_SIZE(names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_a_login_only_tightens),
        cmocka_unit_test(test_options_of_a_login),
    };

    return cmocka_run_group_tests_name("openid_settings", tests, NULL, NULL);
}
