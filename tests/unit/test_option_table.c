/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of every table. */
#include "tests/unit/option_values.h"

#include "providers/local/key_names.h"
#include "providers/registry.h"
#include "u2f/origins.h"

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
    static struct cs_options own, ibm;
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

static char too_long[CS_U2F_ORIGIN_MAX + 65536];

/* What a row must refuse: of its own check, else of its type. */
static const char *const *bad_values(const struct cs_setting *row)
{
    static const struct {
        enum cs_err (*check)(const struct cs_setting *, const char *, struct cs_error *);
        const char *values[10];
    } checks[] = {
        {cs_check_language, {"", "f", "../fr", "fr/", "french", "fr_", "fr_C1", "none", NULL}},
        {cs_check_date, {"", "31.1.2027", "2027-02-30", "2027-1-31", "tomorrow", "2027", NULL}},
        {cs_check_groups, {"", ",a", "a,", "a,,b", "a, b", "\"a", "a\"b\"", "a\n", NULL}},
        {cs_check_template, {"a\rb", "\x1b[m", "\xff", "\u202e", NULL}},
        {cs_check_variable, {"", "1A", "A B", "A=B", "A-B", "\xc3\xa4", "A\n", "$A", NULL}},
        {cs_check_date, {"", "2027", "2027-1-31", "2027-02-29", "31.1.2027", " 2027-01-31", NULL}},
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
        assert_uint_in_range(count, listed ? 1 : 0, listed ? 99 : 0);
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
    };

    return cmocka_run_group_tests_name("option_table", tests, NULL, NULL);
}
