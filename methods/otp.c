/* SPDX-License-Identifier: Apache-2.0 */
/* A code sent to the user by text message, email or call. */
#include "methods/challenge.h"
#include "methods/code.h"
#include "methods/delivery.h"
#include "methods/steps.h"

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = login, .factor = factor};
    struct cs_code_dialogue dialogue = {
        .method = method->name,
        .question = {.kind = method->kind, .factor = factor, .challenge = &open.challenge},
        .sent = method};
    enum cs_verdict verdict = CS_VERDICT_DENY;
    struct cs_error error = {0};
    enum cs_err result;

    if (!cs_ask_consent(login, method, factor, &verdict))
        return verdict;
    result = cs_open_challenge_begin(&open, &error);
    if (result != CS_OK)
        return cs_give_up(login, method->name, result, &error);
    verdict = cs_ask_code(login, &dialogue);
    open.fulfilled = verdict == CS_VERDICT_ALLOW;
    return verdict;
}

#define DELIVERED(method, factor, line, asks, says)                                                \
    const struct cs_method cs_method_##method = {.name = #method,                                  \
                                                 .kind = factor,                                   \
                                                 .menu = line,                                     \
                                                 .consent = asks,                                  \
                                                 .sent = says,                                     \
                                                 .is_address = true,                               \
                                                 .run = run}

DELIVERED(smsotp, CS_FACTOR_SMSOTP, CS_TEXT_SMS, CS_TEXT_CONSENT_SMS, CS_TEXT_SENT_SMS);
DELIVERED(emailotp, CS_FACTOR_EMAILOTP, CS_TEXT_EMAIL, CS_TEXT_CONSENT_EMAIL, CS_TEXT_SENT_EMAIL);
DELIVERED(voiceotp, CS_FACTOR_VOICEOTP, CS_TEXT_VOICE, CS_TEXT_CONSENT_VOICE, CS_TEXT_SENT_VOICE);
DELIVERED(transsmsotp, CS_FACTOR_TRANS_SMSOTP, CS_TEXT_TRANS_SMS, CS_TEXT_CONSENT_SMS,
          CS_TEXT_SENT_SMS);
DELIVERED(transemailotp, CS_FACTOR_TRANS_EMAILOTP, CS_TEXT_TRANS_EMAIL, CS_TEXT_CONSENT_EMAIL,
          CS_TEXT_SENT_EMAIL);
