#include <string.h>

#include "cli/cli.h"
#include "i18n/language.h"
#include "store/preference.h"

static enum cs_err show(const struct cs_transaction *transaction, const char *user,
                        struct cs_error *error)
{
    char language[CS_PREFERENCE_LANGUAGE_SIZE];
    enum cs_err result = cs_preference_language(transaction, user, language, error);

    if (result == CS_OK)
        (void)printf("%s\n", language[0] ? language : "none");
    return result;
}

int cs_cmd_lang(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    char language[CS_LANGUAGE_SIZE] = "";
    struct cs_error error = {0};
    enum cs_err result;

    if (argc != 2 && argc != 3)
        return cs_usage_error("usage: countersign lang USER [LANGUAGE | none]");
    if (argc == 3 && strcmp(argv[2], "none") != 0 && !cs_language_parse(argv[2], language))
        return cs_usage_error("'%s' is no language such as fr or pt_BR", argv[2]);
    if (strlen(argv[1]) > CS_STORE_USER_MAX)
        return cs_usage_error("the user name is longer than %d bytes", CS_STORE_USER_MAX);
    result = cs_cli_begin(cli, &store, &transaction, &error);
    if (result == CS_OK && argc == 3)
        result = cs_preference_set_language(&transaction, argv[1], language, &error);
    if (result == CS_OK && argc == 2)
        result = show(&transaction, argv[1], &error);
    if (result == CS_OK)
        result = cs_store_commit(&transaction, &error);
    return result == CS_OK ? CS_EXIT_OK : cs_complain(&error);
}
