/* The arguments of a PAM line, one a line; whatever is accepted is within its bounds. */
#include "tests/fuzz/fuzz.h"

#include "login/options.h"

static void check(const struct cs_options *options)
{
    REQUIRE(options->retry <= 10 && options->totp_window <= 10 && options->totp_drift <= 100);
    REQUIRE(options->login_timeout >= 1 && options->login_timeout <= 3600);
    REQUIRE(options->exempt_result <= CS_EXEMPT_IGNORE);
    REQUIRE(options->conversation <= CS_CONVERSATION_LIVE);
    REQUIRE(strcmp(options->auth_method, "totp") == 0);
    REQUIRE(options->throttle && !options->allow_unprivileged); /* for the file alone */
    REQUIRE(options->otp_prompt == NULL || options->otp_prompt[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    CS_AUTO(cs_strlist_free) struct cs_strlist list = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist unknown = {0};
    struct cs_error error = {0};
    struct cs_options options;
    char *rest = text, *line;
    enum cs_err result;

    while ((line = strsep(&rest, "\n")) != NULL)
        REQUIRE(cs_strlist_add(&list, line, strlen(line)) == CS_OK);
    cs_options_defaults(&options);
    result = cs_options_from_arguments(&list, &options, &unknown, &error);
    REQUIRE(result == CS_OK || (result == CS_ERR_CONFIG && error.text[0] != '\0'));
    for (size_t i = 0; i < unknown.count; i++)
        REQUIRE(cs_option_find(unknown.items[i], strlen(unknown.items[i])) == NULL);
    check(&options);
    return 0;
}
