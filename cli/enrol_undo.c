/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/enrol_undo.h"

#include <string.h>

#include "cli/cli.h"
#include "store/last_batch.h"

enum { KEPT_NAMED_MAX = 10000 };

struct undo {
    struct cs_cli_act *act;
    bool force;
    struct cs_strlist kept; /* users, one for each factor */
    size_t kept_count, removed;
    int64_t created;
};

static void clear_undo(struct undo *undo)
{
    cs_strlist_free(&undo->kept);
}

static enum cs_err keep(struct undo *undo, const struct cs_batch_factor *factor,
                        struct cs_error *error)
{
    if (++undo->kept_count > KEPT_NAMED_MAX)
        return CS_OK;
    return cs_strlist_add(&undo->kept, factor->user, strlen(factor->user)) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static enum cs_err remove_factor(const struct cs_transaction *transaction, struct undo *undo,
                                 const struct cs_batch_factor *factor, struct cs_error *error)
{
    enum cs_err result = cs_last_batch_undo(transaction, factor, error);

    undo->removed++;
    return result == CS_OK ? cs_cli_act_user(undo->act, factor->user, error) : result;
}

static enum cs_err undo_all(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    struct cs_batch_factor factor = {.id = 0};
    struct undo *undo = context;
    bool found = true;
    enum cs_err result = CS_OK;

    while (result == CS_OK && found) {
        result = cs_last_batch_next(transaction, factor.id, &factor, &found, error);
        if (result != CS_OK || !found)
            continue;
        undo->created = factor.created;
        result = factor.used && !undo->force ? keep(undo, &factor, error)
                                             : remove_factor(transaction, undo, &factor, error);
    }
    if (result == CS_OK && undo->removed + undo->kept_count == 0)
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "there is no batch or import to undo: only the last one is remembered, and "
                       "only until it was undone");
    return result;
}

static void name_kept(const struct undo *undo)
{
    struct cs_error text = {0};

    for (size_t i = 0; i < undo->kept.count; i++) {
        (void)cs_fail(&text, CS_ERR_INPUT,
                      "%s has logged in with the factor since, which is kept; --force removes it",
                      undo->kept.items[i]);
        (void)cs_complain(&text);
    }
    if (undo->kept_count <= KEPT_NAMED_MAX)
        return;
    (void)cs_fail(&text, CS_ERR_LIMIT, "%zu more are kept", undo->kept_count - KEPT_NAMED_MAX);
    (void)cs_complain(&text);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct undo *undo = context;
    char time[CS_TIME_SIZE];

    (void)error;
    cs_format_time(undo->created, time);
    (void)printf("The batch or import of %s: %zu factor%s removed, %zu kept.\n", time,
                 undo->removed, undo->removed == 1 ? "" : "s", undo->kept_count);
    if (undo->removed > 0)
        (void)printf("Letters and secrets that were handed out are worth nothing here now.\n");
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct undo *undo = context;
    char time[CS_TIME_SIZE];

    (void)error;
    cs_format_time(undo->created, time);
    cs_json_write_string(writer, "time", time);
    cs_json_write_integer(writer, "removed", (int64_t)undo->removed);
    cs_json_write_integer(writer, "kept", (int64_t)undo->kept_count);
    return CS_OK;
}

int cs_enrol_undo(struct cs_cli *cli, bool force)
{
    static const struct cs_report report = {.say = say, .write = write};
    CS_AUTO(clear_undo) struct undo undo = {.act = cli->act, .force = force};
    int status;

    cs_cli_act_detail(cli->act, force ? "undo, force" : "undo");
    status = cs_cli_do(cli, undo_all, &report, &undo);
    name_kept(&undo);
    return status == CS_EXIT_OK && undo.kept_count > 0 ? CS_EXIT_FAILED : status;
}
