/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which counters an attempt looks at and moves. Codes and passwords are counted apart, and success
 * forgets failures of its own kind only: otherwise whoever knows the password, or has the token,
 * could guess the other without end, by being right now and then with what they have.
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

enum cs_err cs_tries_throttled(const struct cs_verification *v, bool *ret_throttled,
                               struct cs_error *error)
{
    const struct cs_attempt *attempt = v->attempt;
    const struct scopes scopes = scopes_of(attempt);
    int64_t wait = 0, slow = 0;
    enum cs_err result;

    *ret_throttled = false;
    if (!v->judging->throttle)
        return CS_OK;
    if (attempt->proven) {
        result = cs_throttle_wait(&v->transaction, scopes.proven, attempt->subject, v->now, &wait,
                                  error);
    } else {
        result = cs_throttle_wait(&v->transaction, CS_THROTTLE_ADDRESS, attempt->client, v->now,
                                  &wait, error);
        if (result == CS_OK)
            result = cs_throttle_wait(&v->transaction, scopes.unproven, attempt->subject, v->now,
                                      &slow, error);
    }
    *ret_throttled = wait > 0 || slow > 0;
    return result;
}

enum cs_err cs_tries_fail(const struct cs_verification *v, struct cs_error *error)
{
    const struct cs_attempt *attempt = v->attempt;
    const struct scopes scopes = scopes_of(attempt);
    enum cs_err result;

    if (attempt->proven && attempt->countable)
        return cs_throttle_fail(&v->transaction, scopes.proven, attempt->subject, v->now, error);
    result = cs_throttle_fail(&v->transaction, CS_THROTTLE_ADDRESS, attempt->client, v->now, error);
    if (result == CS_OK && attempt->countable)
        result =
            cs_throttle_fail(&v->transaction, scopes.unproven, attempt->subject, v->now, error);
    return result;
}

enum cs_err cs_tries_forget(const struct cs_verification *v, struct cs_error *error)
{
    const struct scopes scopes = scopes_of(v->attempt);
    const char *subject = v->attempt->subject;
    enum cs_err result = cs_throttle_forget(&v->transaction, scopes.proven, subject, error);

    return result == CS_OK ? cs_throttle_forget(&v->transaction, scopes.unproven, subject, error)
                           : result;
}
