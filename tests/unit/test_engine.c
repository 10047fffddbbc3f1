/* SPDX-License-Identifier: Apache-2.0 */
/* Which logins share an opened provider. */
#include "tests/unit/unit.h"

#include "login/engine.h"
#include "providers/registry.h"
#include "tests/unit/own_value.h"

/* A file that is not there is never read here. */
#define NO_FILE "/nonexistent/countersign.json"

/* What each kind needs to be opened at all; the rest are defaults. */
static const struct {
    const char *kind, *name, *value;
} needed[] = {
    {"verify", "host", "tenant.example.com"},
    {"verify", "client-id", "a-client"},
    {"verify", "client-secret", "a-secret"},
    {"werbot", "server-url", "werbot.example.com"},
    {"werbot", "service-id", "an-id"},
    {"werbot", "service-key", "a-key"},
    {"openid", "issuer", "https://id.example.com"},
    {"openid", "client-id", "a-client"},
    {"openid", "client-secret", "a-secret"},
    {"openid", "device-client-id", "a-client-for-browsers"},
    {"openid", "device-client-secret", "another-secret"},
    {"openid", "device-client-authentication", "client_secret_post"},
    {"secsign", "server", "https://first.example.com"},
    {"secsign", "user", "a-pin-account"},
    {"secsign", "password", "a-password"},
};

static void set(struct cs_options *options, size_t kind_row, const struct cs_setting *row,
                const char *value)
{
    const struct cs_option option = {row, cs_provider_kind(kind_row), kind_row};
    struct cs_error error = {0};

    if (cs_option_set(&option, value, options, &error) != CS_OK)
        fail_msg("%s", error.text);
}

static void prepare(struct cs_options *options, size_t kind_row)
{
    const struct cs_provider_kind *kind = cs_provider_kind(kind_row);
    struct cs_option option;

    cs_options_defaults(CS_PROFILE_OWN, options);
    options->provider = kind->name;
    options->sections = 1U << kind_row;
    for (size_t i = 0; i < CS_ARRAY_SIZE(needed); i++) {
        if (strcmp(needed[i].kind, kind->name) != 0)
            continue;
        assert_true(cs_option_find_in(kind_row, ~0U, needed[i].name, &option));
        set(options, kind_row, option.row, needed[i].value);
    }
}

/* A value that is neither the default nor one of those above. */
static const char *other_value(const struct cs_setting *row)
{
    static char number[24];
    long long fallback = row->fallback ? strtoll(row->fallback, NULL, 10) : 0;

    if (own_value(row) != NULL)
        return own_value(row);
    switch (row->type) {
    case CS_SETTING_FLAG:
        return strcmp(row->fallback, "yes") == 0 ? "no" : "yes";
    case CS_SETTING_NUMBER:
    case CS_SETTING_SIZE:
        (void)snprintf(number, sizeof number, "%lld",
                       fallback > row->min ? fallback - 1 : fallback + 1);
        return number;
    case CS_SETTING_CHOICE:
    case CS_SETTING_NAME:
        return strcmp(cs_setting_value(row, 0), row->fallback) == 0 ? cs_setting_value(row, 1)
                                                                    : cs_setting_value(row, 0);
    case CS_SETTING_PATH:
        return "/another/path";
    default:
        return "localhost";
    }
}

static struct cs_provider *open_with(struct cs_engine *engine, const struct cs_options *options)
{
    struct cs_provider *provider = NULL;
    struct cs_error error = {0};

    if (cs_engine_provider(engine, options, &provider, &error) != CS_OK)
        fail_msg("%s: %s", options->provider, error.text);
    return provider;
}

/* Two providers when that one setting differs, and the same one when nothing does. */
static void assert_opens_two(size_t kind_row, const struct cs_setting *row)
{
    const struct cs_log log = {0};
    struct cs_engine *engine = cs_engine_new(NO_FILE, NULL, &log);
    struct cs_provider *one, *two, *again;
    struct cs_options options;

    assert_non_null(engine);
    prepare(&options, kind_row);
    /* http is for this machine alone. */
    if (strcmp(row->name, "protocol") == 0)
        set(&options, kind_row,
            cs_setting_find(cs_provider_kind(kind_row)->rows, ~0U, "host", 4, NULL), "127.0.0.1");
    one = open_with(engine, &options);
    again = open_with(engine, &options);
    if (one != again)
        fail_msg("the same settings open two providers");
    set(&options, kind_row, row, other_value(row));
    two = open_with(engine, &options);
    if (one == two)
        fail_msg("%s of %s differs, and the provider is shared", row->name,
                 cs_provider_kind(kind_row)->name);
    cs_engine_release(engine, &one);
    cs_engine_release(engine, &again);
    cs_engine_release(engine, &two);
    cs_engine_free(&engine);
}

static void test_every_opened_setting_opens_another_provider(void **state)
{
    const struct cs_provider_kind *kind;
    size_t seen = 0;

    (void)state;
    for (size_t kind_row = 0; (kind = cs_provider_kind(kind_row)) != NULL; kind_row++) {
        size_t before = seen;

        for (const struct cs_setting *row = kind->rows; row->name != NULL; row++) {
            /* Two ways to say the same exclude each other. */
            if (row->by_login || row->offset == CS_SETTING_NOT_STORED ||
                row->extra_file == CS_EXTRA_FILE_SECRET || row->extra_file == CS_EXTRA_FILE_PEM)
                continue;
            seen++;
            assert_opens_two(kind_row, row);
        }
        assert_true(seen > before);
    }
}

/* The paths of secrets count as well; what cannot be opened both ways is compared alone. */
static void test_every_opened_setting_is_compared(void **state)
{
    const struct cs_provider_kind *kind;

    (void)state;
    for (size_t kind_row = 0; (kind = cs_provider_kind(kind_row)) != NULL; kind_row++) {
        for (const struct cs_setting *row = kind->rows; row->name != NULL; row++) {
            struct cs_options one, two;

            if (row->offset == CS_SETTING_NOT_STORED)
                continue;
            /* What a section alone may say holds for all logins. */
            assert_true(!row->by_login || (row->where & (CS_FROM_PAM | CS_FROM_FILE)) != 0);
            prepare(&one, kind_row);
            prepare(&two, kind_row);
            set(&two, kind_row, row, other_value(row));
            if (cs_settings_equal(kind->rows, cs_options_provider(&one, kind_row),
                                  cs_options_provider(&two, kind_row)) != row->by_login)
                fail_msg("%s of %s", row->name, kind->name);
        }
    }
}

static void test_more_configurations_than_places_refused(void **state)
{
    const struct cs_log log = {0};
    struct cs_engine *engine = cs_engine_new(NO_FILE, NULL, &log);
    struct cs_provider *opened[8] = {0}, *more = NULL;
    struct cs_options options;
    struct cs_error error = {0};
    struct cs_option option;
    char path[32];

    (void)state;
    prepare(&options, 0);
    assert_true(cs_option_find("store", 5, &option, NULL));
    for (size_t i = 0; i <= CS_ARRAY_SIZE(opened); i++) {
        (void)snprintf(path, sizeof path, "/store/%zu", i);
        set(&options, option.kind_row, option.row, path);
        if (i < CS_ARRAY_SIZE(opened))
            opened[i] = open_with(engine, &options);
    }
    assert_int_equal(cs_engine_provider(engine, &options, &more, &error), CS_ERR_LIMIT);
    assert_null(more);
    assert_string_equal(error.text, "more than 8 configurations are in use at once");
    cs_engine_release(engine, &opened[0]);
    more = open_with(engine, &options); /* in the place of the one that nobody uses */
    cs_engine_release(engine, &more);
    for (size_t i = 1; i < CS_ARRAY_SIZE(opened); i++)
        cs_engine_release(engine, &opened[i]);
    cs_engine_free(&engine);
}

/* The key that systemd hands over, whatever the options say. */
static void test_credential_stands_over_the_option(void **state)
{
    const struct cs_log log = {0};
    struct cs_engine *engine = cs_engine_new(NO_FILE, "/credentials/store.key", &log);
    struct cs_provider *one, *two;
    struct cs_options options;
    struct cs_option option;

    (void)state;
    prepare(&options, 0);
    assert_true(cs_option_find("key_file", 8, &option, NULL));
    one = open_with(engine, &options);
    set(&options, option.kind_row, option.row, "/another/path");
    two = open_with(engine, &options);
    assert_ptr_equal(one, two);
    cs_engine_release(engine, &one);
    cs_engine_release(engine, &two);
    cs_engine_free(&engine);
}

static void test_settings_that_cannot_be_opened_say_why(void **state)
{
    static const char *const rows[][3] = {
        {NULL, NULL,
         "provider is verify, but the section 'verify' is missing in the configuration file"},
        {"host", "", "host is missing: the tenant's name, as in tenant.example.com"},
        {"client-id", "", "client-id is missing: the API client created in the tenant"},
        {"protocol", "http",
         "protocol: 'http' would send the secrets in clear to "
         "'tenant.example.com'; it is only for this machine (localhost), use "
         "'https'"},
    };
    const struct cs_log log = {0};
    struct cs_engine *engine = cs_engine_new(NO_FILE, NULL, &log);
    size_t row = 0;

    (void)state;
    assert_true(cs_provider_find("verify", &row));
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_provider *provider = NULL;
        struct cs_error error = {0};
        struct cs_options options;
        struct cs_option option;

        prepare(&options, row);
        if (rows[i][0] == NULL) {
            options.sections = 0;
        } else {
            assert_true(cs_option_find_in(row, ~0U, rows[i][0], &option));
            set(&options, row, option.row, rows[i][1]);
        }
        assert_int_equal(cs_engine_provider(engine, &options, &provider, &error), CS_ERR_CONFIG);
        assert_null(provider);
        assert_string_equal(error.text, rows[i][2]);
    }
    cs_engine_free(&engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_opened_setting_opens_another_provider),
        cmocka_unit_test(test_every_opened_setting_is_compared),
        cmocka_unit_test(test_more_configurations_than_places_refused),
        cmocka_unit_test(test_credential_stands_over_the_option),
        cmocka_unit_test(test_settings_that_cannot_be_opened_say_why),
    };

    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
