/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/answer.h"

enum {
    HOLD_MS = 250,
    LATE_MS = 50, /* so near to its end a login has no time for a call */
    NUMBER_SIZE = 16,
};

void cs_method_login_clear(struct cs_method_login *login)
{
    cs_provider_user_clear(&login->user);
    cs_listed_factors_clear(&login->factors);
    cs_secret_free(&login->typed);
    cs_secret_free(&login->token);
}

/* ---- the user ---- */

enum cs_err cs_find_user(struct cs_method_login *login, struct cs_error *error)
{
    const char *identity = NULL;
    enum cs_err result;

    if (login->sought)
        return CS_OK;
    result = login->identify(login, &identity, error);
    if (result == CS_OK && identity != NULL)
        result = login->provider->ops->find_user(login->provider, &login->call, identity,
                                                 &login->user, error);
    if (result != CS_OK)
        return result;
    login->sought = true;
    if (!login->user.found)
        cs_log(login->log, LOG_INFO, "the provider knows no usable user: %s",
               identity == NULL ? "no identity" : login->user.reason);
    return CS_OK;
}

static struct cs_listing listing_of(const struct cs_method_login *login, unsigned kinds)
{
    const struct cs_method_options *options = login->options;

    return (struct cs_listing){
        .kinds = kinds,
        .unvalidated = options->ignore_isvalidated,
        .no_biometrics = options->verify_method_order == CS_DEVICE_PRESENCE_ONLY,
        .no_presence = options->verify_method_order == CS_DEVICE_BIOMETRIC_ONLY,
        .presence_first = options->verify_method_order == CS_DEVICE_PRESENCE_FIRST,
        .app_id = login->judging.app_id};
}

enum cs_err cs_list_factors(struct cs_method_login *login, unsigned kinds, struct cs_error *error)
{
    const struct cs_listing listing = listing_of(login, kinds);
    enum cs_err result = cs_find_user(login, error);

    if (result != CS_OK || login->listed == kinds)
        return result;
    cs_listed_factors_clear(&login->factors);
    if (login->user.found)
        result = login->provider->ops->list_factors(login->provider, &login->call, &login->user,
                                                    &listing, &login->factors, error);
    if (result == CS_OK)
        login->listed = kinds;
    return result;
}

enum cs_err cs_find_missing(struct cs_method_login *login, unsigned kinds, unsigned others,
                            bool *ret_missing, struct cs_error *error)
{
    enum cs_err result = cs_list_factors(login, kinds, error);

    if (result == CS_OK && login->factors.count == 0 && others != 0)
        result = cs_list_factors(login, kinds | others, error);
    *ret_missing = result == CS_OK && login->user.found && login->factors.count == 0 &&
                   !login->factors.withheld;
    return result;
}

/* ---- judging ---- */

/* Why an answer was refused that the provider saw only in disguise, or not at all. */
static const char *reason_for(const struct cs_method_login *login, enum cs_answer_kind kind,
                              bool known, const char *judged)
{
    static const char *const reasons[] = {[CS_ANSWER_EMPTY] = "empty-answer",
                                          [CS_ANSWER_TOO_LONG] = "answer-too-long",
                                          [CS_ANSWER_JUNK] = "refused-by-sshd"};

    if (kind != CS_ANSWER_TYPED)
        return reasons[kind];
    if (!known)
        return "unknown-user";
    return login->sought && !login->user.found ? login->user.reason : judged;
}

/* Whether the provider has to be asked at all; what it must know is found out before. */
static enum cs_err prepare(struct cs_method_login *login, const struct cs_question *question,
                           struct cs_attempt *attempt, bool *ret_ask, struct cs_error *error)
{
    const struct cs_provider_ops *ops = login->provider->ops;
    enum cs_err result = CS_OK;

    *ret_ask = true;
    if (ops->verifies_unlisted)
        return CS_OK;
    *ret_ask = attempt->identity != NULL;
    if (*ret_ask)
        result = cs_find_user(login, error);
    *ret_ask = *ret_ask && login->user.found;
    if (result != CS_OK || !*ret_ask)
        return result;
    attempt->user = &login->user;
    if (question->factor == NULL && question->kind != CS_FACTOR_PASSWORD) {
        result = cs_list_factors(login, CS_KIND(question->kind), error);
        attempt->factors = &login->factors;
        *ret_ask = login->factors.count > 0;
    }
    return result;
}

static enum cs_err ask_provider(struct cs_method_login *login, const struct cs_question *question,
                                struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                                struct cs_error *error)
{
    struct cs_listed_factors one = {(struct cs_listed_factor *)(uintptr_t)question->factor, 1,
                                    false};
    bool ask = false;
    enum cs_err result;

    if (question->factor != NULL)
        attempt->factors = &one;
    result = prepare(login, question, attempt, &ask, error);
    if (result != CS_OK)
        return result;
    if (!ask) {
        *ret_outcome = (struct cs_outcome){.reason = "not-enrolled"};
        return CS_OK;
    }
    return login->provider->ops->verify(login->provider, &login->call, attempt, &login->judging,
                                        ret_outcome, error);
}

static enum cs_err hold(struct cs_method_login *login, int64_t started, struct cs_error *error)
{
    int64_t elapsed = cs_clock_ms() - started;

    return cs_channel_wait(login->channel, started + (elapsed / HOLD_MS + 1) * HOLD_MS, error);
}

/* The person must know, and no text after the last prompt is shown once by every server: so this is
 * a prompt of its own. Whoever hangs up here has spent the code all the same. */
static enum cs_err tell_recovery_left(struct cs_method_login *login, unsigned left,
                                      struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_values values = {0};
    char count[NUMBER_SIZE];

    (void)snprintf(count, sizeof count, "%u", left);
    cs_values_set(&values, 'N', count);
    cs_say(login->book, CS_TEXT_RECOVERY_LEFT, &values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->channel, prompt.text, true, &answer, error);
}

enum cs_err cs_judge(struct cs_method_login *login, const struct cs_question *question,
                     const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                     struct cs_error *error)
{
    enum cs_answer_kind kind = cs_answer_kind(answer);
    int64_t started = login->line_started ? login->line_started : cs_clock_ms();
    struct cs_attempt attempt = {.kind = question->kind,
                                 .challenge = question->challenge,
                                 .answer = answer,
                                 .client = login->client,
                                 .countable = true};
    enum cs_err result = login->identify(login, &attempt.identity, error);
    bool known = attempt.identity != NULL;

    if (result != CS_OK)
        return result;
    attempt.subject = known ? attempt.identity : login->stranger;
    login->doomed = login->doomed || kind == CS_ANSWER_JUNK;
    if (login->doomed || kind != CS_ANSWER_TYPED) {
        attempt.identity = NULL;
        attempt.countable = false;
    } else {
        login->answered = true;
    }
    attempt.proven = attempt.countable && cs_is_proven(login);
    result = ask_provider(login, question, &attempt, ret_outcome, error);
    if (result != CS_OK)
        return result;
    if (ret_outcome->alert[0] != '\0')
        cs_log(login->log, LOG_ALERT, "%s", ret_outcome->alert);
    if (attempt.identity == NULL) /* whatever a provider says of nobody */
        ret_outcome->judgement = CS_JUDGED_WRONG;
    ret_outcome->reason = reason_for(login, kind, known, ret_outcome->reason);
    if (ret_outcome->judgement != CS_JUDGED_RIGHT)
        return login->provider->ops->remote ? hold(login, started, error) : CS_OK;
    return ret_outcome->recovery ? tell_recovery_left(login, ret_outcome->recovery_left, error)
                                 : CS_OK;
}

bool cs_is_proven(struct cs_method_login *login)
{
    return !login->doomed && (login->password_accepted || login->proven(login, login->answered));
}

/* ---- the end ---- */

enum cs_verdict cs_give_up(struct cs_method_login *login, const char *method, enum cs_err result,
                           const struct cs_error *error)
{
    static const struct {
        enum cs_err result;
        enum cs_verdict verdict;
        const char *reason;
        int priority;
    } ends[] = {
        {CS_ERR_HANGUP, CS_VERDICT_ABORTED, "hang-up", LOG_INFO},
        {CS_ERR_CANCELLED, CS_VERDICT_ABORTED, "hang-up", LOG_INFO},
        {CS_ERR_TIMEOUT, CS_VERDICT_ABORTED, "timeout", LOG_INFO},
        {CS_ERR_PROTOCOL, CS_VERDICT_ABORTED, "protocol", LOG_INFO},
        {CS_ERR_UNREACHABLE, CS_VERDICT_UNREACHABLE, "unreachable", LOG_ERR},
        {CS_ERR_UNRESOLVED, CS_VERDICT_UNAVAILABLE, "account-look-up", LOG_ERR},
        {CS_ERR_CONFIG, CS_VERDICT_MISCONFIGURED, "misconfigured", LOG_ERR},
    };

    /* Near the login's end every call runs out of time, and the person chooses when to answer: that
     * says nothing about the provider, and must not pass for what fails open. */
    if (result == CS_ERR_UNREACHABLE && cs_clock_left(login->call.deadline) <= LATE_MS)
        result = CS_ERR_TIMEOUT;
    for (size_t i = 0; i < CS_ARRAY_SIZE(ends); i++) {
        if (ends[i].result != result)
            continue;
        login->reason = ends[i].reason;
        cs_log(login->log, ends[i].priority, "%s: %s", method, error->text);
        return ends[i].verdict;
    }
    login->reason = "unavailable";
    cs_log(login->log, LOG_ERR, "%s: %s", method, error->text);
    return CS_VERDICT_UNAVAILABLE;
}
