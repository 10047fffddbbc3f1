/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on another device. */
#include "conversation/answer.h"
#include "methods/approval.h"
#include "methods/code.h"
#include "methods/delivery.h"
#include "methods/steps.h"

enum { USER_CODES = 2 }; /* tries at the user's own secret */

/* Asks for the secret without which the provider sends nothing. It is used again and again, so it
 * is not shown. */
static enum cs_err ask_user_code(struct cs_open_challenge *open, bool *ret_junk,
                                 struct cs_error *error)
{
    struct cs_method_login *login = open->login;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result;

    cs_say(login->given->book, CS_TEXT_USER_CODE_PROMPT, NULL, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    cs_secret_free(&open->user_code);
    result = cs_ask(login->given->channel, prompt.text, false, &open->user_code, error);
    *ret_junk = result == CS_OK && cs_answer_kind(&open->user_code) == CS_ANSWER_JUNK;
    return result;
}

/* Begins the challenge, with the user's own secret where the provider wants it. `ret_refused`: why
 * there is no challenge although nothing failed. */
static enum cs_err begin(struct cs_open_challenge *open, enum cs_reason *ret_refused,
                         struct cs_error *error)
{
    enum cs_err result = cs_open_challenge_begin(open, error);
    bool junk = false;

    for (unsigned asked = 0; result == CS_OK && open->challenge.wants_user_code; asked++) {
        if (asked == USER_CODES) {
            *ret_refused = CS_REASON_WRONG_USER_CODE;
            return CS_OK;
        }
        result = ask_user_code(open, &junk, error);
        if (junk) {
            *ret_refused = CS_REASON_REFUSED_BY_SSHD;
            return CS_OK;
        }
        if (result == CS_OK)
            result = cs_open_challenge_begin(open, error);
    }
    return result;
}

static enum cs_verdict refuse(struct cs_open_challenge *open, enum cs_reason reason)
{
    struct cs_method_login *login = open->login;

    cs_open_challenge_end(open); /* before the next prompt */
    cs_tally_refuse(&login->result.tally, CS_FACTOR_DEVICE, reason);
    if (reason == CS_REASON_REFUSED_BY_SSHD)
        return cs_refuse_codes(login, reason);
    login->result.reason = login->result.last = reason;
    login->calls->was_refused(login->context);
    return CS_VERDICT_DENY;
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = login, .factor = factor};
    enum cs_verdict verdict = CS_VERDICT_DENY;
    enum cs_reason refused = CS_REASON_NONE;
    struct cs_error error = {0};
    enum cs_err result;

    if (!cs_ask_consent(login, method, factor, &verdict))
        return verdict;
    result = begin(&open, &refused, &error);
    if (refused != CS_REASON_NONE)
        return refuse(&open, refused);
    return cs_conclude_approval(
        &open, method, factor->name[0] != '\0' ? CS_PLACE_DEVICE : CS_PLACE_PHONE, result, &error);
}

const struct cs_method cs_method_device = {
    .name = "device",
    .kind = CS_FACTOR_DEVICE,
    .menu = CS_TEXT_DEVICE_PRESENCE,
    .menu_checked = CS_TEXT_DEVICE_BIOMETRIC,
    .menu_unnamed = CS_TEXT_PHONE,
    .consent = CS_TEXT_CONSENT_DEVICE,
    .consent_unnamed = CS_TEXT_CONSENT_PHONE,
    .unnamed = true,
    .run = run,
};
