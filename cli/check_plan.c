/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_plan.h"

#include "login/serviceable.h"

/* The options that decide which factors are asked for, the most telling first. */
static const char *const deciding[] = {"auth_method", "provider"};

/* Where the file or the PAM line chose what cannot be served; nothing if both are defaults. */
static void add_place(const struct cs_cli_line *line, const char *service, struct cs_buffer *out)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(deciding); i++) {
        if (cs_options_line_value(&line->arguments, deciding[i]) != NULL) {
            cs_buffer_text(out, "the PAM line");
            return;
        }
        if (cs_config_locate(line->config, service, deciding[i], out))
            return;
    }
    cs_buffer_text(out, line->path);
}

enum cs_err cs_check_plan(const struct cs_cli_line *line, const char *service,
                          struct cs_error *error)
{
    const struct cs_log silent = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer place = {0};
    struct cs_options options;
    struct cs_error inner = {0};
    enum cs_err result =
        cs_config_line(line->config, service, &line->arguments, &options, NULL, error);

    if (result != CS_OK)
        return result;
    result = cs_options_check_plan(&options, &silent, &inner);
    if (result == CS_OK)
        return CS_OK;
    add_place(line, service, &place);
    return place.failed ? cs_fail_nomem(error)
                        : cs_fail(error, result, "%s: %s", place.text, inner.text);
}
