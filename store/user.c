/* SPDX-License-Identifier: Apache-2.0 */
#include "store/user.h"

#include <string.h>

#include "store/factor.h"
#include "store/last_batch.h"
#include "store/password.h"
#include "store/store_priv.h"

/* `move` is for what has nothing but the user's name in it; NULL: move_sealed, or nothing. A
 * network's tries (scope 3) are not a user's. */
static const struct thing {
    const char *name, *count, *forget, *move;
} things[CS_USER_THINGS] = {
    [CS_USER_TOTP] = {"totp", "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'totp'",
                      "DELETE FROM factor WHERE user = ?1 AND kind = 'totp'", NULL},
    [CS_USER_HOTP] = {"hotp", "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'hotp'",
                      "DELETE FROM factor WHERE user = ?1 AND kind = 'hotp'", NULL},
    [CS_USER_U2F] = {"u2f", "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'u2f'",
                     "DELETE FROM factor WHERE user = ?1 AND kind = 'u2f'", NULL},
    [CS_USER_RECOVERY] =
        {"recovery_codes",
         "SELECT coalesce(sum(length(hash) / 32), 0) FROM recovery WHERE user = ?1",
         "DELETE FROM recovery WHERE user = ?1", NULL},
    [CS_USER_PASSWORD] = {"password", "SELECT count(*) FROM password WHERE user = ?1",
                          "DELETE FROM password WHERE user = ?1", NULL},
    [CS_USER_SUSPENSION] = {"suspension", "SELECT count(*) FROM suspension WHERE user = ?1",
                            "DELETE FROM suspension WHERE user = ?1",
                            "UPDATE suspension SET user = ?2 WHERE user = ?1"},
    [CS_USER_LANGUAGE] = {"language", "SELECT count(*) FROM preference WHERE user = ?1",
                          "DELETE FROM preference WHERE user = ?1",
                          "UPDATE preference SET user = ?2 WHERE user = ?1"},
    [CS_USER_PENDING] = {"pending_registration", "SELECT count(*) FROM pending WHERE user = ?1",
                         "DELETE FROM pending WHERE user = ?1",
                         "UPDATE pending SET user = ?2 WHERE user = ?1"},
    [CS_USER_TICKET] = {"ticket", "SELECT count(*) FROM ticket WHERE user = ?1",
                        "DELETE FROM ticket WHERE user = ?1", NULL},
    [CS_USER_TRIES] = {"failure_counters",
                       "SELECT count(*) FROM throttle WHERE subject = ?1 AND scope <> 3",
                       "DELETE FROM throttle WHERE subject = ?1 AND scope <> 3",
                       "UPDATE throttle SET subject = ?2 WHERE subject = ?1 AND scope <> 3"},
    [CS_USER_PLACES] = {"known_networks", "SELECT count(*) FROM place WHERE user = ?1",
                        "DELETE FROM place WHERE user = ?1",
                        "UPDATE place SET user = ?2 WHERE user = ?1"},
    [CS_USER_FORMER] = {"former_factor", "SELECT count(*) FROM former WHERE user = ?1",
                        "DELETE FROM former WHERE user = ?1",
                        "UPDATE former SET user = ?2 WHERE user = ?1"},
    [CS_USER_OWNER] = {"uid", "SELECT count(*) FROM owner WHERE user = ?1",
                       "DELETE FROM owner WHERE user = ?1",
                       "UPDATE owner SET user = ?2 WHERE user = ?1"},
};

const char *cs_user_thing_name(enum cs_user_thing thing)
{
    return things[thing].name;
}

bool cs_user_tally_has(const struct cs_user_tally *tally, enum cs_user_thing end)
{
    for (unsigned i = 0; i < (unsigned)end; i++) {
        if (tally->counts[i] > 0)
            return true;
    }
    return false;
}

enum cs_err cs_user_count(const struct cs_transaction *transaction, const char *user,
                          struct cs_user_tally *ret_tally, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    *ret_tally = (struct cs_user_tally){0};
    for (size_t i = 0; i < CS_USER_THINGS && result == CS_OK; i++)
        result =
            cs_sql_count(transaction->store, things[i].count, user, &ret_tally->counts[i], error);
    return result;
}

static enum cs_err forget_from(const struct cs_transaction *transaction, const char *user,
                               enum cs_user_thing first, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = first; i < CS_USER_THINGS && result == CS_OK; i++)
        result = cs_sql_do_for(transaction->store, things[i].forget, user, NULL, error);
    return result;
}

enum cs_err cs_user_forget(const struct cs_transaction *transaction, const char *user,
                           struct cs_user_tally *ret_removed, struct cs_error *error)
{
    enum cs_err result = cs_user_count(transaction, user, ret_removed, error);

    return result == CS_OK ? forget_from(transaction, user, (enum cs_user_thing)0, error) : result;
}

/* ---- another name ---- */

static enum cs_err check_names(const struct cs_transaction *transaction, const char *from,
                               const char *to, struct cs_user_tally *ret_moved,
                               struct cs_error *error)
{
    struct cs_user_tally there = {0};
    enum cs_err result = cs_user_count(transaction, from, ret_moved, error);

    if (result == CS_OK)
        result = cs_user_count(transaction, to, &there, error);
    if (result != CS_OK)
        return result;
    if (strcmp(from, to) == 0)
        return cs_fail(error, CS_ERR_INPUT, "'%s' is the name already", from);
    if (!cs_user_tally_has(ret_moved, CS_USER_GIVEN))
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "%s has nothing here; 'countersign list' shows what a user has", from);
    if (cs_user_tally_has(&there, CS_USER_GIVEN))
        return cs_fail(error, CS_ERR_INPUT,
                       "%s has something already ('countersign list %s'), and nothing is put "
                       "together; 'countersign forget %s' removes it",
                       to, to, to);
    return CS_OK;
}

static enum cs_err move_factors(const struct cs_transaction *transaction, const char *from,
                                const char *to, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET user = ?2 WHERE user = ?1";
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    enum cs_err result = cs_factor_load(transaction, from, CS_STORED_ANY, &factors, error);

    if (result == CS_OK)
        result = cs_sql_do_for(transaction->store, sql, from, to, error);
    for (size_t i = 0; i < factors.count && result == CS_OK; i++) {
        memcpy(factors.items[i].user, to, strlen(to) + 1);
        result = cs_factor_reseal(transaction, &factors.items[i], error);
    }
    return result;
}

static enum cs_err move_password(const struct cs_transaction *transaction, const char *from,
                                 const char *to, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    bool has = false;
    int64_t changed = 0;
    enum cs_err result = cs_password_changed(transaction, from, &has, &changed, error);

    if (result != CS_OK || !has)
        return result;
    result = cs_password_load(transaction, from, &hash, error);
    if (result == CS_OK)
        result = cs_password_set(transaction, to, &hash, changed, error);
    return result == CS_OK ? cs_password_remove(transaction, from, error) : result;
}

enum cs_err cs_user_rename(const struct cs_transaction *transaction, const char *from,
                           const char *to, struct cs_user_tally *ret_moved, struct cs_error *error)
{
    enum cs_err result = check_names(transaction, from, to, ret_moved, error);

    /* Tries that somebody made under the new name are not this user's. */
    if (result == CS_OK)
        result = forget_from(transaction, to, CS_USER_GIVEN, error);
    if (result == CS_OK)
        result = move_factors(transaction, from, to, error);
    if (result == CS_OK)
        result = move_password(transaction, from, to, error);
    if (result == CS_OK)
        result =
            cs_sql_do_for(transaction->store, things[CS_USER_RECOVERY].forget, from, NULL, error);
    if (result == CS_OK) /* they were not used */
        result = cs_last_batch_keep_codes(transaction, to, error);
    if (result == CS_OK)
        result =
            cs_sql_do_for(transaction->store, things[CS_USER_TICKET].forget, from, NULL, error);
    for (size_t i = 0; i < CS_USER_THINGS && result == CS_OK; i++) {
        if (things[i].move != NULL)
            result = cs_sql_do_for(transaction->store, things[i].move, from, to, error);
    }
    return result;
}
