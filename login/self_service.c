/* SPDX-License-Identifier: Apache-2.0 */
/* `countersign self`: a login by the account of the peer's uid, and after it what users may do
 * about their own factors (methods/self_service.h). */
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/tell.h"
#include "login/act.h"
#include "login/login_priv.h"
#include "login/policy.h"
#include "login/self_places.h"
#include "methods/self_service.h"
#include "providers/self_service.h"

/* For reading a screen, and for setting up an app, on top of login_timeout. */
enum { SELF_MS = 5 * 60 * 1000 };

bool cs_login_is_self(const struct cs_login *login)
{
    return login->request->phase == CS_PHASE_SELF;
}

uint32_t cs_login_lasts_ms(const struct cs_login *login)
{
    return login->options.login_timeout * 1000U + (cs_login_is_self(login) ? SELF_MS : 0);
}

/* ---- whom it is for ---- */

void cs_login_restrict_self(struct cs_options *options)
{
    options->exempt_group = NULL;
    options->two_factor_group = NULL;
    options->enrol_by = NULL;
    options->offline_users = NULL;
    options->user_env = NULL;
    options->failmode_insecure = false;
    options->method.accept_on_missing_auth_method = false;
    options->method.self_enrol = CS_SELF_ENROL_NO;
    options->method.ask_identity = false;
}

static void tell(struct cs_login *login, struct cs_channel *channel, enum cs_text key)
{
    struct cs_error error = {0};

    if (cs_tell_text(channel, &login->book, key, NULL, &error) != CS_OK)
        cs_log(&login->log, LOG_INFO, "the last text was not shown: %s", error.text);
}

/* Why the settings do not allow it; NULL: they do. */
static const char *find_obstacle(const struct cs_login *login)
{
    if (strcmp(login->options.provider, "local") != 0)
        return "its provider is not 'local'";
    return cs_plan_has_second(login->plan) ? NULL : "its auth_method asks for no second factor";
}

bool cs_login_refuse_self(struct cs_login *login, struct cs_channel *channel)
{
    const char *obstacle = find_obstacle(login);

    login->reason = CS_REASON_NONE;
    if (login->peer.uid == 0)
        login->reason = CS_REASON_SELF_ROOT;
    else if (!login->options.self_service)
        login->reason = CS_REASON_SELF_OFF;
    else if (obstacle != NULL) {
        cs_log(&login->log, LOG_WARNING, "service '%s': %s", CS_SELF_SERVICE, obstacle);
        login->reason = CS_REASON_SELF_NOT_HERE;
    }
    if (login->reason == CS_REASON_NONE)
        return false;
    cs_login_choose_texts(login, NULL);
    tell(login, channel, CS_TEXT_SELF_OFF);
    return true;
}

/* The account is known by now. */
static enum cs_reason find_bar(struct cs_login *login)
{
    const struct cs_patience waits = cs_login_patience(login);

    if (!cs_policy_may_serve_itself(&login->options, &login->account,
                                    cs_engine_directory(login->engine), &waits, &login->log))
        return CS_REASON_SELF_OFF;
    if (!login->uid.known) {
        cs_log(&login->log, LOG_WARNING, "service '%s': '%s' has another name at the provider",
               CS_SELF_SERVICE, login->account.name);
        return CS_REASON_SELF_NOT_HERE;
    }
    return cs_self_places_take(cs_engine_self_places(login->engine), login->account.uid)
               ? CS_REASON_NONE
               : CS_REASON_SELF_BUSY;
}

/* ---- records ---- */

static enum cs_err make_record(const struct cs_login *login, bool done, cs_act_sink *sink,
                               void *context, struct cs_error *error)
{
    const struct cs_request *request = login->request;
    CS_AUTO(cs_strlist_free) struct cs_strlist users = {0};
    const struct cs_act act = {.actor = {.login_uid = -1, .uid = login->peer.uid},
                               .verb = cs_self_verb(request->self_act),
                               .detail = request->self_detail ? request->self_detail : "",
                               .done = done,
                               .time = cs_clock_seconds(),
                               .users = &users};

    if (cs_strlist_add(&users, login->account.name, strlen(login->account.name)) != CS_OK)
        return cs_fail_nomem(error);
    return cs_act_make(&act, cs_engine_record_ids(login->engine), sink, context, error);
}

static struct cs_act_log record_log(const struct cs_login *login)
{
    return (struct cs_act_log){.log = &login->log, .form = login->options.audit};
}

/* Of what changed nothing: straight to the log. Without memory there is none. */
static void log_record(const struct cs_login *login, bool done)
{
    struct cs_act_log to = record_log(login);

    cs_ignore(make_record(login, done, cs_act_write, &to, NULL));
}

/* A change, and the record that is kept with it. */
struct changing {
    const struct cs_method_given *given;
    const struct cs_provider_user *user;
    const struct cs_self_change *change;
    struct cs_enrolling *enrolling;
    struct cs_enrolled *changed;
};

static enum cs_err change_with(const struct cs_record *record, void *context,
                               struct cs_error *error)
{
    const struct changing *changing = context;
    const struct cs_method_given *given = changing->given;
    struct cs_self_change change = *changing->change;

    change.record = record;
    return given->provider->ops->self->change(given->provider, &given->call, changing->user,
                                              &change, changing->enrolling, changing->changed,
                                              error);
}

enum cs_err cs_login_change_self(struct cs_login *login, const struct cs_method_given *given,
                                 const struct cs_provider_user *user,
                                 const struct cs_self_change *change,
                                 struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                                 struct cs_error *error)
{
    struct changing changing = {given, user, change, enrolling, ret_changed};
    struct cs_act_log to = record_log(login);
    struct cs_error later = {0};
    enum cs_err result = make_record(login, true, change_with, &changing, error);

    login->self_recorded = ret_changed->done;
    if (ret_changed->done &&
        given->provider->ops->self->drain(given->provider, cs_act_write, &to, &later) != CS_OK)
        cs_log(&login->log, LOG_WARNING, "the record of an act is not in the log yet: %s",
               later.text);
    return result;
}

void cs_login_speak(struct cs_login *login, const char *language)
{
    const struct cs_options *options = &login->options;
    const char *spoken = options->lang           ? options->lang
                         : language[0] != '\0'   ? language
                         : options->default_lang ? options->default_lang
                                                 : "";

    login->book.catalogue = cs_engine_catalogue(login->engine, spoken);
}

/* ---- the whole ---- */

enum cs_verdict cs_login_run_self(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider)
{
    enum cs_reason bar = find_bar(login);
    enum cs_verdict verdict;

    if (bar != CS_REASON_NONE) {
        login->reason = bar;
        tell(login, channel, bar == CS_REASON_SELF_BUSY ? CS_TEXT_SELF_BUSY : CS_TEXT_SELF_OFF);
        log_record(login, false);
        return CS_VERDICT_DENY;
    }
    verdict = cs_login_run_plan(login, channel, provider, true);
    cs_self_places_give(cs_engine_self_places(login->engine), login->account.uid);
    if (!login->self_recorded)
        log_record(login, verdict == CS_VERDICT_ALLOW);
    return verdict;
}
