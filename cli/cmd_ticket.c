/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "providers/local/shown_time.h"
#include "providers/local/tickets.h"
#include "store/former.h"
#include "store/ticket.h"

enum { DAYS, AGAIN, REMOVE };

const struct cs_verb_option cs_options_ticket[CS_VERB_OPTIONS_MAX] = {
    [DAYS] = {"days", "NUMBER", "How long it is good; 7 by default, 90 at most."},
    [AGAIN] = {"again", NULL, "Also for a user whose factor was removed."},
    [REMOVE] = {"remove", NULL, "Take the user's ticket back."},
};

enum { DAYS_USUAL = 7, DAYS_MAX = 90, DAY_SECONDS = 86400 };

struct ticketing {
    const char *user;
    struct cs_secret ticket;
    int64_t expires;
    unsigned days;
    bool again, remove, removed;
};

static void clear_ticketing(struct ticketing *ticketing)
{
    cs_secret_free(&ticketing->ticket);
}

static bool read_days(const char *text, unsigned *ret_days)
{
    unsigned days = 0;

    for (const char *c = text; *c != '\0' && days <= DAYS_MAX; c++) {
        if (*c < '0' || *c > '9')
            return false;
        days = days * 10 + (unsigned)(*c - '0');
    }
    *ret_days = days;
    return days >= 1 && days <= DAYS_MAX;
}

static int read_words(const struct cs_words *words, struct ticketing *ticketing)
{
    const char *days = words->options[DAYS];

    *ticketing = (struct ticketing){.user = words->operands[0],
                                    .days = DAYS_USUAL,
                                    .again = words->options[AGAIN] != NULL,
                                    .remove = words->options[REMOVE] != NULL};
    if (ticketing->remove && (days != NULL || ticketing->again))
        return cs_misuse(words->verb, "--remove goes with no other option");
    if (days != NULL && !read_days(days, &ticketing->days))
        return cs_usage_error("--days '%s': 1 to %d expected", days, DAYS_MAX);
    return CS_EXIT_OK;
}

/* A ticket that no login would take is an error. */
static enum cs_err check_newcomer(const struct cs_transaction *transaction,
                                  const struct ticketing *ticketing, struct cs_error *error)
{
    const char *user = ticketing->user;
    enum cs_past past = CS_PAST_FACTOR;
    enum cs_err result = cs_past_find(transaction, user, &past, error);

    if (result != CS_OK || past == CS_PAST_NONE || (past == CS_PAST_FORMER && ticketing->again))
        return result;
    if (past == CS_PAST_FORMER)
        return cs_fail(error, CS_ERR_INPUT, "%s %s; --again makes a ticket all the same", user,
                       cs_past_text(past));
    return cs_fail(error, CS_ERR_INPUT,
                   "%s %s, and only a user who has nothing can enrol at a login; 'countersign list "
                   "%s' shows what there is, 'countersign forget %s' removes it",
                   user, cs_past_text(past), user, user);
}

static enum cs_err change(const struct cs_transaction *transaction, void *context,
                          struct cs_error *error)
{
    struct ticketing *ticketing = context;
    int64_t now = 0;
    enum cs_err result;

    if (ticketing->remove)
        return cs_ticket_remove(transaction, ticketing->user, &ticketing->removed, error);
    result = check_newcomer(transaction, ticketing, error);
    if (result == CS_OK)
        result = cs_ticket_generate(&ticketing->ticket, error);
    if (result == CS_OK) /* what logins judge it by */
        result = cs_local_latest_time(transaction, &now, error);
    ticketing->expires = now + (int64_t)ticketing->days * DAY_SECONDS;
    return result == CS_OK ? cs_ticket_set(transaction, ticketing->user, &ticketing->ticket,
                                           ticketing->expires, error)
                           : result;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct ticketing *ticketing = context;
    char shown[CS_TICKET_SHOWN_SIZE], expires[CS_TIME_SIZE];

    (void)error;
    if (ticketing->remove) {
        (void)printf("%s %s ticket.\n", ticketing->user,
                     ticketing->removed ? "no longer has a" : "had no");
        return CS_OK;
    }
    cs_ticket_show(&ticketing->ticket, shown);
    cs_format_time(ticketing->expires, expires);
    (void)printf("Ticket for %s, good once and until %s:\n\n    %s\n\n", ticketing->user, expires,
                 shown);
    cs_wipe(shown, sizeof shown);
    return CS_OK;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct ticketing *ticketing = context;
    char shown[CS_TICKET_SHOWN_SIZE], expires[CS_TIME_SIZE];

    (void)error;
    cs_json_write_string(writer, "user", ticketing->user);
    if (ticketing->remove) {
        cs_json_write_bool(writer, "removed", ticketing->removed);
        return CS_OK;
    }
    cs_ticket_show(&ticketing->ticket, shown);
    cs_format_time(ticketing->expires, expires);
    cs_json_write_string(writer, "ticket", shown);
    cs_json_write_string(writer, "expires", expires);
    cs_wipe(shown, sizeof shown);
    return CS_OK;
}

/* Logins that would not ask for it. */
static void note_setting(const struct cs_cli *cli)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    struct cs_error error = {0};

    if (cs_cli_options(cli, &config, &options, &error) == CS_OK &&
        options.method.self_enrol == CS_SELF_ENROL_NO)
        cs_remark("note: self_enroll is not set in the configuration for every service, so no "
                  "login asks for the ticket, unless a service has it");
}

int cs_cmd_ticket(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    CS_AUTO(clear_ticketing) struct ticketing ticketing = {0};
    struct cs_error error = {0};
    int status = read_words(words, &ticketing);

    if (status != CS_EXIT_OK)
        return status;
    cs_cli_act_detail(cli->act, ticketing.remove ? "remove" : ticketing.again ? "again" : "");
    if (cs_user_name_check(ticketing.user, &error) != CS_OK ||
        (!ticketing.remove &&
         cs_will_show(cli, &error,
                      "the ticket is stored, but it was not shown: run 'countersign ticket %s' "
                      "again",
                      ticketing.user) != CS_OK))
        return cs_complain(&error);
    if (!ticketing.remove)
        note_setting(cli);
    return cs_cli_do(cli, change, &report, &ticketing);
}
