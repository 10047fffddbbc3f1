/*
 * A method is one way to prove identity: one file here and one row in registry.c. `run` is straight
 * code: ask, verify, loop within the tries, return a verdict.
 */
#ifndef CS_METHODS_METHOD_H
#define CS_METHODS_METHOD_H

#include "base/log.h"
#include "conversation/channel.h"
#include "conversation/phrasebook.h"
#include "conversation/waiting.h"
#include "providers/provider.h"

/* How a login ends. The first is the initial value. */
enum cs_verdict {
    CS_VERDICT_DENY,
    CS_VERDICT_ALLOW,
    CS_VERDICT_EXEMPT,
    CS_VERDICT_NOT_ENROLLED,
    CS_VERDICT_MAX_TRIES,
    CS_VERDICT_UNAVAILABLE,
    CS_VERDICT_MISCONFIGURED,
    CS_VERDICT_UNKNOWN_USER,
    CS_VERDICT_ABORTED,
    CS_VERDICTS
};

/* What a method works on; filled by the login. Borrowed pointers outlive the run. */
struct cs_method_login {
    struct cs_channel *channel;
    struct cs_provider *provider;
    const struct cs_log *log;
    struct cs_judging judging;
    const struct cs_phrasebook *book; /* everything that is shown is said through it */
    enum cs_wait_mode wait_mode;
    const char *client; /* network of the client, for counting */
    bool echo;
    unsigned tries; /* answers that may be given, at least 1 */

    /* The identity, looked up when it is first needed and not before: a prompt that comes at once
     * tells nothing about the account. NULL: there is none. */
    enum cs_err (*identify)(struct cs_method_login *login, const char **ret_identity,
                            struct cs_error *error);
    /* Whether a first factor is proven, now that an answer came which was not junk. */
    bool (*proven)(struct cs_method_login *login);

    const char *stranger; /* counts the tries of accounts that have no identity */

    const char *reason; /* result: one word for the audit line */
    const char *last;   /* result: the same for the last answer that was judged, or NULL */
    unsigned answers;   /* result: how many were given */
};

struct cs_method {
    const char *name;
    enum cs_factor_kind kind; /* the factor that it verifies */
    enum cs_verdict (*run)(struct cs_method_login *login);
};

/* The method of that name, or NULL. */
const struct cs_method *cs_method_find(const char *name);

/* The name of the method in that row of the registry; NULL behind the last. */
const char *cs_method_name(size_t row);

extern const struct cs_method cs_method_totp;

#endif
