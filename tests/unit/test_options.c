/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "login/option_checks.h"
#include "login/options.h"
#include "pam/module.h"
#include "providers/registry.h"
#include "u2f/origins.h"

/* A value of each type that is not the default of any row. */
static const char *other_value(const struct cs_setting *row)
{
    static char number[24];

    switch (row->type) {
    case CS_SETTING_FLAG:
        return strcmp(row->fallback, "yes") == 0 ? "no" : "yes";
    case CS_SETTING_NUMBER:
    case CS_SETTING_SIZE:
        (void)snprintf(number, sizeof number, "%lld",
                       row->fallback && strtoll(row->fallback, NULL, 10) == row->max
                           ? (long long)row->min
                           : (long long)row->max);
        return number;
    case CS_SETTING_CHOICE:
    case CS_SETTING_NAME:
        return cs_setting_value(row, 1);
    case CS_SETTING_LIST:
        return "wheel,staff";
    case CS_SETTING_PATH:
        return "/other/path";
    case CS_SETTING_STRING:
        if (row->check == cs_check_language)
            return "pt-BR";
        return row->check == cs_check_variable ? "COUNTERSIGN_USER" : "bearer";
    }
    return NULL;
}

static size_t size_of(const struct cs_setting *row)
{
    switch (row->type) {
    case CS_SETTING_FLAG:
        return sizeof(bool);
    case CS_SETTING_NUMBER:
    case CS_SETTING_CHOICE:
        return sizeof(unsigned);
    case CS_SETTING_SIZE:
        return sizeof(int64_t);
    default:
        return sizeof(const char *);
    }
}

/* Where the row's own member begins in struct cs_options. */
static size_t start_of(const struct cs_option *option)
{
    return option->row->offset + (option->kind
                                      ? offsetof(struct cs_options, providers) +
                                            option->kind_row * sizeof(union cs_provider_settings)
                                      : 0);
}

static bool within(size_t byte, size_t start, size_t size)
{
    return byte >= start && byte - start < size;
}

/* Whether the byte at that place belongs to the option: of a text, its row in both arrays. */
static bool owns_byte(const struct cs_option *option, size_t byte)
{
    enum cs_text key;

    if (option->row->offset == CS_SETTING_NOT_STORED)
        return false;
    if (!cs_option_is_text(option->row, &key))
        return within(byte, start_of(option), size_of(option->row));
    return within(byte, start_of(option), sizeof(struct cs_text_setting)) ||
           within(byte,
                  offsetof(struct cs_options, line_texts) + key * sizeof(struct cs_text_variant),
                  sizeof(struct cs_text_variant));
}

static void test_table_defaults_accepted_by_their_rows(void **state)
{
    struct cs_option option, earlier;
    size_t place;

    (void)state;
    for (place = 0; cs_option_at(place, &option); place++) {
        const struct cs_setting *row = option.row;
        struct cs_error error = {0};

        assert_true(row->help == NULL ? (row->where & ~(unsigned)CS_FROM_IBM_API) == 0
                                      : strlen(row->help) > 10);
        if (row->fallback != NULL && cs_setting_set(row, row->fallback, NULL, &error) != CS_OK)
            fail_msg("%s: %s", row->name, error.text);
        for (size_t j = 0; j < place && cs_option_at(j, &earlier); j++) {
            if (earlier.kind == option.kind)
                assert_string_not_equal(row->name, earlier.row->name);
            if (row->offset != CS_SETTING_NOT_STORED &&
                earlier.row->offset != CS_SETTING_NOT_STORED)
                assert_int_not_equal(start_of(&option), start_of(&earlier));
        }
    }
    assert_true(place >= 20);
}

/* The row names a provider that this build may lack; without it the profile cannot be used. */
static bool is_registered(const struct cs_setting *row, const char *value)
{
    size_t kind_row;

    return strcmp(row->name, "provider") != 0 || cs_provider_find(value, &kind_row);
}

static void assert_ibm_in_force(const struct cs_option *option, const struct cs_options *own,
                                const struct cs_options *ibm)
{
    size_t start = start_of(option), size = size_of(option->row);
    struct cs_options expected;
    struct cs_error error = {0};
    enum cs_text key;

    memcpy(&expected, own, sizeof expected);
    if (cs_option_set(option, option->row->ibm, &expected, &error) != CS_OK)
        fail_msg("%s: %s", option->row->name, error.text);
    if (cs_option_is_text(option->row, &key)) {
        assert_int_equal(own->texts[key].count, 0);
        assert_int_equal(ibm->texts[key].count, 1);
        assert_string_equal(ibm->texts[key].variants[0].text, option->row->ibm);
    } else if (option->row->offset != CS_SETTING_NOT_STORED) {
        assert_memory_equal((const char *)ibm + start, (const char *)&expected + start, size);
        assert_memory_not_equal((const char *)own + start, (const char *)ibm + start, size);
    }
}

static void test_table_defaults_of_profile_ibm_accepted_and_in_force(void **state)
{
    struct cs_options own, ibm;
    struct cs_option option;
    size_t seen = 0;

    (void)state;
    memset(&own, 0, sizeof own);
    memset(&ibm, 0, sizeof ibm);
    cs_options_defaults(CS_PROFILE_OWN, &own);
    cs_options_defaults(CS_PROFILE_IBM, &ibm);
    assert_int_equal(ibm.profile, CS_PROFILE_IBM);
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        if (option.row->ibm == NULL || !is_registered(option.row, option.row->ibm))
            continue;
        seen++;
        assert_ibm_in_force(&option, &own, &ibm);
    }
    assert_true(seen >= 10);
}

static bool is_ordinary(const struct cs_setting *row)
{
    return (row->where & (CS_FROM_PAM | CS_FROM_FILE)) != 0;
}

/* All names lead to their row and to no other. */
static void test_table_names_are_unique(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const struct cs_setting *row = option.row;
        const char *names[] = {row->name, row->alias, row->inverse};

        for (size_t n = 0; n < CS_ARRAY_SIZE(names) && row->where != 0; n++) {
            bool inverted = n != 2;
            struct cs_option found;

            if (names[n] == NULL)
                continue;
            if (is_ordinary(row)) {
                assert_true(cs_option_find(names[n], strlen(names[n]), &found, &inverted));
                assert_int_equal(inverted, n == 2);
            } else {
                assert_true(cs_option_find_in(option.kind_row, row->where, names[n], &found));
            }
            assert_ptr_equal(found.row, row);
            assert_ptr_equal(found.kind, option.kind);
        }
        assert_true(row->inverse == NULL || row->type == CS_SETTING_FLAG);
        assert_true(row->type != CS_SETTING_FLAG || row->no_effect || row->fallback != NULL);
    }
}

static void test_table_each_option_changes_its_own_field_alone(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        struct cs_options before, after;
        const char *value = option.row->no_effect ? NULL : other_value(option.row);
        size_t changed = 0;

        if (value == NULL) /* a choice of one */
            continue;
        memset(&before, 0, sizeof before);
        cs_options_defaults(CS_PROFILE_OWN, &before);
        memcpy(&after, &before, sizeof after);
        assert_int_equal(cs_option_set(&option, value, &after, NULL), CS_OK);
        for (size_t b = 0; b < sizeof before; b++) {
            if (((const char *)&before)[b] == ((const char *)&after)[b])
                continue;
            changed++;
            if (!owns_byte(&option, b))
                fail_msg("%s changes byte %zu, which is not its own", option.row->name, b);
        }
        if ((changed > 0) != (option.row->offset != CS_SETTING_NOT_STORED))
            fail_msg("%s=%s changes nothing", option.row->name, value);
    }
}

static char too_long[CS_U2F_ORIGIN_MAX + 5000];

/* What a row must refuse: of its own check, else of its type. */
static const char *const *bad_values(const struct cs_setting *row)
{
    static const struct {
        enum cs_err (*check)(const struct cs_setting *, const char *, struct cs_error *);
        const char *values[10];
    } checks[] = {
        {cs_check_language, {"", "f", "../fr", "fr/", "french", "fr_", "fr_C1", "none", NULL}},
        {cs_check_groups, {"", ",a", "a,", "a,,b", "a b", "a\n", NULL}},
        {cs_check_template, {"a\rb", "\x1b[m", "\xff", "\u202e", NULL}},
        {cs_check_variable, {"", "1A", "A B", "A=B", "A-B", "\xc3\xa4", "A\n", "$A", NULL}},
        {cs_check_app_id, {"", "a\nb", "\xff", too_long, NULL}},
        {cs_check_origins, {"", ",a", "a,", "a,,b", "a\n", "1,2,3,4,5,6,7,8,9", too_long, NULL}},
    };
    static const char *const types[][8] = {
        [CS_SETTING_FLAG] = {"maybe", "YES", "2", " yes", "\xff", NULL},
        [CS_SETTING_NUMBER] = {"", "-1", "+1", " 1", "1x", "0x1", "99999999999999999999", NULL},
        [CS_SETTING_SIZE] = {"", "-1", "+1", " 1", "1x", "0x1", "99999999999999999999", NULL},
        [CS_SETTING_CHOICE] = {"nonsense", "TOTP", " ", NULL},
        [CS_SETTING_NAME] = {"nonsense", "TOTP", "Local", " ", NULL},
        [CS_SETTING_LIST] = {NULL},
        [CS_SETTING_PATH] = {"relative", "/a\nb", "~/x", NULL},
        [CS_SETTING_STRING] = {"a\nb", "\x1b[m", "\xff", "\u202e", "\x7f", too_long, NULL},
    };

    memset(too_long, 'a', sizeof too_long - 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(checks); i++) {
        if (row->check == checks[i].check)
            return checks[i].values;
    }
    return types[row->type];
}

static void assert_value_refused(const struct cs_setting *row, const char *value)
{
    struct cs_error error = {0};

    if (cs_setting_set(row, value, NULL, &error) != CS_ERR_CONFIG)
        fail_msg("%s='%.40s' is accepted", row->name, value);
    assert_memory_equal(error.text, row->name, strlen(row->name));
}

static void test_table_bad_values_refused_by_name(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const char *const *values = bad_values(option.row);
        bool may_be_empty = option.row->empty != CS_EMPTY_REFUSED ||
                            option.row->type == CS_SETTING_FLAG || option.row->check != NULL;

        for (size_t v = 0; values[v] != NULL && option.row->no_effect == NULL; v++)
            assert_value_refused(option.row, values[v]);
        if (!may_be_empty)
            assert_value_refused(option.row, "");
    }
}

/* Only what ends a prompt must not be empty. */
static void test_table_empty_text_refused_for_prompts_alone(void **state)
{
    (void)state;
    for (const struct cs_setting *row = cs_text_rows; row->name != NULL; row++) {
        enum cs_text key;

        assert_true(cs_option_is_text(row, &key));
        assert_int_equal(cs_setting_set(row, "", NULL, NULL),
                         cs_texts[key].use == CS_USE_PROMPT ? CS_ERR_CONFIG : CS_OK);
    }
}

static void test_table_types_and_scopes_named(void **state)
{
    static const struct {
        const char *option, *type;
    } rows[] = {{"debug", "flag"},        {"retry", "number"},          {"push_wait", "choice"},
                {"provider", "choice"},   {"2fa_group", "groups"},      {"otp_prompt", "text"},
                {"append", "text"},       {"default_lang", "language"}, {"store", "path"},
                {"user_env", "variable"}, {"u2f_origins", "list"}};
    struct cs_option option;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        assert_true(cs_option_find(rows[i].option, strlen(rows[i].option), &option, NULL));
        assert_string_equal(cs_setting_type_name(option.row), rows[i].type);
    }
    assert_true(cs_option_find("store", 5, &option, NULL));
    assert_string_equal(cs_setting_scope_name(option.row), "broker");
}

static void test_value_lists_end(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const struct cs_setting *row = option.row;
        bool listed = row->type == CS_SETTING_CHOICE || row->type == CS_SETTING_NAME;
        size_t count = 0;

        while (cs_setting_value(row, count) != NULL && count < 100) {
            assert_int_equal(cs_setting_set(row, cs_setting_value(row, count), NULL, NULL), CS_OK);
            count++;
        }
        assert_in_range(count, listed ? 1 : 0, listed ? 99 : 0);
    }
}

static void test_table_numbers_bounded_exactly(void **state)
{
    struct cs_option option;

    (void)state;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        const struct cs_setting *row = option.row;
        const int64_t values[] = {row->max, row->min, row->max + (row->max < INT64_MAX),
                                  row->min - 1};

        for (size_t v = 0; v < CS_ARRAY_SIZE(values); v++) {
            bool right = values[v] >= row->min && values[v] <= row->max;
            char text[32];

            if (row->type != CS_SETTING_NUMBER && row->type != CS_SETTING_SIZE)
                continue;
            (void)snprintf(text, sizeof text, "%lld", (long long)values[v]);
            assert_int_equal(cs_setting_set(row, text, NULL, NULL), right ? CS_OK : CS_ERR_CONFIG);
        }
    }
}

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

        if (is_ordinary(option.row))
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
        cmocka_unit_test(test_arguments_members_of_sections_are_unknown),
        cmocka_unit_test(test_module_list_agrees_with_the_table),
        cmocka_unit_test(test_module_parse_values),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
