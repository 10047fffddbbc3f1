/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a login is for: when it looks the account up, and how long it waits. */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/login_priv.h"
#include "login/policy.h"

/* Several accounts may have one identity, and then it is no one account's. */
void cs_login_compare_uid(struct cs_login *login)
{
    bool own = login->account.known && strcmp(login->identity, login->account.name) == 0;

    login->uid = (struct cs_uid){.known = own, .value = own ? login->account.uid : 0};
}

/* A missing identity is no failure of the login: it is refused like an unknown user. */
static void map_identity(struct cs_login *login)
{
    struct cs_error error = {0};

    if (cs_account_identity(&login->account, &login->options.mapping, login->identity, NULL,
                            &error) == CS_OK)
        return;
    cs_log(&login->log, error.code == CS_ERR_INPUT ? LOG_WARNING : LOG_ERR,
           "'%s' has no identity: %s", login->account.name, error.text);
    login->identity[0] = '\0';
}

static int64_t end_of(const struct cs_login *login)
{
    return login->started + (int64_t)cs_login_lasts_ms(login);
}

static int64_t lookup_ms(const struct cs_login *login)
{
    return (int64_t)login->options.lookup_timeout * 1000;
}

/* A wait of `ms` from now, at most until the login ends. */
static struct cs_patience patience(const struct cs_login *login, int64_t ms)
{
    int64_t until = cs_clock_ms() + ms, end = end_of(login);

    return (struct cs_patience){until < end ? until : end, login->cancel_fd};
}

static enum cs_err begin(struct cs_login *login, struct cs_error *error)
{
    if (login->search != NULL)
        return CS_OK;
    if (cs_login_is_self(login))
        return cs_directory_search_of(cs_engine_directory(login->engine), login->peer.uid,
                                      &login->search, error);
    return cs_directory_search(cs_engine_directory(login->engine), login->request->user,
                               &login->search, error);
}

/* The name that nobody has typed. */
static enum cs_err take_name(struct cs_login *login, struct cs_error *error)
{
    char *name = strdup(login->account.name);

    if (name == NULL)
        return cs_fail_nomem(error);
    free(login->request->user);
    login->request->user = name;
    return CS_OK;
}

enum cs_err cs_login_look_up(struct cs_login *login, int64_t ms, struct cs_error *error)
{
    const struct cs_patience waits = patience(login, ms);
    struct cs_account account;
    enum cs_err result;

    if (login->looked_up)
        return CS_OK;
    result = begin(login, error);
    if (result == CS_OK)
        result = cs_search_wait(login->search, &waits, &account, error);
    if (result != CS_OK && result != CS_ERR_TIMEOUT)
        cs_search_release(&login->search);
    if (result != CS_OK)
        return result;
    login->account = account;
    login->looked_up = true;
    if (login->account.known)
        map_identity(login);
    cs_login_compare_uid(login);
    if (cs_login_is_self(login) && login->account.known)
        result = take_name(login, error);
    cs_log(&login->log, LOG_DEBUG, "identity '%s'", login->identity);
    return result;
}

enum cs_err cs_login_look_up_now(struct cs_login *login, struct cs_error *error)
{
    enum cs_err result = cs_login_look_up(login, lookup_ms(login), error);

    if (result == CS_ERR_TIMEOUT && cs_clock_left(end_of(login)) > 0)
        result = CS_ERR_UNRESOLVED;
    return result;
}

void cs_login_look_ahead(void *login)
{
    struct cs_login *ahead = login;

    /* A failure shows when the account is needed. */
    if (!ahead->looked_up)
        cs_ignore(begin(ahead, NULL));
}

bool cs_login_needs_account_first(const struct cs_login *login)
{
    const struct cs_options *options = &login->options;

    return login->peer.uid != 0 || options->exempt_group != NULL ||
           options->two_factor_group != NULL;
}

/* A directory that does not answer in time does not delay the prompt: an unknown account is not
 * exempt, and the answer may come by the time it is needed. But if the peer is not root, the
 * account must be known. */
enum cs_err cs_login_look_up_first(struct cs_login *login, struct cs_error *error)
{
    enum cs_err result;

    if (!cs_login_needs_account_first(login))
        return CS_OK;
    result = cs_login_look_up(login, lookup_ms(login), error);
    if (result != CS_ERR_TIMEOUT || login->peer.uid != 0)
        return result;
    cs_log(&login->log, LOG_WARNING, "%s, so '%s' is not exempt", error->text,
           login->request->user);
    return CS_OK;
}

/* The devices' time counts if the clock shows an earlier one. */
unsigned cs_login_days_to_enrol(struct cs_login *login, int64_t now)
{
    unsigned days = cs_policy_days_to_enrol(&login->options, now);
    const struct cs_patience waits = patience(login, lookup_ms(login));

    login->enrol_by_over = days == 0;
    if (days == 0)
        cs_log(&login->log, LOG_WARNING,
               "enrol_by: codes of users show that %s has passed, but this machine's clock is "
               "behind; '%s' is refused without a factor",
               login->options.enrol_by, login->account.name);
    return days > 0 && cs_policy_may_enrol_later(&login->options, &login->account,
                                                 cs_engine_directory(login->engine), &waits,
                                                 &login->log)
               ? days
               : 0;
}

struct cs_patience cs_login_patience(const struct cs_login *login)
{
    return patience(login, lookup_ms(login));
}

/* A plan with only a password has no second factor to be exempt from. */
enum cs_reason cs_login_exemption(struct cs_login *login)
{
    const struct cs_patience waits = cs_login_patience(login);

    if (!cs_plan_has_second(login->plan))
        return CS_REASON_NONE;
    return cs_policy_exemption(&login->options, &login->account, cs_engine_directory(login->engine),
                               &waits, &login->log);
}
