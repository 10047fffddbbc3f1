/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/dialogue.h"

#include <syslog.h>

enum cs_err cs_dialogue_judge(struct cs_method_login *login, const struct cs_dialogue *dialogue,
                              const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                              struct cs_error *error)
{
    enum cs_err result;

    login->state.judged++;
    result = dialogue->judge(login, dialogue->context, answer, ret_outcome, error);
    if (result != CS_OK)
        return result;
    login->result.reason = ret_outcome->reason;
    cs_log(login->given->log, LOG_DEBUG, "%s: answer %u: %s", dialogue->method, login->state.judged,
           cs_reason_name(ret_outcome->reason));
    return CS_OK;
}

static enum cs_err try_once(struct cs_method_login *login, const struct cs_dialogue *dialogue,
                            unsigned tried, struct cs_outcome *ret_outcome, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    enum cs_err result = dialogue->ask(login, dialogue->context, tried, &answer, error);

    return result == CS_OK && answer.data != NULL
               ? cs_dialogue_judge(login, dialogue, &answer, ret_outcome, error)
               : result;
}

enum cs_verdict cs_dialogue_run(struct cs_method_login *login, const struct cs_dialogue *dialogue)
{
    for (unsigned tried = 0; tried <= dialogue->retry; tried++) {
        struct cs_outcome outcome = {0};
        struct cs_error error = {0};
        enum cs_err result = try_once(login, dialogue, tried, &outcome, &error);

        if (result != CS_OK)
            return cs_give_up(login, dialogue->method, result, &error);
        if (outcome.judgement == CS_JUDGED_RIGHT)
            return CS_VERDICT_ALLOW;
        if (outcome.judgement == CS_JUDGED_OVER)
            return CS_VERDICT_DENY;
    }
    return CS_VERDICT_MAX_TRIES;
}
