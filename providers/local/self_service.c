/* SPDX-License-Identifier: Apache-2.0 */
/* What users change of their own, in the store. */
#include <stdlib.h>
#include <string.h>

#include "providers/local/codes.h"
#include "providers/local/enrol.h"
#include "providers/local/local_priv.h"
#include "providers/self_service.h"
#include "store/record.h"

_Static_assert((int)CS_SELF_FACTORS_MAX >= (int)CS_FACTORS_PER_USER_MAX, "all are listed");
_Static_assert((int)CS_SELF_LABEL_SIZE > (int)CS_FACTOR_LABEL_MAX, "labels fit");
_Static_assert((int)CS_SELF_CODES_BYTES == (int)CS_RECOVERY_BYTES_MAX, "as they are stored");
_Static_assert((int)CS_ENROLLING_CODES_MAX >= (int)CS_RECOVERY_CODES, "all are shown");

/* ---- what there is ---- */

struct listing {
    const char *user;
    struct cs_self_listing *listing;
};

static struct cs_self_factor describe(const struct cs_factor *factor)
{
    struct cs_self_factor shown = {.id = factor->id,
                                   .kind = cs_stored_kind_name(factor->kind),
                                   .replaceable = factor->kind != CS_STORED_U2F,
                                   .created = factor->created,
                                   .last_used = factor->last_used};

    if (factor->kind == CS_STORED_TOTP && factor->last_step >= 0)
        shown.last_used = factor->last_step * factor->period;
    memcpy(shown.label, factor->label, strlen(factor->label) + 1);
    return shown;
}

static enum cs_err list_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    const struct listing *listing = context;
    struct cs_self_listing *shown = listing->listing;
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    size_t apps = 0;
    enum cs_err result = cs_factor_list(transaction, listing->user, CS_STORED_ANY, &factors, error);

    if (result == CS_OK)
        result = cs_recovery_count(transaction, listing->user, &shown->recovery_left, error);
    if (result == CS_OK)
        result = cs_recovery_hashes(transaction, listing->user, shown->codes, &shown->codes_length,
                                    error);
    if (result != CS_OK)
        return result;
    for (size_t i = 0; i < factors.count; i++) {
        shown->factors[i] = describe(&factors.items[i]);
        apps += shown->factors[i].replaceable;
    }
    shown->count = factors.count;
    shown->full = apps >= CS_FACTORS_PER_KIND_MAX;
    return CS_OK;
}

static enum cs_err list(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_self_listing *ret_listing,
                        struct cs_error *error)
{
    struct listing listing = {user->name, ret_listing};

    (void)call;
    *ret_listing = (struct cs_self_listing){0};
    return cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, list_in_store, &listing,
                             error);
}

/* ---- what changes ---- */

struct changing {
    const char *user;
    const struct cs_uid *uid;
    const struct cs_self_change *change;
    struct cs_enrolment *enrolment;
    struct cs_enrolled changed;
};

static const struct cs_factor *find(const struct cs_factors *factors, int64_t id)
{
    for (size_t i = 0; i < factors->count; i++) {
        if (factors->items[i].id == id)
            return &factors->items[i];
    }
    return NULL;
}

static bool has_hash(const struct cs_self_listing *listing, const unsigned char *hash)
{
    for (size_t at = 0; at < listing->codes_length; at += CS_RECOVERY_HASH_BYTES) {
        if (cs_equal_ct(listing->codes + at, hash, CS_RECOVERY_HASH_BYTES))
            return true;
    }
    return false;
}

/* Whether what opened this still counts. A spent recovery code has left nothing that could be
 * looked for; but new codes in place of the old ones, or none but new factors, are what an
 * administrator makes of an account that somebody has broken into. */
static enum cs_err is_confirmed(const struct cs_transaction *transaction,
                                const struct changing *changing, const struct cs_factors *factors,
                                bool *ret_confirmed, struct cs_error *error)
{
    const struct cs_self_change *change = changing->change;
    const struct cs_self_listing *known = change->known;
    unsigned char hashes[CS_RECOVERY_BYTES_MAX];
    size_t length = 0;
    enum cs_err result;

    *ret_confirmed = change->confirmed != 0 && find(factors, change->confirmed) != NULL;
    if (change->confirmed != 0)
        return CS_OK;
    result = cs_recovery_hashes(transaction, changing->user, hashes, &length, error);
    for (size_t i = 0; i < known->count && !*ret_confirmed; i++)
        *ret_confirmed = find(factors, known->factors[i].id) != NULL;
    for (size_t at = 0; at < length && *ret_confirmed; at += CS_RECOVERY_HASH_BYTES)
        *ret_confirmed = has_hash(known, hashes + at);
    return result;
}

/* Looks again: while the user read and typed, an administrator may have done something about it.
 * Whose it is counts here whatever uid_check says. CS_REASON_NONE: it may be. */
static enum cs_err find_objection(const struct cs_transaction *transaction,
                                  const struct changing *changing, enum cs_reason *ret_reason,
                                  struct cs_error *error)
{
    const struct cs_self_change *change = changing->change;
    struct cs_local_bar bar = {.reason = CS_REASON_SUSPENDED};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    const struct cs_factor *replaced;
    bool confirmed = false;
    enum cs_err result = cs_local_find_bar(transaction, changing->user, changing->uid, &bar, error);

    *ret_reason = CS_REASON_CHANGED_MEANWHILE;
    if (result != CS_OK || bar.reason != CS_REASON_NONE || !changing->uid->known)
        return result;
    result = cs_factor_list(transaction, changing->user, CS_STORED_ANY, &factors, error);
    if (result == CS_OK)
        result = is_confirmed(transaction, changing, &factors, &confirmed, error);
    if (result != CS_OK || !confirmed)
        return result;
    replaced = find(&factors, change->replaced);
    *ret_reason = CS_REASON_NO_SUCH_FACTOR;
    if (change->replaced != 0 && (replaced == NULL || replaced->kind == CS_STORED_U2F))
        return CS_OK;
    *ret_reason = CS_REASON_NONE;
    /* Only who has a factor replaces it: a recovery code, or another one, is no proof of that. */
    if (change->replaced != 0 && change->confirmed != change->replaced)
        *ret_reason = CS_REASON_OTHER_FACTOR;
    return CS_OK;
}

static enum cs_err change_factors(const struct cs_transaction *transaction,
                                  const struct changing *changing, struct cs_error *error)
{
    const struct cs_self_change *change = changing->change;
    enum cs_err result = CS_OK;

    /* First: there may be no room for another one. */
    if (change->replaced != 0)
        result = cs_factor_remove(transaction, changing->user, change->replaced, error);
    if (result == CS_OK && change->adds)
        result = cs_enrolment_save(transaction, changing->enrolment, error);
    if (result == CS_OK && change->recovery)
        result = cs_enrolment_recovery(transaction, changing->enrolment, error);
    return result;
}

static enum cs_err change_in_store(const struct cs_transaction *transaction, void *context,
                                   struct cs_error *error)
{
    struct changing *changing = context;
    const struct cs_self_change *change = changing->change;
    enum cs_reason objection = CS_REASON_CHANGED_MEANWHILE;
    enum cs_err result = find_objection(transaction, changing, &objection, error);

    changing->changed = (struct cs_enrolled){.reason = objection};
    if (result != CS_OK || objection != CS_REASON_NONE)
        return result;
    result = change_factors(transaction, changing, error);
    if (result == CS_OK && change->language != NULL)
        result = cs_preference_set_language(transaction, changing->user, change->language, error);
    if (result == CS_OK)
        result = cs_record_add(transaction, change->record, error);
    changing->changed.done = result == CS_OK;
    return result;
}

static enum cs_err change(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user, const struct cs_self_change *change,
                          struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                          struct cs_error *error)
{
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment bare = {0};
    struct changing changing = {.user = user->name,
                                .uid = call->uid,
                                .change = change,
                                .enrolment = change->adds ? enrolling->state : &bare};
    enum cs_err result;

    *ret_changed = (struct cs_enrolled){0};
    memcpy(bare.factor.user, user->name, strnlen(user->name, CS_STORE_USER_MAX));
    result = cs_local_in_store((struct cs_local *)provider, CS_STORE_WRITE, change_in_store,
                               &changing, error);
    if (result != CS_OK)
        return result;
    *ret_changed = changing.changed;
    return changing.changed.done ? cs_local_show_codes(changing.enrolment, enrolling, error)
                                 : CS_OK;
}

static enum cs_err drain(struct cs_provider *provider, cs_record_writer *write, void *context,
                         struct cs_error *error)
{
    struct cs_store *store = NULL;
    enum cs_err result = cs_local_open_store((struct cs_local *)provider, &store, error);

    return result == CS_OK ? cs_records_drain(store, write, context, error) : result;
}

const struct cs_self_ops cs_local_self = {.list = list, .change = change, .drain = drain};
