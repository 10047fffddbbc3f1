/* SPDX-License-Identifier: Apache-2.0 */
/* Adds factors, also such as were sealed before their transaction. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "store/factor_ahead.h"
#include "store/owner.h"
#include "store/seal.h"
#include "store/store_priv.h"

enum cs_err cs_factor_count(const struct cs_transaction *transaction, const char *user,
                            enum cs_stored_kind kind, unsigned *ret_count, struct cs_error *error)
{
    static const char *const counting[] = {
        [CS_STORED_TOTP] = "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'totp'",
        [CS_STORED_HOTP] = "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'hotp'",
        [CS_STORED_U2F] = "SELECT count(*) FROM factor WHERE user = ?1 AND kind = 'u2f'",
        [CS_STORED_CODES] =
            "SELECT count(*) FROM factor WHERE user = ?1 AND kind IN ('totp', 'hotp')",
        [CS_STORED_ANY] = "SELECT count(*) FROM factor WHERE user = ?1"};

    return cs_sql_count(transaction->store, counting[kind], user, ret_count, error);
}

/* Room for it, and nobody else's: see owner.h. */
static enum cs_err check_limits(const struct cs_transaction *transaction,
                                const struct cs_factor *factor, struct cs_error *error)
{
    bool key = factor->kind == CS_STORED_U2F;
    unsigned count = 0;
    /* Each factor for codes is one more that a guess may hit. */
    enum cs_err result = cs_factor_count(transaction, factor->user,
                                         key ? CS_STORED_U2F : CS_STORED_CODES, &count, error);

    if (result == CS_OK && count >= CS_FACTORS_PER_KIND_MAX)
        result = cs_fail(error, CS_ERR_LIMIT,
                         "%s already has %u %s; remove one with 'countersign remove'", factor->user,
                         count, key ? "security keys" : "TOTP and HOTP factors");
    if (result == CS_OK && factor->secret.length > CS_FACTOR_SECRET_MAX)
        result = cs_fail(error, CS_ERR_LIMIT, "the secret is longer than %d bytes",
                         CS_FACTOR_SECRET_MAX);
    return result == CS_OK ? cs_owner_claim(transaction, factor->user, &factor->account, error)
                           : result;
}

/* The id that AUTOINCREMENT would give. It must be known first, because the secret is bound to it.
 */
static enum cs_err next_id(struct cs_store *store, int64_t *ret_id, struct cs_error *error)
{
    static const char sql[] =
        "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'factor'), 0),"
        " coalesce((SELECT max(id) FROM factor), 0)) + 1";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = CS_OK;

    if (store->next_factor == 0) {
        result = cs_sql(store, sql, &statement, error);
        if (result == CS_OK)
            result = cs_sql_step(store, statement, &row, error);
        if (result != CS_OK)
            return result;
        store->next_factor = row ? sqlite3_column_int64(statement, 0) : 1;
        sqlite3_reset(statement);
    }
    *ret_id = store->next_factor;
    return CS_OK;
}

static enum cs_err insert(struct cs_store *store, const struct cs_factor *factor,
                          const unsigned char *sealed, struct cs_error *error)
{
    static const char sql[] =
        "INSERT INTO factor (id, user, kind, label, algorithm, digits, period, secret, last_step,"
        " created, app_id, key_flags, aaguid)"
        " VALUES (?13, ?1, ?8, ?2, ?3, ?4, ?5, ?12, ?6, ?7, ?9, ?10, ?11)";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, factor->user);
    cs_sql_bind_text(statement, 2, factor->label);
    cs_sql_bind_text(statement, 3, factor->algorithm);
    sqlite3_bind_int64(statement, 4, factor->digits);
    sqlite3_bind_int64(statement, 5, factor->period);
    sqlite3_bind_int64(statement, 6, factor->last_step);
    sqlite3_bind_int64(statement, 7, factor->created);
    cs_sql_bind_text(statement, 8, cs_stored_kind_name(factor->kind));
    cs_sql_bind_text(statement, 9, factor->app_id);
    sqlite3_bind_int64(statement, 10, factor->key_flags);
    cs_sql_bind_text(statement, 11, factor->aaguid);
    sqlite3_bind_blob(statement, 12, sealed, (int)(factor->secret.length + CS_SEAL_OVERHEAD),
                      SQLITE_STATIC);
    sqlite3_bind_int64(statement, 13, factor->id);
    store->next_factor = factor->id + 1;
    return cs_sql_run(store, statement, error);
}

static enum cs_err seal_and_insert(struct cs_store *store, const struct cs_factor *factor,
                                   struct cs_error *error)
{
    unsigned char sealed[CS_FACTOR_SECRET_MAX + CS_SEAL_OVERHEAD];
    char context[CS_CONTEXT_SIZE];
    enum cs_err result;

    cs_factor_context(factor, context);
    result =
        cs_store_seal(store, context, factor->secret.data, factor->secret.length, sealed, error);
    return result == CS_OK ? insert(store, factor, sealed, error) : result;
}

enum cs_err cs_factor_add(const struct cs_transaction *transaction, struct cs_factor *factor,
                          struct cs_error *error)
{
    enum cs_err result = check_limits(transaction, factor, error);

    if (result == CS_OK)
        result = next_id(transaction->store, &factor->id, error);
    return result == CS_OK ? seal_and_insert(transaction->store, factor, error) : result;
}

enum cs_err cs_factor_reseal(const struct cs_transaction *transaction,
                             const struct cs_factor *factor, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET secret = ?2 WHERE id = ?1";
    unsigned char sealed[CS_FACTOR_SECRET_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *statement = NULL;
    char context[CS_CONTEXT_SIZE];
    enum cs_err result;

    cs_factor_context(factor, context);
    result = cs_store_seal(transaction->store, context, factor->secret.data, factor->secret.length,
                           sealed, error);
    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, factor->id);
    sqlite3_bind_blob(statement, 2, sealed, (int)(factor->secret.length + CS_SEAL_OVERHEAD),
                      SQLITE_STATIC);
    return cs_sql_run(transaction->store, statement, error);
}

/* ---- ahead of the transaction ---- */

struct cs_factor_sealer {
    struct cs_keys keys;
};

void cs_factor_sealer_free(struct cs_factor_sealer **sealer)
{
    if (*sealer == NULL)
        return;
    cs_keys_wipe(&(*sealer)->keys);
    free(*sealer);
    *sealer = NULL;
}

enum cs_err cs_factor_sealer_new(const struct cs_transaction *transaction,
                                 struct cs_factor_sealer **ret_sealer, int64_t *ret_id,
                                 struct cs_error *error)
{
    CS_AUTO(cs_factor_sealer_free) struct cs_factor_sealer *sealer = calloc(1, sizeof *sealer);
    enum cs_err result;

    if (sealer == NULL)
        return cs_fail_nomem(error);
    result = cs_keys_load(transaction->store->key_path, &sealer->keys, error);
    if (result == CS_OK)
        result = next_id(transaction->store, ret_id, error);
    if (result != CS_OK)
        return result;
    *ret_sealer = sealer;
    sealer = NULL;
    return CS_OK;
}

enum cs_err cs_factor_seal(const struct cs_factor_sealer *sealer, const struct cs_factor *factor,
                           unsigned char *ret_sealed, struct cs_error *error)
{
    char context[CS_CONTEXT_SIZE];

    cs_factor_context(factor, context);
    return cs_seal(&sealer->keys, context, factor->secret.data, factor->secret.length, ret_sealed,
                   error);
}

/* Whether it was sealed with the key that seals now. */
static enum cs_err is_current(struct cs_store *store, const unsigned char *sealed,
                              bool *ret_current, struct cs_error *error)
{
    uint32_t id;
    enum cs_err result =
        store->keys_read ? CS_OK : cs_keys_load(store->key_path, &store->keys, error);

    store->keys_read = result == CS_OK;
    memcpy(&id, sealed, sizeof id);
    *ret_current = result == CS_OK && ntohl(id) == store->keys.items[0].id;
    return result;
}

enum cs_err cs_factor_add_sealed(const struct cs_transaction *transaction, struct cs_factor *factor,
                                 const unsigned char *sealed, struct cs_error *error)
{
    int64_t expected = factor->id;
    bool current = false;
    enum cs_err result = check_limits(transaction, factor, error);

    if (result == CS_OK)
        result = next_id(transaction->store, &factor->id, error);
    if (result == CS_OK)
        result = is_current(transaction->store, sealed, &current, error);
    if (result != CS_OK)
        return result;
    return current && factor->id == expected ? insert(transaction->store, factor, sealed, error)
                                             : seal_and_insert(transaction->store, factor, error);
}
