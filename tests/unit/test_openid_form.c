/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to an OpenID provider: whom to ask, the form around it, and the word to compare. */
#include "tests/unit/unit.h"

#include "providers/openid/form.h"
#include "providers/openid/hint.h"
#include "providers/server/word.h"

#define ISSUER "https://id.example.com/"

/* ---- login_hint ---- */

static void test_hint_check(void **state)
{
    static const char *const good[] = {"%u",    "%a",       "user:%u",          "%i%u",
                                       "%%%u",  "100%%:%u", "{\"sub\":\"%u\"}", "%a@example.com",
                                       "%u%a%i"};
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"", "%u (the identity) or %a"},   {"alice", "%u (the identity) or %a"},
        {"%i", "%u (the identity) or %a"}, {"%%u", "%u (the identity) or %a"},
        {"%u%", "write %% for a percent"}, {"%x%u", "write %% for a percent"},
        {"%U", "write %% for a percent"},  {"%u%%%", "write %% for a percent"},
        {"% u", "write %% for a percent"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++)
        assert_int_equal(cs_openid_hint_check(good[i], NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        struct cs_error error = {0};

        if (cs_openid_hint_check(bad[i].text, &error) != CS_ERR_CONFIG)
            fail_msg("'%s' is taken", bad[i].text);
        assert_contains(error.text, bad[i].said);
    }
}

static void test_hint_write(void **state)
{
    static const struct {
        const char *text, *identity, *written;
    } rows[] = {
        {"%u", "alice", "alice"},
        {"%a", "x", "al\"ice"},
        {"u=%u,a=%a,i=%i", "7", "u=7,a=al\"ice,i=" ISSUER},
        {"50%%%u", "7", "50%7"},
        {"%u", "%a", "%a"}, /* a value is no template */
        {"%u", "\xc3\xbc:+&=", "\xc3\xbc:+&="},
        {"{\"u\":\"%u\"}", "a", "{\"u\":\"a\"}"},
        /* Nobody gets out of the quotes. */
        {"{\"u\":\"%u\"}", "a\",\"sub\":\"root", "{\"u\":\"a\\\",\\\"sub\\\":\\\"root\"}"},
        {"{\"u\":\"%u\"}", "a\\", "{\"u\":\"a\\\\\"}"},
        {"{\"u\":\"%a\"}", "x", "{\"u\":\"al\\\"ice\"}"},
        {"{\"u\":\"%u\"}", "a\n\x1f", "{\"u\":\"a\\n\\u001f\"}"},
        {"{\"u\":\"%u\"}", "\xc3\xbc", "{\"u\":\"\xc3\xbc\"}"},
        {"{\"u\":\"%u\",\"n\":\"1%%\"}", "", "{\"u\":\"\",\"n\":\"1%\"}"},
        {" {\"u\":\"%u\"}", "a\"", " {\"u\":\"a\"\"}"}, /* begins with something else */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_openid_hint hint = {rows[i].identity, "al\"ice", ISSUER};
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        cs_openid_hint_write(rows[i].text, &hint, &out);
        assert_false(out.failed);
        assert_string_equal(out.text ? out.text : "", rows[i].written);
    }
}

/* ---- forms ---- */

/* Every byte that could end a value or begin another is encoded. */
static void test_form(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0}, bytes = {0};
    char every[256];

    (void)state;
    cs_form_add(&form, "scope", "openid profile");
    cs_form_add(&form, "user_code", NULL);
    cs_form_add(&form, "empty", "");
    cs_form_add(&form, "login_hint", "a&scope=b+c=\xc3\xbc%41");
    cs_form_add_parameter(&form, NULL);
    cs_form_add_parameter(&form, "notification_mode=none & all=1");
    assert_string_equal(form.text, "scope=openid%20profile&empty=&login_hint=a%26scope%3Db%2Bc%3D"
                                   "%C3%BC%2541&notification_mode=none%20%26%20all%3D1");
    for (int byte = 1; byte < 256; byte++)
        every[byte - 1] = (char)byte;
    every[255] = '\0';
    cs_form_add(&bytes, "x", every);
    assert_int_equal(strspn(bytes.text + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789-._~%"),
                     strlen(bytes.text + 2));
}

static void test_parameter_alone(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};

    (void)state;
    cs_form_add_parameter(&form, "a=");
    assert_string_equal(form.text, "a=");
}

static void test_parameter_check(void **state)
{
    static const char *const good[] = {
        "notification_mode=none", "x=", "a.b-c_1=d e&f", "scopes=x", "scop=x", "a=b=c"};
    static const char *const bad[] = {"",       "=x",         "name",   "a b=c", "a&b=c",
                                      "a%20=c", "\xc3\xbc=1", "a=b\nc", "a=\xff"};
    static const char *const taken[] = {"acr_values",
                                        "auth_req_id",
                                        "binding_message",
                                        "client_assertion",
                                        "client_assertion_type",
                                        "client_id",
                                        "client_notification_token",
                                        "client_secret",
                                        "device_code",
                                        "grant_type",
                                        "id_token_hint",
                                        "login_hint",
                                        "login_hint_token",
                                        "request",
                                        "request_uri",
                                        "requested_expiry",
                                        "response_type",
                                        "scope",
                                        "user_code"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++)
        assert_int_equal(cs_openid_parameter_check(good[i], NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        struct cs_error error = {0};

        assert_int_equal(cs_openid_parameter_check(bad[i], &error), CS_ERR_CONFIG);
        assert_string_equal(error.text, "NAME=VALUE expected");
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(taken); i++) {
        struct cs_error error = {0};
        char text[64];

        (void)snprintf(text, sizeof text, "%s=x", taken[i]);
        assert_int_equal(cs_openid_parameter_check(text, &error), CS_ERR_CONFIG);
        assert_contains(error.text, "cannot be set here");
        assert_contains(error.text, taken[i]);
    }
}

/* ---- words ---- */

static void test_words(void **state)
{
    char before[21] = "";

    (void)state;
    for (size_t length = 0; length <= 20; length++) {
        char word[22];

        memset(word, '!', sizeof word);
        assert_int_equal(cs_make_word(length, word, NULL), CS_OK);
        assert_int_equal(strlen(word), length);
        assert_int_equal(word[length + 1], '!');
        /* None that looks like another: no I, O, 0 and 1. */
        assert_int_equal(strspn(word, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), length);
    }
    for (int i = 0; i < 20; i++) {
        char word[21];

        assert_int_equal(cs_make_word(20, word, NULL), CS_OK);
        assert_string_not_equal(word, before);
        memcpy(before, word, sizeof before);
    }
}

/* Every character comes as often as the others: one bit less, and half of them never would. */
static void test_words_use_every_character(void **state)
{
    unsigned seen[256] = {0}, characters = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        char word[21];

        assert_int_equal(cs_make_word(20, word, NULL), CS_OK);
        for (const char *at = word; *at != '\0'; at++)
            seen[(unsigned char)*at]++;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(seen); i++) {
        characters += seen[i] > 0;
        assert_true(seen[i] == 0 || (seen[i] > 40 && seen[i] < 260)); /* 125 on average */
    }
    assert_int_equal(characters, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hint_check),
        cmocka_unit_test(test_hint_write),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_parameter_alone),
        cmocka_unit_test(test_parameter_check),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_use_every_character),
    };

    return cmocka_run_group_tests_name("openid_form", tests, NULL, NULL);
}
