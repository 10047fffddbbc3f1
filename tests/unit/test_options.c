/* SPDX-License-Identifier: Apache-2.0 */
/* Options by their names, and the arguments of a PAM line. */
#include "tests/unit/option_values.h"

#include "methods/plan.h"
#include "pam/module.h"
#include "providers/local/local.h"
#include "providers/registry.h"

static bool leads_to(const char *name, size_t length, const char *expected)
{
    struct cs_option option;

    return cs_option_find(name, length, &option, NULL) && strcmp(option.row->name, expected) == 0;
}

static void test_find_spellings(void **state)
{
    static const char *const none[] = {"OTP_PROMPT", "otp_promp", "otp_prompts", "", "host"};
    struct cs_option option;

    (void)state;
    assert_true(leads_to("otp_prompt", 10, "otp_prompt"));
    assert_true(leads_to("otp-prompt", 10, "otp_prompt"));
    assert_true(leads_to("failifnoqueueserver", 19, "require_broker"));
    assert_true(leads_to("retry=9", 5, "retry"));
    assert_true(leads_to("key-file", 8, "key_file")); /* a provider's */
    for (size_t i = 0; i < CS_ARRAY_SIZE(none); i++)
        assert_false(cs_option_find(none[i], strlen(none[i]), &option, NULL));
}

static enum cs_err read_line(const char *const *arguments, struct cs_options *options,
                             struct cs_strlist *unknown, struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};

    cs_options_defaults(CS_PROFILE_OWN, options);
    for (size_t i = 0; arguments[i] != NULL; i++)
        assert_int_equal(cs_strlist_add(&list, arguments[i], strlen(arguments[i])), CS_OK);
    return cs_options_from_arguments(&list, options, unknown, error);
}

static const struct cs_local_settings *local_of(const struct cs_options *options)
{
    size_t row = 0;

    assert_true(cs_provider_find("local", &row));
    return cs_options_provider(options, row);
}

static void test_arguments_read_in_order(void **state)
{
    static const char *const line[] = {"retry=1",        "otp-echo=no",  "debug",
                                       "retry=2",        "standalone",   "config=/etc/x",
                                       "totp_window=2",  "totp_drift=7", "login_timeout=9",
                                       "exempt_group=a", "2fa_group=b",  NULL};
    CS_AUTO(cs_strlist_free) struct cs_strlist unknown = {0};
    struct cs_options options;

    (void)state;
    assert_int_equal(read_line(line, &options, &unknown, NULL), CS_OK);
    assert_int_equal(options.method.retry, 2);
    assert_false(options.method.otp_echo);
    assert_true(options.debug);
    assert_int_equal(local_of(&options)->totp_window, 2);
    assert_int_equal(local_of(&options)->totp_drift, 7);
    assert_int_equal(options.login_timeout, 9);
    assert_non_null(options.exempt_group); /* borrowed from the list, which is gone */
    assert_non_null(options.two_factor_group);
    assert_int_equal(unknown.count, 0);
}

static void test_arguments_inverse_names_say_the_opposite(void **state)
{
    static const struct {
        const char *line[3];
        bool accept, devices;
    } rows[] = {
        {{NULL}, false, false},
        {{"accept_on_missing_auth_method", "add_devices_to_choice"}, true, true},
        {{"reject_on_missing_auth_method", "no_devices_in_choice"}, false, false},
        {{"reject-on-missing-auth-method=no", "no-devices-in-choice=false"}, true, true},
        {{"add_devices_to_choice", "no_devices_in_choice"}, false, false},
        {{"no_devices_in_choice", "add_devices_to_choice"}, false, true}, /* the last one counts */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
        struct cs_options options;

        assert_int_equal(read_line(rows[i].line, &options, &warnings, NULL), CS_OK);
        assert_int_equal(warnings.count, 0);
        assert_int_equal(options.method.accept_on_missing_auth_method, rows[i].accept);
        assert_int_equal(options.method.add_devices_to_choice, rows[i].devices);
    }
}

static void test_arguments_plans_by_other_names(void **state)
{
    static const char *const rows[][2] = {
        {"auth_method=password-then-totp", "password-then-totp"},
        {"auth_method=password_then_totp", "password-then-totp"},
        {"auth-method=password_then-choice_then-otp", "password-then-choice-then-otp"},
        {"auth_method=password-and-device", "password-then-device"},
        {"auth_method=password_and_device", "password-then-device"},
        {"auth_method=Password-then-totp", NULL},
        {"auth_method=password--then-totp", NULL},
        {"auth_method=password-then-totp ", NULL},
        {"auth_method=password-and", NULL},
        {"auth_method=", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *const line[] = {rows[i][0], NULL};
        CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
        struct cs_options options;

        assert_int_equal(read_line(line, &options, &warnings, NULL),
                         rows[i][1] ? CS_OK : CS_ERR_CONFIG);
        assert_string_equal(options.auth_method, rows[i][1] ? rows[i][1] : "totp");
    }
}

static void test_arguments_unknown_names_become_warnings(void **state)
{
    static const char *const line[] = {"retyr=1", "retry=1", "use_first_pass", "=x", "", NULL};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_options options;

    (void)state;
    assert_int_equal(read_line(line, &options, &warnings, NULL), CS_OK);
    assert_int_equal(options.method.retry, 1);
    assert_int_equal(warnings.count, 4);
    assert_string_equal(warnings.items[0], /* without its value */
                        "unknown argument 'retyr' is ignored; it means 'retry'");
    assert_contains(warnings.items[1], "'use_first_pass'");
    assert_contains(warnings.items[2], "''");
}

/* A text whose substitution cannot apply is shown as it is, and said. */
static void test_arguments_texts_with_foreign_letters_warn(void **state)
{
    static const char *const line[] = {"otp_prompt=%n%s: ", "prompt_sms=%I) %N\n",
                                       "verify_message=%T?", "device_prompt=ok %%", NULL};
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    for (size_t i = 0; line[i] != NULL; i++)
        assert_int_equal(cs_strlist_add(&list, line[i], strlen(line[i])), CS_OK);
    assert_int_equal(cs_options_from_arguments(&list, &options, &warnings, NULL), CS_OK);
    assert_int_equal(warnings.count, 2);
    assert_contains(warnings.items[0], "otp_prompt: %n does not apply");
    assert_contains(warnings.items[0], "it is shown as it is");
    assert_contains(warnings.items[1], "verify_message: %T does not apply");
    assert_int_equal(options.texts[CS_TEXT_OTP_PROMPT].count, 1);
    assert_string_equal(options.texts[CS_TEXT_OTP_PROMPT].variants[0].text, "%n%s: ");
    assert_string_equal(options.texts[CS_TEXT_OTP_PROMPT].variants[0].language, "");
    assert_string_equal(options.texts[CS_TEXT_SMS].variants[0].text, "%I) %N\n");
    assert_int_equal(options.texts[CS_TEXT_EMAIL].count, 0);
}

static void test_arguments_file_only_option_refused(void **state)
{
    struct cs_option option;
    size_t seen = 0;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const char *const line[] = {option.row->name, NULL};
        CS_AUTO(cs_strlist_free) struct cs_strlist unknown = {0};
        struct cs_error error = {0};
        struct cs_options options;

        if ((option.row->where & (CS_FROM_PAM | CS_FROM_FILE)) != CS_FROM_FILE)
            continue;
        seen++;
        assert_int_equal(read_line(line, &options, &unknown, &error), CS_ERR_CONFIG);
        assert_contains(error.text, option.row->name);
        assert_contains(error.text, "belongs in the configuration file");
    }
    assert_true(seen > 3);
}

/* A member of a provider's section is nothing on a PAM line. */
static void test_arguments_members_of_sections_are_unknown(void **state)
{
    struct cs_option option;
    size_t seen = 0;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const char *const line[] = {option.row->name, NULL};
        CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
        struct cs_options options;
        struct cs_option ordinary; /* "issuer" is one, too */

        if (is_ordinary(option.row) || cs_option_find(line[0], strlen(line[0]), &ordinary, NULL))
            continue;
        seen++;
        assert_int_equal(read_line(line, &options, &warnings, NULL), CS_OK);
        assert_int_equal(warnings.count, 1);
        assert_contains(warnings.items[0], "unknown argument");
    }
    assert_true(seen > 10);
}

/* What the module passes on although the rows are its own. */
static bool is_passed_on(const struct cs_setting *row)
{
    return strcmp(row->name, "ibm_auth_config") == 0 || strcmp(row->name, "id") == 0;
}

/* The module must not link the table, so it has a list of its own: the rows of scope module. */
static void test_module_list_agrees_with_the_table(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const struct cs_setting *row = option.row;
        const char *names[] = {row->name, row->alias};
        bool is_own = row->scope == CS_SCOPE_MODULE || strcmp(row->name, "debug") == 0;

        if (is_passed_on(row) || !is_ordinary(row))
            continue;
        for (size_t n = 0; n < 2 && names[n] != NULL && other_value(row) != NULL; n++) {
            struct cs_module_arguments plain, changed;
            char argument[200];
            const char *const line[] = {argument};
            bool differs;

            (void)snprintf(argument, sizeof argument, "%s=%s", names[n], other_value(row));
            cs_module_parse(0, NULL, &plain);
            cs_module_parse(1, (const char **)(uintptr_t)line, &changed);
            differs = plain.mode != changed.mode || plain.debug != changed.debug ||
                      (changed.config != NULL && strcmp(changed.config, "/other/path") == 0) ||
                      strcmp(plain.socket, changed.socket) != 0;
            if (differs != is_own)
                fail_msg("%s: the module %s it", argument, differs ? "reads" : "does not read");
        }
    }
}

static void test_module_parse_values(void **state)
{
    static const struct {
        const char *line[3];
        enum cs_client_mode mode;
    } rows[] = {
        {{"x", "y", "z"}, CS_CLIENT_AUTO},
        {{"require_broker", "", ""}, CS_CLIENT_REQUIRE_BROKER},
        {{"require-broker=on", "", ""}, CS_CLIENT_REQUIRE_BROKER},
        {{"failifnoqueueserver=1", "", ""}, CS_CLIENT_REQUIRE_BROKER},
        {{"require_broker=no", "", ""}, CS_CLIENT_AUTO},
        {{"require_broker=maybe", "", ""}, CS_CLIENT_AUTO},
        {{"require_brokerx", "", ""}, CS_CLIENT_AUTO},
        {{"standalone", "socket=", "config="}, CS_CLIENT_STANDALONE},
        {{"standalone=yes", "standalone=no", ""}, CS_CLIENT_AUTO}, /* the last one counts */
        {{"require_broker", "require_broker=0", ""}, CS_CLIENT_AUTO},
        {{"standalone", "require_broker=no", ""}, CS_CLIENT_STANDALONE},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_module_arguments arguments;
        struct cs_option socket;

        cs_module_parse(3, (const char **)(uintptr_t)rows[i].line, &arguments);
        if (arguments.mode != rows[i].mode)
            fail_msg("row %zu: mode %d", i, (int)arguments.mode);
        assert_true(cs_option_find("socket", 6, &socket, NULL));
        assert_string_equal(arguments.socket, socket.row->fallback);
        assert_null(arguments.config);
    }
}

/* Calls have the settings of the kind that the login goes to, with what its words say. */
static void test_chosen_provider_has_the_settings_of_the_line(void **state)
{
    static const struct {
        const char *line[3];
        const char *kind, *option, *value;
    } rows[] = {
        {{"u2f_app_id=pam://a", NULL}, "local", "u2f_app_id", "pam://a"},
        {{"provider=verify", "user_name_attr=mail", NULL}, "verify", "user_name_attr", "mail"},
        {{"user_name_attr=mail", "u2f_app_id=pam://b", NULL}, "local", "u2f_app_id", "pam://b"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_strlist_free) struct cs_strlist line = {0};
        struct cs_options options;
        struct cs_option option;
        size_t row = 0;

        for (const char *const *word = rows[i].line; *word != NULL; word++)
            assert_int_equal(cs_strlist_add(&line, *word, strlen(*word)), CS_OK);
        cs_options_defaults(CS_PROFILE_OWN, &options);
        assert_int_equal(cs_options_from_arguments(&line, &options, NULL, NULL), CS_OK);
        assert_true(cs_provider_find(rows[i].kind, &row));
        assert_ptr_equal(cs_options_chosen_provider(&options), cs_options_provider(&options, row));
        assert_true(cs_option_find_in(row, ~0U, rows[i].option, &option));
        assert_string_equal(cs_setting_text(option.row, cs_options_chosen_provider(&options)),
                            rows[i].value);
    }
}

static void test_one_answer_leaves_one_hidden_line(void **state)
{
    static const char *const taken[] = {"totp", "password", "password-and-totp"};
    struct cs_options options;
    struct cs_error error = {0};
    const char *name;

    (void)state;
    for (size_t i = 0; (name = cs_plan_name(i)) != NULL; i++) {
        bool takes = false;

        for (size_t j = 0; j < CS_ARRAY_SIZE(taken); j++)
            takes |= strcmp(name, taken[j]) == 0;
        cs_options_defaults(CS_PROFILE_OWN, &options);
        options.auth_method = name;
        options.method.ask_password_on_mismatch = true;
        assert_int_equal(cs_options_expect_one_answer(&options, &error), CS_OK);
        assert_true(options.method.otp_echo && options.method.retry == 3);
        options.method.one_answer = true;
        if (cs_options_expect_one_answer(&options, &error) != (takes ? CS_OK : CS_ERR_CONFIG))
            fail_msg("%s: %s", name, error.text);
        if (!takes)
            continue;
        assert_false(options.method.otp_echo || options.method.ask_password_on_mismatch);
        assert_int_equal(options.method.retry + options.method.password_retry, 0);
    }
    assert_non_null(strstr(error.text, "one_answer: auth_method=password-and-totp-or-device asks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_spellings),
        cmocka_unit_test(test_arguments_read_in_order),
        cmocka_unit_test(test_chosen_provider_has_the_settings_of_the_line),
        cmocka_unit_test(test_arguments_inverse_names_say_the_opposite),
        cmocka_unit_test(test_arguments_plans_by_other_names),
        cmocka_unit_test(test_arguments_unknown_names_become_warnings),
        cmocka_unit_test(test_arguments_texts_with_foreign_letters_warn),
        cmocka_unit_test(test_arguments_file_only_option_refused),
        cmocka_unit_test(test_arguments_members_of_sections_are_unknown),
        cmocka_unit_test(test_module_list_agrees_with_the_table),
        cmocka_unit_test(test_module_parse_values),
        cmocka_unit_test(test_one_answer_leaves_one_hidden_line),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
