/* SPDX-License-Identifier: Apache-2.0 */
#include "store/throttle.h"

#include "store/place.h"
#include "store/store_priv.h"
#include "store/throttle_row.h"
#include "store/throttle_rule.h"

const enum cs_throttle_scope cs_throttle_user_scopes[CS_THROTTLE_USER_SCOPES] = {
    CS_THROTTLE_USER_PROVEN, CS_THROTTLE_USER_UNPROVEN, CS_THROTTLE_PASSWORD_PROVEN,
    CS_THROTTLE_PASSWORD_UNPROVEN};

/* The rows of one try. */
struct rows {
    struct cs_throttle_key pair, account, address;
    char slot[CS_THROTTLE_SLOT_SIZE];
};

static bool is_proven(enum cs_throttle_scope scope)
{
    return scope == CS_THROTTLE_USER_PROVEN || scope == CS_THROTTLE_PASSWORD_PROVEN;
}

static enum cs_place_kind kind_of(enum cs_throttle_scope scope)
{
    return scope == CS_THROTTLE_PASSWORD_PROVEN || scope == CS_THROTTLE_PASSWORD_UNPROVEN
               ? CS_PLACE_PASSWORD
               : CS_PLACE_CODE;
}

static void find_rows(const struct cs_try *attempt, struct rows *ret_rows)
{
    cs_throttle_slot(attempt->network, ret_rows->slot);
    ret_rows->pair = (struct cs_throttle_key){attempt->scope, attempt->subject, attempt->network};
    ret_rows->account = (struct cs_throttle_key){attempt->scope, attempt->subject, ""};
    ret_rows->address = (struct cs_throttle_key){CS_THROTTLE_ADDRESS, ret_rows->slot, ""};
}

/* *ret_exists: there is a row for the pair; may be NULL. */
static enum cs_err load_counters(const struct cs_transaction *transaction,
                                 const struct cs_try *attempt, int64_t now,
                                 struct cs_counters *ret_counters, bool *ret_exists,
                                 struct cs_error *error)
{
    const struct cs_place place = {kind_of(attempt->scope), attempt->subject, attempt->network};
    struct cs_throttle_row pair, account, address;
    struct rows rows;
    enum cs_err result;

    find_rows(attempt, &rows);
    *ret_counters = (struct cs_counters){0};
    result = cs_throttle_load_row(transaction, &rows.pair, &pair, ret_exists, error);
    if (result == CS_OK)
        result = cs_throttle_load_row(transaction, &rows.account, &account, NULL, error);
    if (result == CS_OK)
        result = cs_throttle_load_row(transaction, &rows.address, &address, NULL, error);
    if (result == CS_OK)
        result = cs_place_known(transaction, &place, now, &ret_counters->known, error);
    if (result != CS_OK)
        return result;
    ret_counters->failures = pair.failures;
    ret_counters->failed = pair.failed;
    ret_counters->share = pair.full;
    ret_counters->account = account.full;
    ret_counters->address = address.full;
    return CS_OK;
}

/* The rows that `charges` concern: changed by a wrong answer, and changed and changed back by a
 * right one. So that needs no less room. */
static enum cs_err save_counters(const struct cs_transaction *transaction,
                                 const struct cs_try *attempt, const struct cs_counters *counters,
                                 unsigned charges, struct cs_error *error)
{
    const struct cs_throttle_row pair = {counters->failures, counters->failed, counters->share};
    const struct cs_throttle_row account = {.full = counters->account},
                                 address = {.full = counters->address};
    struct rows rows;
    enum cs_err result = CS_OK;

    find_rows(attempt, &rows);
    if (charges & ~(unsigned)CS_CHARGE_ADDRESS)
        result = cs_throttle_save_row(transaction, &rows.pair, &pair, error);
    if (result == CS_OK && charges & CS_CHARGE_ACCOUNT)
        result = cs_throttle_save_row(transaction, &rows.account, &account, error);
    if (result == CS_OK && charges & CS_CHARGE_ADDRESS)
        result = cs_throttle_save_row(transaction, &rows.address, &address, error);
    return result;
}

enum cs_err cs_throttle_look(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, bool *ret_admitted, struct cs_error *error)
{
    struct cs_counters counters;
    enum cs_err result = load_counters(transaction, attempt, now, &counters, NULL, error);

    *ret_admitted =
        result == CS_OK &&
        (!attempt->delays || cs_throttle_admits(&counters, is_proven(attempt->scope), now));
    return result;
}

enum cs_err cs_throttle_begin(const struct cs_transaction *transaction, struct cs_try *attempt,
                              int64_t now, bool *ret_admitted, struct cs_error *error)
{
    bool proven = is_proven(attempt->scope), exists = false;
    struct cs_counters counters;
    struct rows rows;
    enum cs_err result = load_counters(transaction, attempt, now, &counters, &exists, error);

    if (result != CS_OK)
        return result;
    *ret_admitted = !attempt->delays || cs_throttle_admits(&counters, proven, now);
    if (!*ret_admitted)
        return CS_OK;
    attempt->failed = counters.failed;
    attempt->charges = cs_throttle_charges(&counters, proven, attempt->countable, now);
    if (attempt->later)
        attempt->charges &= ~(unsigned)CS_CHARGE_FAILURE;
    cs_throttle_charge(&counters, attempt->charges, now);
    find_rows(attempt, &rows);
    if (!exists && attempt->countable)
        result = cs_throttle_make_room(transaction, &rows.pair, kind_of(attempt->scope), error);
    return result == CS_OK ? save_counters(transaction, attempt, &counters, attempt->charges, error)
                           : result;
}

enum cs_err cs_throttle_delayed(const struct cs_transaction *transaction,
                                const struct cs_try *attempt, int64_t now, bool *ret_delayed,
                                struct cs_error *error)
{
    struct rows rows;
    struct cs_throttle_row pair;
    enum cs_err result;

    find_rows(attempt, &rows);
    result = cs_throttle_load_row(transaction, &rows.pair, &pair, NULL, error);
    *ret_delayed = result == CS_OK && attempt->delays &&
                   cs_throttle_delay(pair.failures, pair.failed, now) > 0;
    return result;
}

enum cs_err cs_throttle_fail(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, struct cs_error *error)
{
    struct cs_counters counters;
    enum cs_err result = CS_OK;

    if (!attempt->later || !attempt->countable)
        return CS_OK;
    result = load_counters(transaction, attempt, now, &counters, NULL, error);
    if (result != CS_OK)
        return result;
    cs_throttle_charge(&counters, CS_CHARGE_FAILURE, now);
    return save_counters(transaction, attempt, &counters, CS_CHARGE_FAILURE, error);
}

enum cs_err cs_throttle_undo(const struct cs_transaction *transaction, const struct cs_try *attempt,
                             int64_t now, struct cs_error *error)
{
    struct cs_counters counters;
    enum cs_err result = load_counters(transaction, attempt, now, &counters, NULL, error);

    if (result != CS_OK)
        return result;
    cs_throttle_refund(&counters, attempt->charges);
    counters.failed = attempt->failed;
    return save_counters(transaction, attempt, &counters, attempt->charges, error);
}

enum cs_err cs_throttle_succeed(const struct cs_transaction *transaction,
                                const struct cs_try *attempt, int64_t now, struct cs_error *error)
{
    const struct cs_place place = {kind_of(attempt->scope), attempt->subject, attempt->network};
    struct cs_counters counters;
    enum cs_err result = load_counters(transaction, attempt, now, &counters, NULL, error);

    if (result != CS_OK)
        return result;
    cs_throttle_refund(&counters, attempt->charges);
    counters.failures = 0;
    result = save_counters(transaction, attempt, &counters, attempt->charges, error);
    return result == CS_OK ? cs_place_note(transaction, &place, now, error) : result;
}

enum cs_err cs_throttle_forget(const struct cs_transaction *transaction,
                               enum cs_throttle_scope scope, const char *user,
                               struct cs_error *error)
{
    static const char sql[] = "DELETE FROM throttle WHERE scope = ?1 AND subject = ?2";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, scope);
    cs_sql_bind_text(statement, 2, user);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_throttle_forget_user(const struct cs_transaction *transaction, const char *user,
                                    struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_THROTTLE_USER_SCOPES && result == CS_OK; i++)
        result = cs_throttle_forget(transaction, cs_throttle_user_scopes[i], user, error);
    return result;
}

static enum cs_err count_address(const struct cs_transaction *transaction, const char *network,
                                 int64_t now, unsigned *ret_used, struct cs_error *error)
{
    const struct cs_try attempt = {.subject = "", .network = network};
    struct rows rows;
    struct cs_throttle_row row;
    enum cs_err result;

    find_rows(&attempt, &rows);
    result = cs_throttle_load_row(transaction, &rows.address, &row, NULL, error);
    *ret_used = (unsigned)cs_throttle_address_used(row.full, now);
    return result;
}

enum cs_err cs_throttle_count(const struct cs_transaction *transaction,
                              enum cs_throttle_scope scope, const char *subject, int64_t now,
                              unsigned *ret_failures, struct cs_error *error)
{
    static const char sql[] =
        "SELECT failures, failed FROM throttle WHERE scope = ?1 AND subject = ?2";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cs_err result;

    *ret_failures = 0;
    if (scope == CS_THROTTLE_ADDRESS)
        return count_address(transaction, subject, now, ret_failures, error);
    result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, scope);
    cs_sql_bind_text(statement, 2, subject);
    while ((result = cs_sql_step(transaction->store, statement, &row, error)) == CS_OK && row)
        *ret_failures += (unsigned)cs_throttle_failures(sqlite3_column_int64(statement, 0),
                                                        sqlite3_column_int64(statement, 1), now);
    return result;
}
