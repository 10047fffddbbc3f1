/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an administrator has suspended. Such a user is like one that nobody has enrolled: to the
 * prompts, to an answer, and to a password. */
#include "store/suspension.h"

#include <stdio.h>

#include "providers/local/local_priv.h"

enum cs_err cs_local_suspended(const struct cs_transaction *transaction, const char *user,
                               bool *ret_suspended, struct cs_error *error)
{
    int64_t since;

    return cs_suspension_read(transaction, user, ret_suspended, &since, error);
}

/* Whom to look for, and what was found. */
struct search {
    const char *user;
    bool *suspended;
};

static enum cs_err look_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    const struct search *search = context;

    return cs_local_suspended(transaction, search->user, search->suspended, error);
}

/* In a transaction of its own. */
static enum cs_err look(struct cs_provider *provider, const char *user, bool *ret_suspended,
                        struct cs_error *error)
{
    struct search search = {user, ret_suspended};

    return cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, look_in_store, &search,
                             error);
}

enum cs_err cs_local_find_user(struct cs_provider *provider, const struct cs_call *call,
                               const char *identity, struct cs_provider_user *ret_user,
                               struct cs_error *error)
{
    bool suspended = true;
    enum cs_err result = look(provider, identity, &suspended, error);

    (void)call;
    if (result != CS_OK)
        return result;
    if (suspended) {
        ret_user->reason = CS_REASON_SUSPENDED;
        return CS_OK;
    }
    ret_user->found = true;
    (void)snprintf(ret_user->id, sizeof ret_user->id, "%s", identity);
    (void)snprintf(ret_user->name, sizeof ret_user->name, "%s", identity);
    return CS_OK;
}

enum cs_err cs_local_account(struct cs_provider *provider, const struct cs_call *call,
                             const struct cs_provider_user *user, struct cs_standing *ret_standing,
                             struct cs_error *error)
{
    bool suspended = true;
    enum cs_err result = look(provider, user->name, &suspended, error);

    (void)call;
    if (result != CS_OK)
        return result;
    *ret_standing = suspended ? (struct cs_standing){.reason = CS_REASON_SUSPENDED}
                              : (struct cs_standing){.may_log_in = true, .abstains = true};
    return CS_OK;
}
