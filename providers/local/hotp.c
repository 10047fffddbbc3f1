/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges codes that count events (RFC 4226). A device that was pressed more often than the
 * look-ahead allows is found again by two codes in a row (section 7.4): the first is refused like
 * any other, and only the counter after it is remembered, until the next code that is compared.
 */
#include "providers/local/local_priv.h"
#include "providers/local/totp.h"

static enum cs_err spend(const struct cs_trial *trial, const struct cs_factor *factor,
                         int64_t counter, bool *ret_found, struct cs_outcome *outcome,
                         struct cs_error *error)
{
    bool won = false;
    enum cs_err result = cs_factor_spend(&trial->transaction, factor->id, counter, 0, &won, error);

    if (result != CS_OK)
        return result;
    *ret_found = true;
    outcome->judgement = won ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG;
    outcome->factor = won ? factor->id : 0;
    outcome->reason = won ? CS_REASON_HOTP : CS_REASON_REPLAYED;
    return CS_OK;
}

/* Nothing but this memory is written about a refused code, and the failure that is counted. */
static enum cs_err refuse(const struct cs_trial *trial, const struct cs_factor *factor,
                          const struct cs_hotp_match *match, struct cs_outcome *outcome,
                          struct cs_error *error)
{
    bool far = match->place == CS_HOTP_FAR && match->counter < INT64_MAX;

    if (far)
        outcome->reason = CS_REASON_COUNTER_AHEAD;
    return cs_factor_await(&trial->transaction, factor->id, far ? match->counter + 1 : 0, error);
}

enum cs_err cs_local_judge_hotp(const struct cs_trial *trial, const struct cs_factor *factor,
                                const struct cs_secret *code, bool *ret_found,
                                struct cs_outcome *outcome, struct cs_error *error)
{
    const struct cs_hotp_windows windows = {trial->settings->hotp_window,
                                            trial->settings->hotp_resync};
    struct cs_hotp_match match;
    enum cs_err result = cs_hotp_search(factor, code, &windows, &match, error);

    *ret_found = false;
    if (result != CS_OK)
        return result;
    if (match.place == CS_HOTP_NEXT || match.place == CS_HOTP_AWAITED)
        return spend(trial, factor, match.counter, ret_found, outcome, error);
    result = refuse(trial, factor, &match, outcome, error);
    *ret_found = match.place == CS_HOTP_LAST;
    return result == CS_OK && *ret_found ? cs_local_note_repeat(trial, factor, match.counter,
                                                                CS_REASON_REPLAYED, outcome, error)
                                         : result;
}
