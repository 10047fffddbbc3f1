/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"

struct removal {
    const char *user;
    int64_t id;
};

/* The last factor takes the recovery codes with it: who is not enrolled has nothing to recover. */
static enum cs_err remove_factor(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors left = {0};
    const struct removal *removal = context;
    enum cs_err result = cs_factor_remove(transaction, removal->user, removal->id, error);

    if (result == CS_OK)
        result = cs_factor_list(transaction, removal->user, CS_STORED_ANY, &left, error);
    if (result == CS_OK && left.count == 0)
        result = cs_recovery_replace(transaction, removal->user, NULL, 0, error);
    return result;
}

static int report(const struct cs_cli *cli, const char *user, int64_t id)
{
    struct cs_json_writer *writer;

    if (!cli->json)
        return CS_EXIT_OK;
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", user);
    cs_json_write_integer(writer, "removed", id);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

int cs_cmd_remove(struct cs_cli *cli, int argc, char **argv)
{
    struct removal removal = {0};
    struct cs_error error = {0};
    char *end = NULL;

    if (argc != 3)
        return cs_usage_error("usage: countersign remove USER ID; see 'countersign list USER'");
    removal.user = argv[1];
    errno = 0;
    removal.id = strtoll(argv[2], &end, 10);
    if (end == argv[2] || *end != '\0' || errno == ERANGE)
        return cs_usage_error("'%s' is not a factor's number; see 'countersign list'", argv[2]);
    return cs_cli_in_store(cli, remove_factor, &removal, &error) == CS_OK
               ? report(cli, removal.user, removal.id)
               : cs_complain(&error);
}
