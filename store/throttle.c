/* SPDX-License-Identifier: Apache-2.0 */
#include "store/throttle.h"

#include "store/store_priv.h"

/* Failures that lie further back are forgotten. */
enum { MEMORY_SECONDS = 86400 };

/*
 * free: failures without any delay. Then the delays, one for each further failure, the last for all
 * that follow. leak: every so many seconds one failure is forgotten (0: only by success or time).
 */
static const struct {
    unsigned free;
    unsigned leak;
    unsigned delays[3];
} rules[CS_THROTTLE_SCOPES] = {
    [CS_THROTTLE_USER_PROVEN] = {3, 0, {5, 15, 60}},
    [CS_THROTTLE_USER_UNPROVEN] = {30, 60, {60, 60, 60}},
    [CS_THROTTLE_ADDRESS] = {20, 30, {5, 15, 60}},
    [CS_THROTTLE_PASSWORD_PROVEN] = {3, 0, {5, 15, 60}},
    [CS_THROTTLE_PASSWORD_UNPROVEN] = {30, 60, {60, 60, 60}},
};

struct counter {
    int64_t failures;
    int64_t updated;
};

static enum cs_err load(const struct cs_transaction *transaction, enum cs_throttle_scope scope,
                        const char *subject, int64_t now, struct counter *ret_counter,
                        struct cs_error *error)
{
    static const char sql[] =
        "SELECT failures, updated FROM throttle WHERE scope = ?1 AND subject = ?2";
    sqlite3_stmt *statement = NULL;
    bool row = false;
    int64_t age;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    *ret_counter = (struct counter){0, now};
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, scope);
    cs_sql_bind_text(statement, 2, subject);
    result = cs_sql_step(transaction->store, statement, &row, error);
    if (row)
        *ret_counter = (struct counter){sqlite3_column_int64(statement, 0),
                                        sqlite3_column_int64(statement, 1)};
    sqlite3_reset(statement);
    age = now - ret_counter->updated;
    /* A record from the future says that the clock went back; it must not lock anybody out. */
    if (age > MEMORY_SECONDS || age < -MEMORY_SECONDS)
        *ret_counter = (struct counter){0, now};
    else if (rules[scope].leak > 0 && age > 0) {
        int64_t leaked = age / rules[scope].leak;

        ret_counter->failures -= leaked < ret_counter->failures ? leaked : ret_counter->failures;
    }
    return result;
}

enum cs_err cs_throttle_wait(const struct cs_transaction *transaction, enum cs_throttle_scope scope,
                             const char *subject, int64_t now, int64_t *ret_wait,
                             struct cs_error *error)
{
    struct counter counter;
    int64_t over, delay;
    enum cs_err result = load(transaction, scope, subject, now, &counter, error);

    *ret_wait = 0;
    if (result != CS_OK || counter.failures <= rules[scope].free)
        return result;
    over = counter.failures - rules[scope].free - 1;
    delay = rules[scope].delays[over < 2 ? over : 2];
    /* Past, or from a clock that has since been set back. */
    if (now - counter.updated >= delay || now < counter.updated)
        return CS_OK;
    *ret_wait = counter.updated + delay - now;
    return CS_OK;
}

static enum cs_err forget_old(const struct cs_transaction *transaction, int64_t now,
                              struct cs_error *error)
{
    static const char sql[] = "DELETE FROM throttle WHERE updated < ?1";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, now - MEMORY_SECONDS);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_throttle_fail(const struct cs_transaction *transaction, enum cs_throttle_scope scope,
                             const char *subject, int64_t now, struct cs_error *error)
{
    static const char sql[] =
        "INSERT INTO throttle (scope, subject, failures, updated) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET failures = ?3, updated = ?4";
    sqlite3_stmt *statement = NULL;
    struct counter counter;
    enum cs_err result = load(transaction, scope, subject, now, &counter, error);

    if (result == CS_OK)
        result = forget_old(transaction, now, error);
    if (result == CS_OK)
        result = cs_sql(transaction->store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, scope);
    cs_sql_bind_text(statement, 2, subject);
    sqlite3_bind_int64(statement, 3, counter.failures + 1);
    sqlite3_bind_int64(statement, 4, now);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_throttle_forget(const struct cs_transaction *transaction,
                               enum cs_throttle_scope scope, const char *subject,
                               struct cs_error *error)
{
    static const char sql[] = "DELETE FROM throttle WHERE scope = ?1 AND subject = ?2";
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    sqlite3_bind_int64(statement, 1, scope);
    cs_sql_bind_text(statement, 2, subject);
    return cs_sql_run(transaction->store, statement, error);
}

enum cs_err cs_throttle_forget_user(const struct cs_transaction *transaction, const char *user,
                                    struct cs_error *error)
{
    static const enum cs_throttle_scope scopes[] = {
        CS_THROTTLE_USER_PROVEN, CS_THROTTLE_USER_UNPROVEN, CS_THROTTLE_PASSWORD_PROVEN,
        CS_THROTTLE_PASSWORD_UNPROVEN};
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(scopes) && result == CS_OK; i++)
        result = cs_throttle_forget(transaction, scopes[i], user, error);
    return result;
}

enum cs_err cs_throttle_count(const struct cs_transaction *transaction,
                              enum cs_throttle_scope scope, const char *subject, int64_t now,
                              unsigned *ret_failures, struct cs_error *error)
{
    struct counter counter;
    enum cs_err result = load(transaction, scope, subject, now, &counter, error);

    *ret_failures = (unsigned)counter.failures;
    return result;
}
