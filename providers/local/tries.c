/* SPDX-License-Identifier: Apache-2.0 */
/* What an attempt is counted as. Codes and passwords are counted apart, and a success forgets
 * only failures of its own kind. Otherwise anyone who knows the password, or has the
 * authenticator app, could guess the other one without end, by now and then being right with
 * the one that they have. */
#include "providers/local/local_priv.h"

static enum cs_throttle_scope scope_of(const struct cs_attempt *attempt)
{
    static const enum cs_throttle_scope codes[] = {CS_THROTTLE_USER_UNPROVEN,
                                                   CS_THROTTLE_USER_PROVEN};
    static const enum cs_throttle_scope passwords[] = {CS_THROTTLE_PASSWORD_UNPROVEN,
                                                       CS_THROTTLE_PASSWORD_PROVEN};
    /* An answer that says nothing about the user counts for nobody, and so proves nothing. */
    bool proven = attempt->proven && attempt->countable;

    return attempt->kind == CS_FACTOR_PASSWORD ? passwords[proven] : codes[proven];
}

struct cs_try cs_tries_of(const struct cs_attempt *attempt,
                          const struct cs_local_settings *settings)
{
    return (struct cs_try){.scope = scope_of(attempt),
                           .subject = attempt->subject,
                           .network = attempt->client,
                           .countable = attempt->countable,
                           .delays = settings->throttle,
                           .later = attempt->kind == CS_FACTOR_PASSWORD};
}

enum cs_err cs_local_note_repeat(const struct cs_trial *trial, const struct cs_factor *factor,
                                 int64_t step, enum cs_reason reason, struct cs_outcome *outcome,
                                 struct cs_error *error)
{
    bool first = false;
    enum cs_err result =
        cs_factor_note_repeat(&trial->transaction, factor->id, step, &first, error);

    outcome->reason = reason;
    if (result == CS_OK && !first)
        result = cs_throttle_undo(&trial->transaction, &trial->tried, trial->now, error);
    return result;
}
