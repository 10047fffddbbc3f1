/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of a PAM line, one per line; an accepted value is within its bounds. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "login/options.h"
#include "providers/local/local.h"
#include "providers/registry.h"

static void check_texts(const struct cs_options *options)
{
    for (size_t i = 0; i < CS_TEXTS; i++) {
        const struct cs_text_setting *setting = &options->texts[i];
        struct cs_error error = {0};

        REQUIRE(setting->count <= 1);
        if (setting->count == 0)
            continue;
        REQUIRE(setting->variants == &options->line_texts[i] && setting->variants->text != NULL);
        REQUIRE(cs_template_check((enum cs_text)i, setting->variants->text, &error) == CS_OK);
    }
}

static void check_local(const struct cs_local_settings *local)
{
    REQUIRE(local->totp_window <= 10 && local->totp_drift <= 100);
    REQUIRE(local->throttle); /* for the file only */
}

static void check(const struct cs_options *options)
{
    char language[CS_LANGUAGE_SIZE];
    size_t row;

    REQUIRE(cs_provider_find("local", &row));
    check_local(cs_options_provider(options, row));
    REQUIRE(options->method.retry <= 10);
    REQUIRE(options->login_timeout >= 1 && options->login_timeout <= 3600);
    REQUIRE(options->exempt_result <= CS_EXEMPT_IGNORE);
    REQUIRE(options->conversation <= CS_CONVERSATION_LIVE);
    REQUIRE(options->push_wait <= CS_PUSH_SILENT);
    REQUIRE(strcmp(options->auth_method, "totp") == 0);
    REQUIRE(!options->allow_unprivileged); /* for the file only */
    REQUIRE(options->default_lang == NULL);
    REQUIRE(options->lang == NULL || cs_language_parse(options->lang, language));
    check_texts(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_error error = {0};
    struct cs_options options;
    char *rest = text, *line;
    enum cs_err result;

    while ((line = strsep(&rest, "\n")) != NULL)
        REQUIRE(cs_strlist_add(&list, line, strlen(line)) == CS_OK);
    cs_options_defaults(CS_PROFILE_OWN, &options);
    result = cs_options_from_arguments(&list, &options, &warnings, &error);
    REQUIRE(result == CS_OK || (result == CS_ERR_CONFIG && error.text[0] != '\0'));
    REQUIRE(warnings.count <= list.count);
    for (size_t i = 0; i < warnings.count; i++)
        REQUIRE(warnings.items[i][0] != '\0');
    check(&options);
    return 0;
}
