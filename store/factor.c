/* SPDX-License-Identifier: Apache-2.0 */
#include "store/factor.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/former.h"
#include "store/store_priv.h"

void cs_factor_clear(struct cs_factor *factor)
{
    cs_secret_free(&factor->secret);
    *factor = (struct cs_factor){0};
}

void cs_factors_clear(struct cs_factors *factors)
{
    for (size_t i = 0; i < factors->count; i++)
        cs_factor_clear(&factors->items[i]);
    factors->count = 0;
}

void cs_factor_context(const struct cs_factor *factor, char ret_context[CS_CONTEXT_SIZE])
{
    bool says_more = factor->key_flags != 0 || strcmp(factor->algorithm, "eddsa") == 0;
    char demands[48] = "";

    if (says_more)
        (void)snprintf(demands, sizeof demands, " (%s, flags %u)", factor->algorithm,
                       factor->key_flags);
    else if (factor->kind == CS_STORED_HOTP)
        (void)snprintf(demands, sizeof demands, " (hotp)");
    (void)snprintf(ret_context, CS_CONTEXT_SIZE, "factor %lld%s of %s", (long long)factor->id,
                   demands, factor->user);
}

static const char *const kind_names[] = {
    [CS_STORED_TOTP] = "totp",   [CS_STORED_HOTP] = "hotp", [CS_STORED_U2F] = "u2f",
    [CS_STORED_CODES] = "codes", [CS_STORED_ANY] = "any",
};

const char *cs_stored_kind_name(enum cs_stored_kind kind)
{
    return kind_names[kind];
}

enum cs_stored_kind cs_stored_kind_of(const char *name)
{
    for (unsigned kind = CS_STORED_TOTP; kind < CS_STORED_CODES; kind++) {
        if (strcmp(kind_names[kind], name) == 0)
            return (enum cs_stored_kind)kind;
    }
    return CS_STORED_ANY;
}

static void copy_column(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    (void)snprintf(out, size, "%s", text ? (const char *)text : "");
}

static void read_row(sqlite3_stmt *statement, struct cs_factor *factor)
{
    factor->id = sqlite3_column_int64(statement, 0);
    copy_column(statement, 1, factor->user, sizeof factor->user);
    copy_column(statement, 2, factor->label, sizeof factor->label);
    copy_column(statement, 3, factor->algorithm, sizeof factor->algorithm);
    factor->digits = (unsigned)sqlite3_column_int(statement, 4);
    factor->period = (unsigned)sqlite3_column_int(statement, 5);
    factor->last_step = sqlite3_column_int64(statement, 7);
    factor->repeated_step = sqlite3_column_int64(statement, 8);
    factor->drift = sqlite3_column_int64(statement, 9);
    factor->created = sqlite3_column_int64(statement, 10);
    factor->kind = cs_stored_kind_of((const char *)sqlite3_column_text(statement, 11));
    copy_column(statement, 12, factor->app_id, sizeof factor->app_id);
    factor->suspect = sqlite3_column_int(statement, 13) != 0;
    factor->key_flags = (unsigned)sqlite3_column_int(statement, 14);
    copy_column(statement, 15, factor->aaguid, sizeof factor->aaguid);
    factor->last_used = sqlite3_column_int64(statement, 16);
}

static enum cs_err read_secret(struct cs_store *store, sqlite3_stmt *statement,
                               struct cs_factor *factor, struct cs_error *error)
{
    char context[CS_CONTEXT_SIZE];

    cs_factor_context(factor, context);
    return cs_store_unseal(store, context, sqlite3_column_blob(statement, 6),
                           (size_t)sqlite3_column_bytes(statement, 6), &factor->secret, error);
}

static enum cs_err read_factors(const struct cs_transaction *transaction, const char *user,
                                enum cs_stored_kind kind, bool secrets,
                                struct cs_factors *ret_factors, struct cs_error *error)
{
    static const char sql[] =
        "SELECT id, user, label, algorithm, digits, period, secret, last_step, repeated_step,"
        " drift, created, kind, app_id, suspect, key_flags, aaguid, last_used FROM factor"
        " WHERE user = ?1 AND kind IN ('totp', 'hotp', 'u2f')"
        " AND ?2 IN (kind, iif(kind = 'u2f', 'u2f', 'codes'), 'any') ORDER BY id LIMIT 16";
    sqlite3_stmt *statement = NULL;
    bool row = true;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    cs_sql_bind_text(statement, 2, kind_names[kind]);
    while (ret_factors->count < CS_FACTORS_PER_USER_MAX) {
        struct cs_factor *factor = &ret_factors->items[ret_factors->count];

        result = cs_sql_step(transaction->store, statement, &row, error);
        if (result != CS_OK || !row)
            break;
        read_row(statement, factor);
        ret_factors->count++;
        if (secrets)
            result = read_secret(transaction->store, statement, factor, error);
        if (result != CS_OK)
            break;
    }
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_factor_load(const struct cs_transaction *transaction, const char *user,
                           enum cs_stored_kind kind, struct cs_factors *ret_factors,
                           struct cs_error *error)
{
    return read_factors(transaction, user, kind, true, ret_factors, error);
}

enum cs_err cs_factor_list(const struct cs_transaction *transaction, const char *user,
                           enum cs_stored_kind kind, struct cs_factors *ret_factors,
                           struct cs_error *error)
{
    return read_factors(transaction, user, kind, false, ret_factors, error);
}

enum cs_err cs_factor_key_apps(const struct cs_transaction *transaction,
                               struct cs_key_apps *ret_apps, struct cs_error *error)
{
    static const char sql[] = "SELECT app_id, count(DISTINCT user) AS users FROM factor"
                              " WHERE kind = 'u2f' GROUP BY app_id ORDER BY users DESC, app_id";
    sqlite3_stmt *statement = NULL;
    bool row = true;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    ret_apps->count = 0;
    while (ret_apps->count < CS_KEY_APPS_MAX) {
        result = cs_sql_step(transaction->store, statement, &row, error);
        if (result != CS_OK || !row)
            break;
        copy_column(statement, 0, ret_apps->items[ret_apps->count].app_id,
                    CS_FACTOR_APP_ID_MAX + 1);
        ret_apps->items[ret_apps->count++].users = (unsigned)sqlite3_column_int(statement, 1);
    }
    sqlite3_reset(statement);
    return result;
}

enum cs_err cs_factor_withdraw(const struct cs_transaction *transaction, const char *user,
                               int64_t id, struct cs_error *error)
{
    static const char sql[] = "DELETE FROM factor WHERE id = ?1 AND user = ?2";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, id);
    cs_sql_bind_text(statement, 2, user);
    result = cs_sql_run(transaction->store, statement, error);
    if (result == CS_OK && sqlite3_changes(transaction->store->db) == 0)
        result = cs_fail(error, CS_ERR_NOT_FOUND, "%s has no factor %lld; see 'countersign list'",
                         user, (long long)id);
    return result;
}

enum cs_err cs_factor_remove(const struct cs_transaction *transaction, const char *user, int64_t id,
                             struct cs_error *error)
{
    enum cs_err result = cs_factor_withdraw(transaction, user, id, error);

    return result == CS_OK ? cs_former_note(transaction, user, error) : result;
}

/* Runs an UPDATE with (id, step or time) or (id, step, drift, time) and reports whether it changed
 * the row. */
static enum cs_err update_step(const struct cs_transaction *transaction, const char *sql,
                               int64_t id, int64_t step, const int64_t *drift, bool *ret_changed,
                               struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, step);
    if (drift != NULL) {
        sqlite3_bind_int64(statement, 3, *drift);
        sqlite3_bind_int64(statement, 4, cs_clock_seconds());
    }
    result = cs_sql_run(transaction->store, statement, error);
    *ret_changed = result == CS_OK && sqlite3_changes(transaction->store->db) == 1;
    return result;
}

enum cs_err cs_factor_spend(const struct cs_transaction *transaction, int64_t id, int64_t step,
                            int64_t drift, bool *ret_won, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET last_step = ?2, drift = ?3, last_used = ?4"
                              " WHERE id = ?1 AND last_step < ?2";

    return update_step(transaction, sql, id, step, &drift, ret_won, error);
}

enum cs_err cs_factor_note_use(const struct cs_transaction *transaction, int64_t id,
                               struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET last_used = ?2 WHERE id = ?1";
    bool changed;

    return update_step(transaction, sql, id, cs_clock_seconds(), NULL, &changed, error);
}

enum cs_err cs_factor_note_repeat(const struct cs_transaction *transaction, int64_t id,
                                  int64_t step, bool *ret_first, struct cs_error *error)
{
    static const char sql[] =
        "UPDATE factor SET repeated_step = ?2 WHERE id = ?1 AND repeated_step <> ?2";

    return update_step(transaction, sql, id, step, NULL, ret_first, error);
}

enum cs_err cs_factor_await(const struct cs_transaction *transaction, int64_t id, int64_t counter,
                            struct cs_error *error)
{
    static const char sql[] =
        "UPDATE factor SET drift = ?2 WHERE id = ?1 AND kind = 'hotp' AND drift <> ?2";
    bool changed;

    return update_step(transaction, sql, id, counter, NULL, &changed, error);
}

enum cs_err cs_factor_suspect(const struct cs_transaction *transaction, int64_t id,
                              bool *ret_marked, struct cs_error *error)
{
    static const char sql[] =
        "UPDATE factor SET suspect = 1 WHERE id = ?1 AND kind = 'u2f' AND suspect = 0";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_marked = false;
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, id);
    result = cs_sql_run(transaction->store, statement, error);
    *ret_marked = result == CS_OK && sqlite3_changes(transaction->store->db) == 1;
    return result;
}

enum cs_err cs_factor_spend_all(const struct cs_transaction *transaction, int64_t now,
                                unsigned *ret_count, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET last_step = ?1 / period"
                              " WHERE kind = 'totp' AND last_step < ?1 / period";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, now < 0 ? 0 : now);
    result = cs_sql_run(transaction->store, statement, error);
    *ret_count = (unsigned)sqlite3_changes(transaction->store->db);
    return result;
}

enum cs_err cs_factor_reset_future(const struct cs_transaction *transaction, const char *user,
                                   int64_t now, unsigned *ret_count, struct cs_error *error)
{
    static const char sql[] = "UPDATE factor SET last_step = ?2 / period, drift = 0"
                              " WHERE user = ?1 AND kind = 'totp' AND last_step > ?2 / period";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, user);
    /* As in verification, times before 1970 are step 0; a smaller step would let step 0 be spent
     * again. */
    sqlite3_bind_int64(statement, 2, now < 0 ? 0 : now);
    result = cs_sql_run(transaction->store, statement, error);
    *ret_count = (unsigned)sqlite3_changes(transaction->store->db);
    return result;
}

enum cs_err cs_factor_count_hotp(const struct cs_transaction *transaction, unsigned *ret_count,
                                 struct cs_error *error)
{
    static const char sql[] = "SELECT count(*) FROM factor WHERE kind = ?1";

    return cs_sql_count(transaction->store, sql, kind_names[CS_STORED_HOTP], ret_count, error);
}

enum cs_err cs_factor_count_future(const struct cs_transaction *transaction, int64_t now,
                                   unsigned *ret_count, struct cs_error *error)
{
    /* A device that is ahead has its lead in `drift`; the step that begins now is none to come. */
    static const char sql[] = "SELECT count(*) FROM factor"
                              " WHERE kind = 'totp' AND last_step - drift > ?1 / period + 1";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_count = 0;
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, now < 0 ? 0 : now);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        *ret_count = (unsigned)sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return result;
}
