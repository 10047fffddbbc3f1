/* SPDX-License-Identifier: Apache-2.0 */
/* Judges codes and the answers of security keys, and counts the tries. */
#include "base/typed_code.h"
#include "providers/local/codes.h"
#include "providers/local/local_priv.h"
#include "providers/local/totp.h"
#include "store/clock_note.h"
#include "store/owner.h"
#include "store/recovery.h"
#include "store/shown_time.h"

enum { CLOCK_SECONDS = 600, CLOCK_STEPS_MAX = 20 };

static int64_t bounded(int64_t value, unsigned bound)
{
    int64_t most = bound;

    if (value > most)
        return most;
    return value < -most ? -most : value;
}

/* A match that cannot be spent was used before, or the clock was ahead when it last was. */
static enum cs_err judge_repeat(const struct cs_trial *trial, const struct cs_factor *factor,
                                const struct cs_totp_match *match, int64_t latest,
                                struct cs_outcome *outcome, struct cs_error *error)
{
    return cs_local_note_repeat(trial, factor, match->step,
                                factor->last_step > latest ? CS_REASON_CLOCK_WENT_BACK
                                                           : CS_REASON_REPLAYED,
                                outcome, error);
}

static enum cs_err judge_totp(const struct cs_trial *trial, const struct cs_factor *factor,
                              const struct cs_secret *code, bool *ret_found,
                              struct cs_outcome *outcome, struct cs_error *error)
{
    int64_t step = cs_totp_step(trial->now, factor->period);
    struct cs_totp_match match = {0};
    int64_t center = step + bounded(factor->drift, trial->settings->totp_drift);
    bool won = false;
    enum cs_err result =
        cs_totp_search(factor, code, center, trial->settings->totp_window, &match, error);

    *ret_found = match.found && factor != &trial->local->nobody;
    if (result != CS_OK || !*ret_found)
        return result;
    result = cs_factor_spend(&trial->transaction, factor->id, match.step,
                             bounded(match.step - step, trial->settings->totp_drift), &won, error);
    if (result != CS_OK)
        return result;
    if (!won)
        return judge_repeat(trial, factor, &match, center + trial->settings->totp_window, outcome,
                            error);
    outcome->judgement = CS_JUDGED_RIGHT;
    outcome->reason = CS_REASON_TOTP;
    outcome->factor = factor->id;
    return cs_shown_time_note(&trial->transaction, match.step * factor->period, error);
}

static enum cs_err judge_factor(const struct cs_trial *trial, const struct cs_factor *factor,
                                const struct cs_secret *code, bool *ret_found,
                                struct cs_outcome *outcome, struct cs_error *error)
{
    return factor->kind == CS_STORED_HOTP
               ? cs_local_judge_hotp(trial, factor, code, ret_found, outcome, error)
               : judge_totp(trial, factor, code, ret_found, outcome, error);
}

/* Steps to look for a code of another time: ten minutes both ways, and not more than 20 steps. */
static unsigned far_window(const struct cs_factor *factor)
{
    unsigned steps = CLOCK_SECONDS / factor->period;

    return steps < CLOCK_STEPS_MAX ? steps : CLOCK_STEPS_MAX;
}

/* Only to tell the administrator of a wrong clock, and only of users who have proven a first
 * factor: nothing is accepted or spent. Takes as long whatever the code is. */
static enum cs_err find_clock(const struct cs_trial *trial, const struct cs_factor *factor,
                              const struct cs_secret *code, struct cs_outcome *outcome,
                              struct cs_error *error)
{
    struct cs_totp_match match = {0};
    enum cs_err result;
    int64_t step;

    if (!trial->attempt->proven || factor->kind != CS_STORED_TOTP)
        return CS_OK;
    step = cs_totp_step(trial->now, factor->period);
    result = cs_totp_search(factor, code, step, far_window(factor), &match, error);
    /* One that was spent, or is older than that, shows no wrong clock. */
    if (result != CS_OK || !match.found || match.step <= factor->last_step || match.step == step)
        return result;
    outcome->reason = CS_REASON_CLOCK_OFF;
    outcome->clock_off = (match.step - step) * factor->period;
    return cs_clock_note_add(&trial->transaction, factor->id, outcome->clock_off, trial->now,
                             error);
}

static enum cs_err judge_recovery(const struct cs_trial *trial, const struct cs_secret *typed,
                                  struct cs_outcome *outcome, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    bool won = false;
    enum cs_err result;

    if (!cs_recovery_parse(typed, &code))
        return CS_OK;
    result = cs_recovery_spend(&trial->transaction, trial->user, &code, &won,
                               &outcome->recovery_left, error);
    if (result != CS_OK || !won)
        return result;
    outcome->judgement = CS_JUDGED_RIGHT;
    outcome->reason = CS_REASON_RECOVERY_CODE;
    outcome->recovery = true;
    return CS_OK;
}

static enum cs_err judge_key(const struct cs_trial *trial, struct cs_outcome *outcome,
                             struct cs_error *error)
{
    struct cs_trial recovery = *trial;
    bool registered = false;
    enum cs_err result = cs_local_judge_key(trial, outcome, &registered, error);

    /* The way in for a user who has lost the key; for users without a key it opens nothing, and
     * takes as long. */
    if (!registered)
        recovery.user = "";
    if (result == CS_OK && outcome->judgement != CS_JUDGED_RIGHT)
        result = judge_recovery(&recovery, trial->attempt->answer, outcome, error);
    return result;
}

static enum cs_err judge_code(const struct cs_trial *trial, struct cs_outcome *outcome,
                              struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    bool found = false;
    enum cs_err result =
        cs_factor_load(&trial->transaction, trial->user, CS_STORED_CODES, &factors, error);

    if (result == CS_OK && cs_typed_code(trial->attempt->answer, &code) != CS_OK)
        result = cs_fail_nomem(error);
    if (result != CS_OK)
        return result;
    outcome->reason = factors.count > 0 ? CS_REASON_WRONG_CODE : CS_REASON_NOT_ENROLLED;
    if (factors.count == 0)
        result = judge_factor(trial, &trial->local->nobody, &code, &found, outcome, error);
    for (size_t i = 0; i < factors.count && result == CS_OK && !found; i++)
        result = judge_factor(trial, &factors.items[i], &code, &found, outcome, error);
    if (result == CS_OK && !found)
        result = judge_recovery(trial, trial->attempt->answer, outcome, error);
    if (factors.count == 0 && result == CS_OK)
        result = find_clock(trial, &trial->local->nobody, &code, outcome, error);
    for (size_t i = 0;
         i < factors.count && result == CS_OK && !found && outcome->judgement != CS_JUDGED_RIGHT;
         i++)
        result = find_clock(trial, &factors.items[i], &code, outcome, error);
    return result;
}

enum cs_err cs_local_count_and_judge(struct cs_trial *trial, struct cs_outcome *outcome,
                                     struct cs_error *error)
{
    struct cs_local_bar bar = {.reason = CS_REASON_SUSPENDED};
    bool admitted = false;
    enum cs_err result =
        cs_throttle_begin(&trial->transaction, &trial->tried, trial->now, &admitted, error);

    outcome->reason = CS_REASON_THROTTLED;
    if (result != CS_OK || !admitted)
        return result;
    result = cs_local_find_bar(&trial->transaction, trial->user, trial->uid, &bar, error);
    if (result != CS_OK)
        return result;
    /* As long as for others, but nothing that this user has is compared or spent. */
    if (bar.reason != CS_REASON_NONE)
        trial->user = "";
    result = trial->attempt->kind == CS_FACTOR_U2F ? judge_key(trial, outcome, error)
                                                   : judge_code(trial, outcome, error);
    if (bar.reason != CS_REASON_NONE)
        outcome->reason = bar.reason;
    if (result != CS_OK || outcome->judgement != CS_JUDGED_RIGHT)
        return result;
    /* Whoever has what was enrolled is whom it was enrolled for. */
    if (bar.unowned)
        result = cs_owner_set(&trial->transaction, trial->user, trial->uid->value, error);
    return result == CS_OK
               ? cs_throttle_succeed(&trial->transaction, &trial->tried, trial->now, error)
               : result;
}
