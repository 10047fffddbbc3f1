/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "i18n/language.h"
#include "store/preference.h"

struct preference {
    const char *user;
    const char *fresh; /* the language to set; "" for none; NULL: only look */
    char language[CS_PREFERENCE_LANGUAGE_SIZE];
};

static enum cs_err set_or_read(const struct cs_transaction *transaction, void *context,
                               struct cs_error *error)
{
    struct preference *preference = context;

    return preference->fresh != NULL
               ? cs_preference_set_language(transaction, preference->user, preference->fresh, error)
               : cs_preference_language(transaction, preference->user, preference->language, error);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct preference *preference = context;

    (void)error;
    if (preference->fresh == NULL)
        (void)printf("%s\n", preference->language[0] ? preference->language : "none");
    return CS_OK;
}

int cs_cmd_lang(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say};
    struct preference preference = {.user = words->operands[0]};
    const char *wish = words->operands[1];
    char language[CS_LANGUAGE_SIZE] = "";
    struct cs_error error = {0};

    if (wish != NULL && strcmp(wish, "none") != 0 && !cs_language_parse(wish, language))
        return cs_usage_error("'%s' is not a language such as fr or pt_BR", wish);
    preference.fresh = wish ? language : NULL;
    cli->act->due = wish != NULL;
    cs_cli_act_detail(cli->act, wish ? wish : "");
    if (language[0] != '\0' && cs_user_name_check(preference.user, &error) != CS_OK)
        return cs_complain(&error);
    return cs_cli_do(cli, set_or_read, &report, &preference);
}
