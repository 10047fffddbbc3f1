/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "login/options.h"
#include "pam/module.h"
#include "providers/registry.h"
#include "u2f/message.h"

/* A value of each type that is not the default of any row. */
static const char *other_value(const struct cs_option *option)
{
    static char number[16];

    switch (option->type) {
    case CS_OPTION_FLAG:
        return strcmp(option->fallback, "yes") == 0 ? "no" : "yes";
    case CS_OPTION_NUMBER:
        (void)snprintf(number, sizeof number, "%u",
                       option->fallback && strtoul(option->fallback, NULL, 10) == option->max
                           ? option->min
                           : option->max);
        return number;
    case CS_OPTION_CHOICE:
    case CS_OPTION_NAME:
        return cs_option_value(option, 1);
    case CS_OPTION_GROUPS:
        return "wheel,domain users,\"Paris, France\"";
    case CS_OPTION_TEXT:
        return "Own: ";
    case CS_OPTION_LANG:
        return "pt-BR";
    case CS_OPTION_PATH:
        return "/other/path";
    case CS_OPTION_STRING:
        return "another text";
    case CS_OPTION_NAME_OF_VARIABLE:
        return "COUNTERSIGN_USER";
    case CS_OPTION_APP_ID:
        return "pam://app.example";
    case CS_OPTION_ORIGINS:
        return "pam://a.example, pam://b.example";
    }
    return NULL;
}

static size_t size_of(const struct cs_option *option)
{
    switch (option->type) {
    case CS_OPTION_FLAG:
        return sizeof(bool);
    case CS_OPTION_NUMBER:
    case CS_OPTION_CHOICE:
        return sizeof(unsigned);
    default:
        return sizeof(const char *);
    }
}

static bool within(size_t byte, size_t start, size_t size)
{
    return byte >= start && byte - start < size;
}

/* Whether the byte at that place belongs to the option: of a text, its row in both arrays. */
static bool owns_byte(const struct cs_option *option, size_t byte)
{
    size_t key = (size_t)option->offset;

    if (option->offset == CS_NOT_STORED)
        return false;
    if (option->type != CS_OPTION_TEXT)
        return within(byte, key, size_of(option));
    return within(byte, offsetof(struct cs_options, texts) + key * sizeof(struct cs_text_setting),
                  sizeof(struct cs_text_setting)) ||
           within(byte,
                  offsetof(struct cs_options, line_texts) + key * sizeof(struct cs_text_variant),
                  sizeof(struct cs_text_variant));
}

static void test_table_defaults_accepted_by_their_rows(void **state)
{
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;
    struct cs_options options;

    (void)state;
    assert_true(count >= 20);
    for (size_t i = 0; i < count; i++) {
        struct cs_error error = {0};

        assert_true(strlen(table[i].help) > 10);
        assert_true((table[i].where & (CS_FROM_PAM | CS_FROM_FILE)) != 0);
        if (table[i].fallback != NULL &&
            cs_option_set(&table[i], table[i].fallback, &options, &error) != CS_OK)
            fail_msg("%s: %s", table[i].name, error.text);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(table[i].name, table[j].name);
            if (table[i].offset != CS_NOT_STORED &&
                (table[i].type == CS_OPTION_TEXT) == (table[j].type == CS_OPTION_TEXT))
                assert_int_not_equal(table[i].offset, table[j].offset);
        }
    }
}

/* The row names a provider that this build may lack; without it the profile cannot be used. */
static bool is_registered(const struct cs_option *option, const char *value)
{
    const char *name;

    if (strcmp(option->name, "provider") != 0)
        return true;
    for (size_t row = 0; (name = cs_provider_name(row)) != NULL; row++) {
        if (strcmp(name, value) == 0)
            return true;
    }
    return false;
}

static void test_table_defaults_of_profile_ibm_accepted_and_in_force(void **state)
{
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        struct cs_options own, ibm, expected;
        struct cs_error error = {0};

        if (option->ibm == NULL || !is_registered(option, option->ibm))
            continue;
        seen++;
        memset(&own, 0, sizeof own);
        memset(&ibm, 0, sizeof ibm);
        cs_options_defaults(CS_PROFILE_OWN, &own);
        cs_options_defaults(CS_PROFILE_IBM, &ibm);
        assert_int_equal(ibm.profile, CS_PROFILE_IBM);
        memcpy(&expected, &own, sizeof expected);
        if (cs_option_set(option, option->ibm, &expected, &error) != CS_OK)
            fail_msg("%s: %s", option->name, error.text);
        if (option->type == CS_OPTION_TEXT) {
            assert_int_equal(own.texts[option->offset].count, 0);
            assert_int_equal(ibm.texts[option->offset].count, 1);
            assert_string_equal(ibm.texts[option->offset].variants[0].text, option->ibm);
        } else if (option->offset != CS_NOT_STORED) {
            assert_memory_equal((char *)&ibm + option->offset, (char *)&expected + option->offset,
                                size_of(option));
            assert_memory_not_equal((char *)&own + option->offset, (char *)&ibm + option->offset,
                                    size_of(option));
        }
    }
    assert_true(seen >= 10);
}

/* All names lead to their row and to no other. */
static void test_table_names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        const char *names[] = {option->name, option->alias, option->inverse};

        for (size_t n = 0; n < CS_ARRAY_SIZE(names); n++) {
            bool inverted = n != 2;

            if (names[n] == NULL)
                continue;
            assert_ptr_equal(cs_option_find(names[n], strlen(names[n]), &inverted), option);
            assert_int_equal(inverted, n == 2);
        }
        assert_true(option->inverse == NULL || option->type == CS_OPTION_FLAG);
        assert_true(option->type != CS_OPTION_FLAG || option->fallback != NULL);
    }
}

static void test_table_each_option_changes_its_own_field_alone(void **state)
{
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct cs_options before, after;
        const char *value = other_value(&table[i]);
        size_t changed = 0;

        if (value == NULL) /* a choice of one */
            continue;
        memset(&before, 0, sizeof before);
        cs_options_defaults(CS_PROFILE_OWN, &before);
        memcpy(&after, &before, sizeof after);
        assert_int_equal(cs_option_set(&table[i], value, &after, NULL), CS_OK);
        for (size_t b = 0; b < sizeof before; b++) {
            if (((const char *)&before)[b] == ((const char *)&after)[b])
                continue;
            changed++;
            if (!owns_byte(&table[i], b))
                fail_msg("%s changes byte %zu, which is not its own", table[i].name, b);
        }
        if ((changed > 0) != (table[i].offset != CS_NOT_STORED))
            fail_msg("%s=%s changes nothing", table[i].name, value);
    }
}

static void test_table_bad_values_refused_by_name(void **state)
{
    static char long_name[CS_U2F_ORIGIN_MAX + 2];
    static const char *const bad[][9] = {
        [CS_OPTION_FLAG] = {"maybe", "YES", "2", " yes", "\xff", NULL},
        [CS_OPTION_NUMBER] = {"", "-1", "+1", " 1", "1x", "0x1", "99999999999999999999", NULL},
        [CS_OPTION_CHOICE] = {"", "nonsense", "TOTP", " ", NULL},
        [CS_OPTION_NAME] = {"", "nonsense", "TOTP", "Local", " ", NULL},
        [CS_OPTION_LANG] = {"", "f", "../fr", "fr/", "french", "fr_", "fr_C1", "none", NULL},
        [CS_OPTION_GROUPS] = {"", ",a", "a,", "a,,b", "a, b", "\"a", "a\"b\"", "a\n", NULL},
        [CS_OPTION_TEXT] = {"a\rb", "\x1b[m", "\xff", "\u202e", NULL},
        [CS_OPTION_PATH] = {"", "relative", "/a\nb", "~/x", NULL},
        [CS_OPTION_STRING] = {"", "a\nb", "\x1b[m", "\xff", "\u202e", "\x7f", NULL},
        [CS_OPTION_NAME_OF_VARIABLE] = {"", "1A", "A B", "A=B", "A-B", "\xc3\xa4", "A\n", "$A",
                                        NULL},
        [CS_OPTION_APP_ID] = {"", "a\nb", "\xff", long_name, NULL},
        [CS_OPTION_ORIGINS] = {"", ",a", "a,", "a,,b", "a\n", "1,2,3,4,5,6,7,8,9", long_name, NULL},
    };
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;

    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    for (size_t i = 0; i < count; i++) {
        for (size_t v = 0; bad[table[i].type][v] != NULL; v++) {
            struct cs_options options;
            struct cs_error error = {0};

            if (cs_option_set(&table[i], bad[table[i].type][v], &options, &error) != CS_ERR_CONFIG)
                fail_msg("%s='%s' is accepted", table[i].name, bad[table[i].type][v]);
            assert_memory_equal(error.text, table[i].name, strlen(table[i].name));
        }
    }
}

/* Only what ends a prompt must not be empty. */
static void test_table_empty_text_refused_for_prompts_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        struct cs_options options;
        bool prompt =
            option->type == CS_OPTION_TEXT && cs_texts[option->offset].use == CS_USE_PROMPT;

        if (option->type == CS_OPTION_TEXT)
            assert_int_equal(cs_option_set(option, "", &options, NULL),
                             prompt ? CS_ERR_CONFIG : CS_OK);
    }
}

static void test_table_types_and_scopes_named(void **state)
{
    static const struct {
        const char *option, *type;
    } rows[] = {{"debug", "flag"},
                {"retry", "number"},
                {"push_wait", "choice"},
                {"provider", "choice"},
                {"2fa_group", "groups"},
                {"otp_prompt", "text"},
                {"default_lang", "language"},
                {"store", "path"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_option *option =
            cs_option_find(rows[i].option, strlen(rows[i].option), NULL);

        assert_non_null(option);
        assert_string_equal(cs_option_type_name(option->type), rows[i].type);
    }
    assert_string_equal(cs_option_type_name(CS_OPTION_STRING), "text");
    assert_string_equal(cs_option_type_name(CS_OPTION_NAME_OF_VARIABLE), "variable");
    assert_string_equal(cs_option_type_name(CS_OPTION_ORIGINS), "list");
    assert_string_equal(cs_option_scope_name(CS_SCOPE_BROKER), "broker");
}

static void test_value_lists_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        bool listed = option->type == CS_OPTION_CHOICE || option->type == CS_OPTION_NAME;
        size_t count = 0;

        while (cs_option_value(option, count) != NULL && count < 100) {
            struct cs_options options;

            assert_int_equal(cs_option_set(option, cs_option_value(option, count), &options, NULL),
                             CS_OK);
            count++;
        }
        assert_in_range(count, listed ? 1 : 0, listed ? 99 : 0);
    }
}

static void test_table_numbers_bounded_exactly(void **state)
{
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct cs_options options;
        char text[32];

        if (table[i].type != CS_OPTION_NUMBER)
            continue;
        (void)snprintf(text, sizeof text, "%u", table[i].max);
        assert_int_equal(cs_option_set(&table[i], text, &options, NULL), CS_OK);
        (void)snprintf(text, sizeof text, "%u", table[i].max + 1);
        assert_int_equal(cs_option_set(&table[i], text, &options, NULL), CS_ERR_CONFIG);
        (void)snprintf(text, sizeof text, "%u", table[i].min);
        assert_int_equal(cs_option_set(&table[i], text, &options, NULL), CS_OK);
        (void)snprintf(text, sizeof text, "%ld", (long)table[i].min - 1);
        assert_int_equal(cs_option_set(&table[i], text, &options, NULL), CS_ERR_CONFIG);
    }
}

static void test_find_spellings(void **state)
{
    (void)state;
    assert_non_null(cs_option_find("otp_prompt", 10, NULL));
    assert_ptr_equal(cs_option_find("otp-prompt", 10, NULL),
                     cs_option_find("otp_prompt", 10, NULL));
    assert_ptr_equal(cs_option_find("failifnoqueueserver", 19, NULL),
                     cs_option_find("require_broker", 14, NULL));
    assert_non_null(cs_option_find("retry=9", 5, NULL));
    assert_null(cs_option_find("OTP_PROMPT", 10, NULL));
    assert_null(cs_option_find("otp_promp", 9, NULL));
    assert_null(cs_option_find("otp_prompts", 11, NULL));
    assert_null(cs_option_find("", 0, NULL));
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
    assert_int_equal(options.totp_window, 2);
    assert_int_equal(options.totp_drift, 7);
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
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *const line[] = {table[i].name, NULL};
        CS_AUTO(cs_strlist_free) struct cs_strlist unknown = {0};
        struct cs_error error = {0};
        struct cs_options options;

        if ((table[i].where & CS_FROM_PAM) != 0)
            continue;
        seen++;
        assert_int_equal(read_line(line, &options, &unknown, &error), CS_ERR_CONFIG);
        assert_contains(error.text, table[i].name);
        assert_contains(error.text, "belongs into the configuration file");
    }
    assert_true(seen > 3);
}

/* What the module passes on although the rows are its own. */
static bool is_passed_on(const struct cs_option *option)
{
    return strcmp(option->name, "ibm_auth_config") == 0 || strcmp(option->name, "id") == 0;
}

/* The module must not link the table, so it has a list of its own: the rows of scope module. */
static void test_module_list_agrees_with_the_table(void **state)
{
    const struct cs_option *table = cs_option_rows;
    const size_t count = cs_option_rows_count;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *names[] = {table[i].name, table[i].alias};
        bool is_own = table[i].scope == CS_SCOPE_MODULE || strcmp(table[i].name, "debug") == 0;

        if (is_passed_on(&table[i]))
            continue;
        for (size_t n = 0; n < 2 && names[n] != NULL && other_value(&table[i]) != NULL; n++) {
            struct cs_module_arguments plain, changed;
            char argument[200];
            const char *const line[] = {argument};
            bool differs;

            (void)snprintf(argument, sizeof argument, "%s=%s", names[n], other_value(&table[i]));
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

        cs_module_parse(3, (const char **)(uintptr_t)rows[i].line, &arguments);
        if (arguments.mode != rows[i].mode)
            fail_msg("row %zu: mode %d", i, (int)arguments.mode);
        assert_string_equal(arguments.socket, cs_option_find("socket", 6, NULL)->fallback);
        assert_null(arguments.config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_defaults_accepted_by_their_rows),
        cmocka_unit_test(test_table_defaults_of_profile_ibm_accepted_and_in_force),
        cmocka_unit_test(test_table_names_are_unique),
        cmocka_unit_test(test_table_each_option_changes_its_own_field_alone),
        cmocka_unit_test(test_table_bad_values_refused_by_name),
        cmocka_unit_test(test_table_empty_text_refused_for_prompts_alone),
        cmocka_unit_test(test_table_types_and_scopes_named),
        cmocka_unit_test(test_value_lists_end),
        cmocka_unit_test(test_table_numbers_bounded_exactly),
        cmocka_unit_test(test_find_spellings),
        cmocka_unit_test(test_arguments_read_in_order),
        cmocka_unit_test(test_arguments_inverse_names_say_the_opposite),
        cmocka_unit_test(test_arguments_plans_by_other_names),
        cmocka_unit_test(test_arguments_unknown_names_become_warnings),
        cmocka_unit_test(test_arguments_texts_with_foreign_letters_warn),
        cmocka_unit_test(test_arguments_file_only_option_refused),
        cmocka_unit_test(test_module_list_agrees_with_the_table),
        cmocka_unit_test(test_module_parse_values),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
