/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which counters an attempt looks at and moves. Codes and passwords are counted apart, and success
 * forgets failures of its own kind only: otherwise whoever knows the password, or has the
 * authenticator app, could guess the other without end, by being right now and then with what they
 * have.
 */
#include "providers/local/local_priv.h"
#include "store/throttle.h"

struct scopes {
    enum cs_throttle_scope proven, unproven;
};

static struct scopes scopes_of(const struct cs_attempt *attempt)
{
    static const struct scopes codes = {CS_THROTTLE_USER_PROVEN, CS_THROTTLE_USER_UNPROVEN};
    static const struct scopes passwords = {CS_THROTTLE_PASSWORD_PROVEN,
                                            CS_THROTTLE_PASSWORD_UNPROVEN};

    return attempt->kind == CS_FACTOR_PASSWORD ? passwords : codes;
}

enum cs_err cs_tries_throttled(const struct cs_trial *trial, bool *ret_throttled,
                               struct cs_error *error)
{
    const struct cs_attempt *attempt = trial->attempt;
    const struct scopes scopes = scopes_of(attempt);
    int64_t wait = 0, slow = 0;
    enum cs_err result;

    *ret_throttled = false;
    if (!trial->judging->throttle)
        return CS_OK;
    if (attempt->proven) {
        result = cs_throttle_wait(&trial->transaction, scopes.proven, attempt->subject, trial->now,
                                  &wait, error);
    } else {
        result = cs_throttle_wait(&trial->transaction, CS_THROTTLE_ADDRESS, attempt->client,
                                  trial->now, &wait, error);
        if (result == CS_OK)
            result = cs_throttle_wait(&trial->transaction, scopes.unproven, attempt->subject,
                                      trial->now, &slow, error);
    }
    *ret_throttled = wait > 0 || slow > 0;
    return result;
}

enum cs_err cs_tries_fail(const struct cs_trial *trial, struct cs_error *error)
{
    const struct cs_attempt *attempt = trial->attempt;
    const struct scopes scopes = scopes_of(attempt);
    enum cs_err result;

    if (attempt->proven && attempt->countable)
        return cs_throttle_fail(&trial->transaction, scopes.proven, attempt->subject, trial->now,
                                error);
    result = cs_throttle_fail(&trial->transaction, CS_THROTTLE_ADDRESS, attempt->client, trial->now,
                              error);
    if (result == CS_OK && attempt->countable)
        result = cs_throttle_fail(&trial->transaction, scopes.unproven, attempt->subject,
                                  trial->now, error);
    return result;
}

enum cs_err cs_tries_forget(const struct cs_trial *trial, struct cs_error *error)
{
    const struct scopes scopes = scopes_of(trial->attempt);
    const char *subject = trial->attempt->subject;
    enum cs_err result = cs_throttle_forget(&trial->transaction, scopes.proven, subject, error);

    return result == CS_OK
               ? cs_throttle_forget(&trial->transaction, scopes.unproven, subject, error)
               : result;
}
