/* SPDX-License-Identifier: Apache-2.0 */
/* What users change of their own, with a record of it; and the language that they chose. */
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/act.h"
#include "login/login_priv.h"
#include "methods/self_service.h"
#include "providers/self_service.h"

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
void cs_login_log_self(const struct cs_login *login, bool done)
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
