/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an administrator has suspended, and who only has the name of somebody else. Such a user is
 * like one that nobody has enrolled: to the prompts, to an answer, and to a password. */
#include "store/suspension.h"

#include <stdio.h>

#include "providers/local/local_priv.h"
#include "store/owner.h"

const struct cs_uid *cs_local_uid(const struct cs_call *call)
{
    const struct cs_local_settings *settings = call->settings;

    return settings->uid_check && call->uid != NULL && call->uid->known ? call->uid : NULL;
}

/* A suspension is of the name, whoever has it by now. */
enum cs_err cs_local_find_bar(const struct cs_transaction *transaction, const char *user,
                              const struct cs_uid *uid, struct cs_local_bar *ret_bar,
                              struct cs_error *error)
{
    struct cs_uid owner = {0};
    bool suspended = true;
    int64_t since;
    enum cs_err result = cs_suspension_read(transaction, user, &suspended, &since, error);

    *ret_bar = (struct cs_local_bar){.reason = CS_REASON_SUSPENDED};
    if (result != CS_OK || suspended)
        return result;
    if (uid != NULL)
        result = cs_owner_read(transaction, user, &owner, error);
    if (result != CS_OK)
        return result;
    ret_bar->unowned = uid != NULL && !owner.known;
    ret_bar->reason =
        owner.known && owner.value != uid->value ? CS_REASON_OTHER_UID : CS_REASON_NONE;
    return CS_OK;
}

/* Whom to look for, and what was found. */
struct search {
    const char *user;
    const struct cs_uid *uid;
    struct cs_local_bar *bar;
};

static enum cs_err look_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    const struct search *search = context;

    return cs_local_find_bar(transaction, search->user, search->uid, search->bar, error);
}

/* In a transaction of its own. */
static enum cs_err look(struct cs_provider *provider, const struct cs_call *call, const char *user,
                        enum cs_reason *ret_reason, struct cs_error *error)
{
    struct cs_local_bar bar = {.reason = CS_REASON_SUSPENDED};
    struct search search = {user, cs_local_uid(call), &bar};
    enum cs_err result;

    result = cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, look_in_store, &search,
                               error);
    *ret_reason = bar.reason;
    return result;
}

enum cs_err cs_local_find_user(struct cs_provider *provider, const struct cs_call *call,
                               const char *identity, struct cs_provider_user *ret_user,
                               struct cs_error *error)
{
    enum cs_reason reason;
    enum cs_err result = look(provider, call, identity, &reason, error);

    if (result != CS_OK)
        return result;
    if (reason != CS_REASON_NONE) {
        ret_user->reason = reason;
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
    enum cs_reason reason;
    enum cs_err result = look(provider, call, user->name, &reason, error);

    if (result != CS_OK)
        return result;
    /* To a new account of an old name the provider is a stranger, as to anybody not enrolled. */
    *ret_standing = reason == CS_REASON_SUSPENDED
                        ? (struct cs_standing){.reason = CS_REASON_SUSPENDED}
                        : (struct cs_standing){.may_log_in = true, .abstains = true};
    return CS_OK;
}
