/* SPDX-License-Identifier: Apache-2.0 */
/* For a store that was restored by other means than `restore`. */
#include "cli/restored.h"

const struct cs_verb_option cs_options_after_restore[CS_VERB_OPTIONS_MAX] = {CS_RESTORED_OPTIONS};

static enum cs_err say(void *context, struct cs_error *error)
{
    (void)error;
    cs_restored_say(context, false);
    return CS_OK;
}

int cs_cmd_after_restore(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say};
    CS_AUTO(cs_restored_clear) struct cs_restored restored = {0};
    int status = cs_restored_read(cli, words, &restored);

    if (status != CS_EXIT_OK)
        return status;
    return cs_cli_do(cli, cs_restored_spend, &report, &restored);
}
