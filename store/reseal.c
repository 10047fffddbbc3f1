/* SPDX-License-Identifier: Apache-2.0 */
/* Key rotation: opens every secret with the key that sealed it and seals it with the current one;
 * then checks whether the other keys are still needed. */
#include <stdio.h>
#include <string.h>

#include "store/factor.h"
#include "store/password.h"
#include "store/seal.h"
#include "store/store_priv.h"

enum { SECRET_MAX = CS_FACTOR_SECRET_MAX };

_Static_assert((int)CS_PASSWORD_HASH_MAX <= (int)SECRET_MAX,
               "a hash is resealed in a factor's place");

static const char *text(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static void factor_context(sqlite3_stmt *row, char ret_context[CS_CONTEXT_SIZE])
{
    struct cs_factor factor = {.kind = cs_stored_kind_of(text(row, 5)),
                               .id = sqlite3_column_int64(row, 0),
                               .key_flags = (unsigned)sqlite3_column_int(row, 4)};

    (void)snprintf(factor.user, sizeof factor.user, "%s", text(row, 2));
    (void)snprintf(factor.algorithm, sizeof factor.algorithm, "%s", text(row, 3));
    cs_factor_context(&factor, ret_context);
}

static void password_context(sqlite3_stmt *row, char ret_context[CS_CONTEXT_SIZE])
{
    cs_password_context(text(row, 0), ret_context);
}

static void recovery_context(sqlite3_stmt *row, char ret_context[CS_CONTEXT_SIZE])
{
    (void)row;
    (void)snprintf(ret_context, CS_CONTEXT_SIZE, "%s", cs_recovery_context);
}

/*
 * Where sealed secrets are. `select` gives the row's key, then the secret; `update` takes the key
 * and a secret. The sign keeps SQLite from reading along an index: sorted first, each row comes
 * once, although it is changed while they are read.
 */
static const struct place {
    const char *select, *update;
    void (*context)(sqlite3_stmt *row, char ret_context[CS_CONTEXT_SIZE]);
    bool counted; /* what a person would call a secret of somebody */
} places[] = {
    {"SELECT id, secret, user, algorithm, key_flags, kind FROM factor ORDER BY +id",
     "UPDATE factor SET secret = ?2 WHERE id = ?1", factor_context, true},
    {"SELECT user, hash FROM password ORDER BY +user",
     "UPDATE password SET hash = ?2 WHERE user = ?1", password_context, true},
    {"SELECT name, value FROM meta WHERE name = 'recovery_key'",
     "UPDATE meta SET value = ?2 WHERE name = ?1", recovery_context, false},
};

/* What is done with each secret. `row` has what the place's `select` gives. */
typedef enum cs_err work_on(struct cs_store *store, const struct place *place, sqlite3_stmt *row,
                            const char *context, struct cs_error *error);

static enum cs_err reseal(struct cs_store *store, const struct place *place, sqlite3_stmt *row,
                          const char *context, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};
    unsigned char sealed[SECRET_MAX + CS_SEAL_OVERHEAD];
    sqlite3_stmt *update = NULL;
    enum cs_err result = cs_store_unseal(store, context, sqlite3_column_blob(row, 1),
                                         (size_t)sqlite3_column_bytes(row, 1), &plain, error);

    if (result == CS_OK && plain.length > SECRET_MAX)
        result = cs_fail(error, CS_ERR_STORE, "%s: the secret is too long", context);
    if (result == CS_OK)
        result = cs_seal(&store->keys, context, plain.data, plain.length, sealed, error);
    if (result == CS_OK)
        result = cs_sql(store, place->update, &update, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_value(update, 1, sqlite3_column_value(row, 0));
    sqlite3_bind_blob(update, 2, sealed, (int)(plain.length + CS_SEAL_OVERHEAD), SQLITE_STATIC);
    return cs_sql_run(store, update, error);
}

static enum cs_err open_with_first(struct cs_store *store, const struct place *place,
                                   sqlite3_stmt *row, const char *context, struct cs_error *error)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys first = {.items = {store->keys.items[0]}, .count = 1};
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};

    (void)place;
    return cs_unseal(&first, context, sqlite3_column_blob(row, 1),
                     (size_t)sqlite3_column_bytes(row, 1), &plain, error);
}

static enum cs_err open_with_any(struct cs_store *store, const struct place *place,
                                 sqlite3_stmt *row, const char *context, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};

    (void)place;
    return cs_store_unseal(store, context, sqlite3_column_blob(row, 1),
                           (size_t)sqlite3_column_bytes(row, 1), &plain, error);
}

static enum cs_err visit_place(struct cs_store *store, const struct place *place, work_on *work,
                               unsigned *count, struct cs_error *error)
{
    sqlite3_stmt *row = NULL;
    char context[CS_CONTEXT_SIZE];
    bool more = true;
    enum cs_err result = cs_sql(store, place->select, &row, error);

    while (result == CS_OK) {
        result = cs_sql_step(store, row, &more, error);
        if (result != CS_OK || !more)
            break;
        place->context(row, context);
        result = work(store, place, row, context, error);
        *count += place->counted;
    }
    if (row != NULL)
        sqlite3_reset(row);
    return result;
}

/* In one transaction, with the key file as it is now. */
static enum cs_err visit(struct cs_store *store, uint32_t key_id, work_on *work,
                         unsigned *ret_count, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    *ret_count = 0;
    if (result == CS_OK)
        result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK && store->keys.items[0].id != key_id)
        result =
            cs_fail(error, CS_ERR_STORE, "%s: somebody else changed it meanwhile", store->key_path);
    if (result == CS_OK) /* every store has it: a row that is missing is not one that is sealed */
        result = cs_recovery_key(store, &key, error);
    for (size_t i = 0; i < CS_ARRAY_SIZE(places) && result == CS_OK; i++)
        result = visit_place(store, &places[i], work, ret_count, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

enum cs_err cs_store_reseal(struct cs_store *store, uint32_t key_id, unsigned *ret_count,
                            struct cs_error *error)
{
    return visit(store, key_id, reseal, ret_count, error);
}

enum cs_err cs_store_check_sealed(struct cs_store *store, uint32_t key_id, struct cs_error *error)
{
    unsigned count;

    return visit(store, key_id, open_with_first, &count, error);
}

enum cs_err cs_store_check_opens(struct cs_store *store, struct cs_error *error)
{
    unsigned count;

    return visit(store, store->keys.items[0].id, open_with_any, &count, error);
}
