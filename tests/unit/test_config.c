/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include "base/file.h"
#include "login/config_priv.h"

static void assert_refused(const char *text, const char *expected)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};
    enum cs_err result = cs_config_parse("c.json", text, strlen(text), &config, &error);

    if (result != CS_ERR_CONFIG)
        fail_msg("%s: result %d", text, (int)result);
    assert_null(config);
    assert_string_equal(error.text, expected);
}

static void test_parse_wrong_refused_with_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"[]", "c.json:1:1: an object of options expected, found an array"},
        {"{\"retyr\": 1}",
         "c.json:1:2: there is no option 'retyr' for this file; see 'countersign options'"},
        {"{\n  \"a\\u001b\": 1}",
         "c.json:2:3: there is no option 'a?' for this file; see 'countersign options'"},
        {"{\"nullok\": true}",
         "c.json:1:2: there is no option 'nullok' for this file; other modules have it: users who "
         "are not enrolled are refused; accept_on_missing_auth_method lets them in"},
        {"{\"services\": {\"x\": {\"use-first-pass\": true}}}",
         "c.json:1:21: there is no option 'use-first-pass' for this file; other modules have it: a "
         "plan that begins with the password, such as auth_method=password-then-totp, first tries "
         "the one that an earlier module asked for"},
        {"{\"standalone\": true}", "c.json:1:2: there is no option 'standalone' for this file; "
                                   "see 'countersign options'"},
        {"{\"debug\": \"yes\"}", "c.json:1:11: debug: true or false expected, found a string"},
        {"{\"debug\": 1}", "c.json:1:11: debug: true or false expected, found a number"},
        {"{\"retry\": \"1\"}", "c.json:1:11: retry: a number expected, found a string"},
        {"{\"retry\": 1.5}", "c.json:1:11: retry: a whole number expected"},
        {"{\"retry\": 11}", "c.json:1:11: retry: '11' is not a number from 0 to 10"},
        {"{\"retry\": -1}", "c.json:1:11: retry: '-1' is not a number from 0 to 10"},
        {"{\"retry\": null}", "c.json:1:11: retry: a number expected, found null"},
        {"{\"store\": 1}", "c.json:1:11: store: a string expected, found a number"},
        {"{\"store\": \"x\"}", "c.json:1:11: store: an absolute path expected"},
        {"{\"exempt_group\": [\"a\", 1]}",
         "c.json:1:18: exempt_group: a string or a list of strings expected, found an array"},
        {"{\"exempt_group\": [\"a\\\"b\"]}",
         "c.json:1:18: exempt_group: a string or a list of strings expected, found an array"},
        {"{\"exempt_group\": [\"\", \"a\"]}",
         "c.json:1:18: exempt_group: a string or a list of strings expected, found an array"},
        {"{\"exempt_group\": []}",
         "c.json:1:18: exempt_group: group names expected, at most 1000 bytes"},
        {"{\"auth_method\": \"none\"}",
         "c.json:1:17: auth_method: there is no 'none'; see 'countersign options'"},
        {"{\"append\": 1}", "c.json:1:12: append: a string expected, found a number"},
        {"{\"append\": \"\"}",
         "c.json:1:12: append: is empty; 1 to 1000 bytes expected, or leave it out"},
        {"{\"user_env\": true}", "c.json:1:14: user_env: a string expected, found true or false"},
        {"{\"user_env\": \"A B\"}", "c.json:1:14: user_env: the name of a variable expected"},
        {"{\"lang\": 1}", "c.json:1:10: lang: a string expected, found a number"},
        {"{\"push_wait\": 1}", "c.json:1:15: push_wait: a string expected, found a number"},
        {"{\"push_wait\": \"x\"}",
         "c.json:1:15: push_wait: 'x' is not one of: auto, live, enter, silent"},
        /* A name that says the opposite is for PAM lines alone. */
        {"{\"no_devices_in_choice\": true}",
         "c.json:1:2: there is no option 'no_devices_in_choice' for this file; see 'countersign "
         "options'"},
        {"{\"services\": []}",
         "c.json:1:14: services: an object of PAM service names expected, found an array"},
        {"{\"services\": {\"sshd\": 1}}",
         "c.json:1:23: service 'sshd': an object of options expected, found a number"},
        {"{\"services\": {\"sshd\": {\"retyr\": 1}}}",
         "c.json:1:24: there is no option 'retyr' for this file; see 'countersign options'"},
        {"{\"services\": {\"sshd\": {\"services\": {}}}}",
         "c.json:1:24: there is no option 'services' for this file; see 'countersign options'"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_refused(rows[i][0], rows[i][1]);
}

static void test_parse_broker_options_by_service_refused(void **state)
{
    static const char *const rows[][2] = {{"store", "\"/x\""},
                                          {"key_file", "\"/x\""},
                                          {"allow_unprivileged", "true"},
                                          {"max_logins", "5"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char text[200], expected[200];

        (void)snprintf(text, sizeof text, "{\"services\": {\"sshd\": {\n\"%s\": %s}}}", rows[i][0],
                       rows[i][1]);
        (void)snprintf(expected, sizeof expected,
                       "c.json:2:1: '%s' is not a setting of a login and cannot differ by service",
                       rows[i][0]);
        assert_refused(text, expected);
    }
}

static void test_apply_service_over_file_over_default(void **state)
{
    static const char text[] =
        "/* ours */ {\"services\": {\"sudo\": {\"retry\": 7, \"otp-echo\": false},"
        " \"sshd\": {\"retry\": 0}}, \"retry\": 5, // five\n"
        "\"exempt_group\": [\"a\", \"domain admins\", \"Paris, France\"], \"debug\": true,}";
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    struct cs_error error = {0};

    (void)state;
    if (cs_config_parse("c.json", text, sizeof text - 1, &config, &error) != CS_OK)
        fail_msg("%s", error.text);
    cs_config_options(config, "login", NULL, &options);
    assert_int_equal(options.method.retry, 5);
    assert_true(options.method.otp_echo && options.debug);
    assert_string_equal(options.exempt_group, "a,domain admins,\"Paris, France\"");
    cs_config_options(config, "sudo", NULL, &options);
    assert_int_equal(options.method.retry, 7);
    assert_false(options.method.otp_echo);
    cs_config_options(config, "sshd", NULL, &options);
    assert_int_equal(options.method.retry, 0);
    cs_config_options(config, "SSHD", NULL, &options); /* names are compared exactly */
    assert_int_equal(options.method.retry, 5);
}

static struct cs_config *load(struct cs_config_cache *cache, const char *path, enum cs_err expected)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct cs_config *config = NULL;
    struct cs_error error = {0};
    enum cs_err result = cs_config_load(cache, fd, path, &config, &error);

    if (result != expected)
        fail_msg("result %d: %s", (int)result, error.text);
    return config;
}

static void test_cache_same_object_until_the_file_changes(void **state)
{
    CS_AUTO(cs_config_cache_free) struct cs_config_cache *cache = cs_config_cache_new();
    CS_AUTO(cs_config_release) struct cs_config *first = NULL;
    CS_AUTO(cs_config_release) struct cs_config *again = NULL;
    CS_AUTO(cs_config_release) struct cs_config *changed = NULL;
    struct cs_options options;
    char path[PATH_SIZE];

    if (geteuid() != 0) /* the file must belong to root */
        skip();
    write_file(folder_path(state, "c.json", path), 0640, TEXT("{\"retry\": 1}"));
    first = load(cache, path, CS_OK);
    again = load(cache, path, CS_OK);
    assert_ptr_equal(first, again);
    write_file(path, 0640, TEXT("{\"retry\": 10}"));
    changed = load(cache, path, CS_OK);
    assert_ptr_not_equal(first, changed);
    cs_config_options(changed, "x", NULL, &options);
    assert_int_equal(options.method.retry, 10);
    cs_config_options(first, "x", NULL,
                      &options); /* a login that holds the old one goes on with it */
    assert_int_equal(options.method.retry, 1);
    write_file(path, 0640, TEXT("{\"retry\": 1000}"));
    assert_null(load(cache, path, CS_ERR_CONFIG));
}

static void test_cache_more_files_than_places(void **state)
{
    CS_AUTO(cs_config_cache_free) struct cs_config_cache *cache = cs_config_cache_new();
    char path[PATH_SIZE], name[16], text[32];

    if (geteuid() != 0)
        skip();
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i <= 10; i++) {
            CS_AUTO(cs_config_release) struct cs_config *config = NULL;
            struct cs_options options;

            (void)snprintf(name, sizeof name, "%u.json", i);
            (void)snprintf(text, sizeof text, "{\"retry\": %u}", i);
            folder_path(state, name, path);
            if (round == 0)
                write_file(path, 0600, text, strlen(text));
            config = load(cache, path, CS_OK);
            cs_config_options(config, "x", NULL, &options);
            assert_int_equal(options.method.retry, i);
        }
    }
}

static void test_load_untrusted_file_refused(void **state)
{
    CS_AUTO(cs_config_cache_free) struct cs_config_cache *cache = cs_config_cache_new();
    struct cs_error error = {0};
    char path[PATH_SIZE];
    int fd = -1;

    if (geteuid() != 0)
        skip();
    write_file(folder_path(state, "c.json", path), 0644, TEXT("{}"));
    assert_null(load(cache, path, CS_ERR_TRUST));
    assert_int_equal(chmod(path, 0660), 0);
    assert_null(load(cache, path, CS_ERR_TRUST));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(chown(path, 65534, 0), 0);
    assert_null(load(cache, path, CS_ERR_TRUST));
    assert_int_equal(cs_config_open(path, &fd, &error), CS_ERR_TRUST);
    assert_int_equal(cs_config_open(folder_path(state, "none", path), &fd, &error), CS_ERR_CONFIG);
    assert_contains(error.text, "there is no configuration");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_wrong_refused_with_its_place),
        cmocka_unit_test(test_parse_broker_options_by_service_refused),
        cmocka_unit_test(test_apply_service_over_file_over_default),
        IN_FOLDER(test_cache_same_object_until_the_file_changes),
        IN_FOLDER(test_cache_more_files_than_places),
        IN_FOLDER(test_load_untrusted_file_refused),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
