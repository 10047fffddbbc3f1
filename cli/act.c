/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/act.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "login/running.h"
#include "paths.h"

enum cs_err cs_cli_act_begin(struct cs_cli_act *act, const char *verb, struct cs_error *error)
{
    act->actor = cs_actor_find();
    act->verb = verb;
    act->due = true;
    return cs_record_ids_init(&act->ids, error);
}

void cs_cli_act_clear(struct cs_cli_act *act)
{
    cs_strlist_free(&act->users);
}

enum cs_err cs_cli_act_user(struct cs_cli_act *act, const char *user, struct cs_error *error)
{
    return cs_strlist_add(&act->users, user, strlen(user)) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

void cs_cli_act_detail(struct cs_cli_act *act, const char *detail)
{
    (void)snprintf(act->detail, sizeof act->detail, "%s", detail);
}

static enum cs_err make(struct cs_cli_act *act, bool done, cs_act_sink *sink, void *context,
                        struct cs_error *error)
{
    const struct cs_act made = {.actor = act->actor,
                                .verb = act->verb,
                                .detail = act->detail,
                                .done = done,
                                .time = cs_clock_seconds(),
                                .users = &act->users};

    return cs_act_make(&made, &act->ids, sink, context, error);
}

static enum cs_err put(const struct cs_record *record, void *context, struct cs_error *error)
{
    return cs_record_add(context, record, error);
}

enum cs_err cs_cli_act_add(struct cs_cli_act *act, const struct cs_transaction *transaction,
                           struct cs_error *error)
{
    struct cs_transaction open = *transaction;

    return make(act, true, put, &open, error);
}

static enum cs_err keep(const struct cs_record *record, void *context, struct cs_error *error)
{
    struct cs_cli_act_made *made = context;

    (void)snprintf(made->id, sizeof made->id, "%s", record->id);
    cs_buffer_text(&made->text, record->text);
    cs_buffer_text(&made->json, record->json);
    return made->text.failed || made->json.failed ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_cli_act_make(struct cs_cli_act *act, struct cs_cli_act_made *ret_made,
                            struct cs_record *ret_record, struct cs_error *error)
{
    enum cs_err result = make(act, true, keep, ret_made, error);

    *ret_record = (struct cs_record){ret_made->id, ret_made->text.text, ret_made->json.text};
    return result;
}

void cs_cli_act_made_clear(struct cs_cli_act_made *made)
{
    cs_buffer_free(&made->text);
    cs_buffer_free(&made->json);
}

void cs_cli_act_log(const struct cs_cli *cli, struct cs_store *store)
{
    struct cs_log log = {0};
    struct cs_act_log to = {&log, cli->act->form};
    struct cs_error error = {0};

    if (!cs_syslog_listens())
        return;
    /* Under the broker's name: whoever reads what logins did, such as after-restore, looks for it.
     */
    cs_log_to_syslog(&log, "countersignd");
    cs_running_log_left(CS_RUNNING_DIR, to.form, &log);
    cs_log_to_syslog(&log, "countersign");
    if (cs_records_drain(store, cs_act_write, &to, &error) != CS_OK)
        (void)fprintf(
            stderr, "countersign: note: this was done, but its record is not in the log yet: %s\n",
            error.text);
}

void cs_cli_act_end(const struct cs_cli *cli, bool done)
{
    struct cs_log log = {0};
    struct cs_act_log to = {&log, cli->act->form};

    if (!cli->act->due || cli->act->recorded || !cs_syslog_listens())
        return;
    cs_log_to_syslog(&log, "countersign");
    cs_ignore(
        make(cli->act, done, cs_act_write, &to, NULL)); /* without memory there is no record */
}
