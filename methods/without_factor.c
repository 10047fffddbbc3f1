/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/without_factor.h"

#include <stdio.h>
#include <syslog.h>

#include "conversation/answer.h"
#include "methods/provider_call.h"
#include "methods/steps.h"
#include "providers/enrolling.h"

enum { NUMBER_SIZE = 16 };

static const char enrol_by[] = "enrol_by";

bool cs_may_lack_factor(const struct cs_method_login *login)
{
    const struct cs_method_options *options = login->given->options;

    return options->accept_on_missing_auth_method || (options->enrol_by && cs_is_proven(login));
}

/* False also for a user whose factor was removed: it may be in a thief's hands, as the key that has
 * been proven may be, and no date lets in with that key alone. */
static enum cs_err is_untouched(const struct cs_method_login *login, bool *ret_untouched,
                                struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    const struct cs_enrolling_ops *ops = given->provider->ops->enrolling;
    struct cs_enrol_standing standing = {.because = ""};
    enum cs_err result;

    *ret_untouched = ops == NULL; /* the provider remembers nobody */
    if (ops == NULL)
        return CS_OK;
    result = ops->look(given->provider, &given->call, &login->state.user, &standing, error);
    *ret_untouched = result == CS_OK && standing.untouched;
    if (result == CS_OK && !standing.untouched)
        cs_log(given->log, LOG_WARNING, "%s: not for '%s', who %s; see 'countersign forget'",
               enrol_by, login->state.user.name, standing.because);
    return result;
}

enum cs_err cs_does_without_factor(struct cs_method_login *login, bool *ret_does,
                                   struct cs_error *error)
{
    const struct cs_method_options *options = login->given->options;
    bool untouched = false;
    int64_t now = 0;
    enum cs_err result;

    *ret_does = options->accept_on_missing_auth_method;
    if (*ret_does || !cs_may_lack_factor(login))
        return CS_OK;
    result = cs_call_now(login, &now, error);
    if (result == CS_OK)
        result = is_untouched(login, &untouched, error);
    if (result == CS_OK && untouched)
        login->result.days_left = login->calls->days_to_enrol(login->context, now);
    *ret_does = result == CS_OK && login->result.days_left > 0;
    return result;
}

enum cs_reason cs_reason_without_factor(const struct cs_method_login *login)
{
    return login->given->options->accept_on_missing_auth_method ? CS_REASON_ACCEPT_ON_MISSING
                                                                : CS_REASON_ENROL_BY;
}

/* A prompt of its own, as no server shows a text after the last prompt once and to everybody. */
static enum cs_err give_notice(struct cs_method_login *login, enum cs_answer_kind *ret_kind,
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_values values = {.number = login->result.days_left};
    char days[NUMBER_SIZE];
    enum cs_err result;

    (void)snprintf(days, sizeof days, "%u", login->result.days_left);
    cs_values_set(&values, 'N', days);
    cs_values_set(&values, 'E', login->given->enrol_by);
    cs_say(login->given->book, CS_TEXT_ENROL_BY, &values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    result = cs_ask(login->given->channel, prompt.text, true, &answer, error);
    if (result == CS_OK)
        *ret_kind = cs_answer_kind(&answer);
    return result;
}

enum cs_verdict cs_go_without_factor(struct cs_method_login *login)
{
    enum cs_answer_kind kind = CS_ANSWER_EMPTY;
    struct cs_error error = {0};
    enum cs_err result;

    login->result.reason = cs_reason_without_factor(login);
    if (login->given->options->accept_on_missing_auth_method)
        return CS_VERDICT_NOT_ENROLLED;
    result = give_notice(login, &kind, &error);
    if (result != CS_OK)
        return cs_give_up(login, enrol_by, result, &error);
    if (kind != CS_ANSWER_JUNK)
        return CS_VERDICT_ENROL_BY;
    login->state.doomed = true;
    login->result.reason = CS_REASON_REFUSED_BY_SSHD;
    return CS_VERDICT_DENY;
}
