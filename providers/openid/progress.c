/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/progress.h"

#include <syslog.h>

static const struct cs_approval_state pending_state = {CS_APPROVAL_PENDING, CS_REASON_PENDING},
                                      expired_state = {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
                                      broken_state = {CS_APPROVAL_IMPOSSIBLE,
                                                      CS_REASON_MISCONFIGURED};

/* The server knows the request no longer, or says something that no standard knows. That is no
 * refusal if it may have given the tokens in an answer that was lost. */
static struct cs_approval_state gone(const struct cs_log *log,
                                     const struct cs_openid_answer *answer, bool expired, bool lost)
{
    if (answer->word == CS_OPENID_EXPIRED)
        return expired_state;
    if (lost) {
        cs_log(log, LOG_WARNING,
               "an answer of the provider was lost, and now the request is used up (%s); the user "
               "has to log in again",
               answer->said);
        return (struct cs_approval_state){CS_APPROVAL_IMPOSSIBLE, CS_REASON_ANSWER_LOST};
    }
    if (answer->word == CS_OPENID_DENIED)
        return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_DENIED};
    if (expired)
        return expired_state;
    cs_log(log, LOG_WARNING, "the request for an approval was refused later (%s)", answer->said);
    return (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED};
}

static struct cs_approval_state broken(const struct cs_log *log,
                                       const struct cs_openid_answer *answer)
{
    cs_log(log, LOG_ERR, "the provider no longer takes this machine's client (%s)", answer->said);
    return broken_state;
}

enum cs_err cs_openid_progress(const struct cs_log *log, const struct cs_openid_answer *answer,
                               bool expired, bool lost, struct cs_approval_state *ret_state,
                               struct cs_error *error)
{
    switch (answer->word) {
    case CS_OPENID_PENDING:
    case CS_OPENID_SLOW_DOWN:
        *ret_state = expired ? expired_state : pending_state;
        return CS_OK;
    case CS_OPENID_BAD_CLIENT:
        *ret_state = broken(log, answer);
        return CS_OK;
    case CS_OPENID_REFUSED: /* some servers say it of a request that they have forgotten */
        *ret_state = expired ? expired_state : broken(log, answer);
        return CS_OK;
    case CS_OPENID_BUSY:
        return cs_fail(error, CS_ERR_UNREACHABLE, "the provider cannot say now (%s)", answer->said);
    default: /* RFC 8628 section 3.5: any other error ends the polls */
        *ret_state = gone(log, answer, expired, lost);
        return CS_OK;
    }
}
