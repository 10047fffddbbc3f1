/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/odd_answer.h"

enum cs_err cs_note_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                               bool *ret_repeated, struct cs_error *error)
{
    if (cs_repeats_note(&login->state.odd, answer, ret_repeated) != CS_OK)
        return cs_fail_nomem(error);
    if (*ret_repeated) {
        login->state.repeated = true;
        login->result.reason = CS_REASON_REPEATED_ANSWER;
    }
    return CS_OK;
}

enum cs_err cs_refuse_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                                 struct cs_outcome *outcome, struct cs_error *error)
{
    bool repeated = false;
    enum cs_err result = cs_note_odd_answer(login, answer, &repeated, error);

    if (repeated)
        *outcome =
            (struct cs_outcome){.judgement = CS_JUDGED_OVER, .reason = CS_REASON_REPEATED_ANSWER};
    return result;
}
