/* SPDX-License-Identifier: Apache-2.0 */
/* Werbot's settings: the section of our file, and the arguments of the module that this replaces.
 */
#include "tests/unit/unit.h"

#include "providers/werbot/settings.h"

enum { SECTION = CS_FROM_SECTION, LINE = CS_FROM_PAM };

static enum cs_err set(struct cs_werbot_settings *settings, unsigned where, const char *name,
                       const char *value, struct cs_error *error)
{
    const struct cs_setting *row = cs_setting_find(cs_werbot_rows, where, name, strlen(name), NULL);
    enum cs_err result;

    assert_non_null(row);
    result = cs_setting_set(row, value, settings, error);
    return result == CS_OK && row->check_strictly != NULL ? row->check_strictly(row, value, error)
                                                          : result;
}

static void prepare(struct cs_werbot_settings *settings)
{
    *settings = (struct cs_werbot_settings){0};
    cs_settings_defaults(cs_werbot_rows, CS_PROFILE_OWN, settings);
}

static void test_hosts(void **state)
{
    static const char *const good[] = {"api.werbot.com", "werbot.example.com:8443", "192.0.2.7",
                                       "192.0.2.7:443",  "[2001:db8::7]:8443",      "[2001:db8::7]",
                                       "localhost",      "xn--e1afmkfd.example"};
    static const char *const bad[] = {"https://api.werbot.com",
                                      "http://api.werbot.com",
                                      "api.werbot.com/",
                                      "api.werbot.com/auth",
                                      "api.werbot.com?x",
                                      "api.werbot.com#x",
                                      "user@api.werbot.com",
                                      "api.werbot.com:443@evil.example",
                                      "api.werbot.com:",
                                      "api.werbot.com:65536",
                                      "api.werbot.com:https",
                                      ":443",
                                      "api werbot.com",
                                      "api.werbot.com\r\nHost: evil.example",
                                      "good.example\\.evil.example",
                                      "2001:db8::7",
                                      "[2001:db8::7",
                                      "werbot.example%2f.evil.example"};
    static const char *const names[] = {"server-url", "server_url"};
    struct cs_werbot_settings settings;

    (void)state;
    prepare(&settings);
    for (size_t n = 0; n < CS_ARRAY_SIZE(names); n++) {
        unsigned where = n == 0 ? SECTION : LINE;

        for (size_t i = 0; i < CS_ARRAY_SIZE(good); i++) {
            struct cs_error error = {0};

            if (set(&settings, where, names[n], good[i], &error) != CS_OK)
                fail_msg("%s: %s", good[i], error.text);
        }
        for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
            struct cs_error error = {0};

            if (set(&settings, where, names[n], bad[i], &error) != CS_ERR_CONFIG)
                fail_msg("'%s' is taken", bad[i]);
            assert_contains(error.text, "the server's name or address expected, with :PORT if it "
                                        "is not 443, and without https://");
        }
    }
}

static void test_certificates_are_always_verified(void **state)
{
    static const char *const on[] = {"true", "1", "yes", "True", "TRUE", "", "maybe", "falsey"};
    static const char *const off[] = {"false", "0", "no", "False", "NO"};
    struct cs_werbot_settings settings;

    (void)state;
    prepare(&settings);
    for (size_t i = 0; i < CS_ARRAY_SIZE(off); i++)
        assert_int_equal(set(&settings, LINE, "insecure_skip_verify", off[i], NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(on); i++) {
        struct cs_error error = {0};

        if (set(&settings, LINE, "insecure_skip_verify", on[i], &error) != CS_ERR_CONFIG)
            fail_msg("'%s' is taken", on[i]);
        assert_contains(error.text, "the server's certificate is always verified");
        assert_contains(error.text, "ca-path of the section werbot");
    }
    assert_null(cs_setting_find(cs_werbot_rows, SECTION, TEXT("insecure_skip_verify"), NULL));
}

static void test_a_key_on_a_line_is_not_for_a_file_of_ours(void **state)
{
    struct cs_werbot_settings settings;
    struct cs_error error = {0};

    (void)state;
    prepare(&settings);
    assert_int_equal(set(&settings, LINE, "service_key", "0123456789abcdef", &error),
                     CS_ERR_CONFIG);
    assert_contains(error.text, "everybody can read a PAM file");
    assert_null(strstr(error.text, "0123456789abcdef"));
}

struct given {
    const char *url, *id, *key, *file, *line_url, *line_id, *line_key;
};

static void test_what_is_missing(void **state)
{
    static const struct {
        struct given given;
        const char *missing; /* NULL: nothing */
    } rows[] = {
        {{"host", "id", "key", NULL, NULL, NULL, NULL}, NULL},
        {{"host", "id", NULL, "/file", NULL, NULL, NULL}, NULL},
        {{NULL, NULL, NULL, NULL, "host", "id", "key"}, NULL},
        {{NULL, "id", "key", NULL, "host", NULL, NULL}, NULL},
        {{"host", NULL, "key", NULL, NULL, "id", NULL}, NULL},
        {{"host", "id", NULL, NULL, NULL, NULL, "key"}, NULL},
        {{NULL, "id", "key", NULL, NULL, NULL, NULL},
         "server-url is missing: the name of Werbot's "
         "server, as in api.werbot.com"},
        {{"host", NULL, "key", NULL, NULL, NULL, NULL},
         "service-id is missing: the service that stands for this machine there"},
        {{"host", "id", NULL, NULL, NULL, NULL, NULL},
         "service-key is missing; service-key-file may name a file that holds it"},
        {{NULL, NULL, NULL, NULL, NULL, NULL, NULL},
         "server-url is missing: the name of Werbot's "
         "server, as in api.werbot.com"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct given *given = &rows[i].given;
        const struct cs_werbot_settings settings = {.server_url = given->url,
                                                    .service_id = given->id,
                                                    .service_key = given->key,
                                                    .key_file = given->file,
                                                    .line_server_url = given->line_url,
                                                    .line_service_id = given->line_id,
                                                    .line_service_key = given->line_key};
        struct cs_strlist warnings = {0};
        struct cs_error error = {0};
        enum cs_err result = cs_werbot_check_settings(&settings, NULL, &error);

        assert_int_equal(result, rows[i].missing == NULL ? CS_OK : CS_ERR_CONFIG);
        if (rows[i].missing != NULL)
            assert_string_equal(error.text, rows[i].missing);
        /* The section alone may leave to the line what it likes. */
        assert_int_equal(cs_werbot_check_settings(&settings, &warnings, NULL), CS_OK);
        assert_int_equal(warnings.count, 0);
    }
}

static void test_two_keys_are_one_too_many(void **state)
{
    const struct cs_werbot_settings settings = {
        .server_url = "host", .service_id = "id", .service_key = "a", .key_file = "/b"};
    struct cs_strlist warnings = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_werbot_check_settings(&settings, &warnings, &error), CS_ERR_CONFIG);
    assert_string_equal(error.text,
                        "service-key and service-key-file are both given; give only one");
    assert_int_equal(cs_werbot_check_settings(&settings, NULL, NULL), CS_ERR_CONFIG);
}

static void test_the_line_stands_over_the_section(void **state)
{
    struct cs_werbot_settings opened = {.server_url = "section-host",
                                        .service_id = "section-id",
                                        .service_key = "section-key",
                                        .line_server_url = "of-another-login"};
    const struct cs_werbot_settings nothing = {0}, line = {.line_server_url = "line-host",
                                                           .line_service_id = "line-id",
                                                           .line_service_key = "line-key"};
    struct cs_werbot_service service = cs_werbot_service_of(&opened, &nothing);

    (void)state;
    assert_string_equal(service.server, "section-host");
    assert_string_equal(service.id, "section-id");
    assert_string_equal(service.key, "section-key");
    service = cs_werbot_service_of(&opened, &line);
    assert_string_equal(service.server, "line-host");
    assert_string_equal(service.id, "line-id");
    assert_string_equal(service.key, "line-key");
    opened.service_key = NULL;
    opened.key_of_file = "key-of-file";
    assert_string_equal(cs_werbot_service_of(&opened, &nothing).key, "key-of-file");
    assert_string_equal(cs_werbot_service_of(&opened, &line).key, "line-key");
}

static void test_time_for_an_approval(void **state)
{
    struct cs_werbot_settings settings;

    (void)state;
    prepare(&settings);
    assert_int_equal(settings.approval_timeout, 60);
    assert_int_equal(set(&settings, SECTION, "approval-timeout", "4", NULL), CS_ERR_CONFIG);
    assert_int_equal(set(&settings, SECTION, "approval-timeout", "601", NULL), CS_ERR_CONFIG);
    assert_int_equal(set(&settings, SECTION, "approval-timeout", "5", NULL), CS_OK);
    assert_int_equal(settings.approval_timeout, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_certificates_are_always_verified),
        cmocka_unit_test(test_a_key_on_a_line_is_not_for_a_file_of_ours),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_two_keys_are_one_too_many),
        cmocka_unit_test(test_the_line_stands_over_the_section),
        cmocka_unit_test(test_time_for_an_approval),
    };

    return cmocka_run_group_tests_name("werbot_settings", tests, NULL, NULL);
}
