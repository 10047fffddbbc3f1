/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"
#include "i18n/language.h"
#include "store/preference.h"

struct preference {
    const char *user;
    const char *fresh; /* to be set; "" for none; NULL: only look */
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

int cs_cmd_lang(struct cs_cli *cli, int argc, char **argv)
{
    char language[CS_LANGUAGE_SIZE] = "";
    struct preference preference = {0};
    struct cs_error error = {0};

    if (argc != 2 && argc != 3)
        return cs_usage_error("usage: countersign lang USER [LANGUAGE | none]");
    if (argc == 3 && strcmp(argv[2], "none") != 0 && !cs_language_parse(argv[2], language))
        return cs_usage_error("'%s' is no language such as fr or pt_BR", argv[2]);
    if (strlen(argv[1]) > CS_STORE_USER_MAX)
        return cs_usage_error("the user name is longer than %d bytes", CS_STORE_USER_MAX);
    preference.user = argv[1];
    preference.fresh = argc == 3 ? language : NULL;
    if (cs_cli_in_store(cli, set_or_read, &preference, &error) != CS_OK)
        return cs_complain(&error);
    if (argc == 2)
        (void)printf("%s\n", preference.language[0] ? preference.language : "none");
    return CS_EXIT_OK;
}
