/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, and the rule that an older program must not open a newer store. */
#include "store/store_priv.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/seal.h"

enum {
    SCHEMA_VERSION = 12,
    APPLICATION_ID = 0x4353474e, /* "CSGN" */
    RECOVERY_KEY_BYTES = 32,
};

const char cs_recovery_context[] = "countersign recovery key";

/* What each version added; an older store is upgraded step by step. */
static const char version_1[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE factor ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " user TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " label TEXT NOT NULL,"
    " algorithm TEXT NOT NULL,"
    " digits INTEGER NOT NULL,"
    " period INTEGER NOT NULL,"
    " secret BLOB NOT NULL,"
    " last_step INTEGER NOT NULL DEFAULT -1,"
    " repeated_step INTEGER NOT NULL DEFAULT -1,"
    " drift INTEGER NOT NULL DEFAULT 0,"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE INDEX factor_user ON factor (user);"
    "CREATE TABLE recovery (user TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (user, hash))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE throttle (scope INTEGER NOT NULL, subject TEXT NOT NULL,"
    " failures INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (scope, subject))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX throttle_updated ON throttle (updated);";

static const char version_2[] = "CREATE TABLE preference (user TEXT PRIMARY KEY, language TEXT NOT "
                                "NULL) STRICT, WITHOUT ROWID;";

static const char version_3[] = "CREATE TABLE password (user TEXT PRIMARY KEY, hash BLOB NOT NULL,"
                                " changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

static const char version_4[] =
    "ALTER TABLE factor ADD COLUMN app_id TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE factor ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE pending (user TEXT PRIMARY KEY, challenge BLOB NOT NULL,"
    " app_id TEXT NOT NULL, origins TEXT NOT NULL, label TEXT NOT NULL,"
    " expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* Failures are counted by user and network; earlier counters say nothing of networks. */
static const char version_5[] =
    "DROP TABLE throttle;"
    "CREATE TABLE throttle (scope INTEGER NOT NULL, subject TEXT NOT NULL, network TEXT NOT NULL,"
    " failures INTEGER NOT NULL, failed INTEGER NOT NULL, full INTEGER NOT NULL,"
    " PRIMARY KEY (scope, subject, network)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE place (kind INTEGER NOT NULL, user TEXT NOT NULL, network TEXT NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY (kind, user, network)) STRICT, WITHOUT ROWID;";

static const char version_6[] = "CREATE TABLE suspension (user TEXT PRIMARY KEY, since INTEGER NOT "
                                "NULL) STRICT, WITHOUT ROWID;";

/* Security keys were all of U2F before, which signs with ES256 only. */
static const char version_7[] =
    "UPDATE factor SET algorithm = 'es256' WHERE kind = 'u2f';"
    "ALTER TABLE factor ADD COLUMN key_flags INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE factor ADD COLUMN aaguid TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE factor ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pending ADD COLUMN verification INTEGER NOT NULL DEFAULT 0;";

/* One row of recovery may have the hashes of all the user's codes. Earlier rows, each with one,
 * stay as they are; an earlier program would take a longer one for a single code. */
static const char version_8[] = "";

static const char version_9[] =
    "CREATE TABLE record (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,"
    " text TEXT NOT NULL, json TEXT NOT NULL) STRICT;";

static const char version_10[] =
    "CREATE TABLE owner (user TEXT PRIMARY KEY, uid INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* What the last batch or import added; see last_batch.h. */
static const char version_11[] =
    "CREATE TABLE batch (factor INTEGER PRIMARY KEY, codes INTEGER NOT NULL) STRICT;";

/* Who had a factor before this version shows in what a removed factor leaves behind: recovery
 * codes, networks that its codes came from, a uid that nothing belongs to. */
static const char version_12[] =
    "CREATE TABLE ticket (user TEXT PRIMARY KEY, hash BLOB NOT NULL, expires INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE former (user TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS owner_uid ON owner (uid);"
    "INSERT INTO former SELECT user FROM (SELECT user FROM recovery UNION SELECT user FROM place"
    " WHERE kind = 0 UNION SELECT user FROM owner WHERE user NOT IN (SELECT user FROM password))"
    " WHERE user NOT IN (SELECT user FROM factor);";

static const char *const versions[SCHEMA_VERSION] = {version_1, version_2,  version_3,  version_4,
                                                     version_5, version_6,  version_7,  version_8,
                                                     version_9, version_10, version_11, version_12};

static enum cs_err read_number(struct cs_store *store, const char *sql, int64_t *ret_number,
                               struct cs_error *error)
{
    sqlite3_stmt *statement = NULL;
    enum cs_err result = CS_OK;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        result = cs_sql_fail(store, error);
    else
        *ret_number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result;
}

static enum cs_err add_recovery_key(struct cs_store *store, struct cs_error *error)
{
    static const char sql[] = "INSERT INTO meta VALUES ('recovery_key', ?1)";
    unsigned char key[RECOVERY_KEY_BYTES], sealed[RECOVERY_KEY_BYTES + CS_SEAL_OVERHEAD];
    sqlite3_stmt *statement = NULL;
    enum cs_err result;

    if (RAND_priv_bytes(key, sizeof key) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    result = cs_store_seal(store, cs_recovery_context, key, sizeof key, sealed, error);
    cs_wipe(key, sizeof key);
    if (result == CS_OK)
        result = cs_sql(store, sql, &statement, error);
    if (result != CS_OK)
        return result;
    sqlite3_bind_blob(statement, 1, sealed, sizeof sealed, SQLITE_STATIC);
    return cs_sql_run(store, statement, error);
}

static enum cs_err upgrade(struct cs_store *store, int64_t version, struct cs_error *error)
{
    char numbers[80];
    enum cs_err result = CS_OK;

    (void)snprintf(numbers, sizeof numbers, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                   APPLICATION_ID, SCHEMA_VERSION);
    for (int64_t i = version; i < SCHEMA_VERSION && result == CS_OK; i++)
        result = cs_sql_exec(store, versions[i], error);
    if (result == CS_OK && version == 0)
        result = add_recovery_key(store, error);
    if (result == CS_OK && version == 0 && store->first != NULL)
        result = cs_record_add(&(struct cs_transaction){store}, store->first, error);
    return result == CS_OK ? cs_sql_exec(store, numbers, error) : result;
}

/* All steps or none: an interrupted creation leaves an empty file, in which the next one starts
 * over. */
static enum cs_err upgrade_alone(struct cs_store *store, struct cs_error *error)
{
    int64_t version = 0;
    enum cs_err result = cs_sql_exec(store, "PRAGMA journal_mode=WAL", error);

    if (result == CS_OK)
        result = cs_sql_exec(store, "BEGIN IMMEDIATE", error);
    if (result != CS_OK)
        return result;
    /* Another process may have done it already. */
    result = read_number(store, "PRAGMA user_version", &version, error);
    if (result == CS_OK && version < SCHEMA_VERSION)
        result = upgrade(store, version, error);
    if (result == CS_OK)
        return cs_sql_exec(store, "COMMIT", error);
    (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}

static enum cs_err upgrade_locked(struct cs_store *store, struct cs_error *error)
{
    enum cs_err result = cs_store_lock(store, cs_clock_ms() + CS_LOCK_WAIT_MS, error);

    if (result != CS_OK)
        return result;
    result = upgrade_alone(store, error);
    /* Whoever opens the store closes it when this fails. */
    return result == CS_OK ? cs_store_unlock(store, error) : result;
}

static enum cs_err check_version(const struct cs_store *store, int64_t version,
                                 struct cs_error *error)
{
    if (version <= SCHEMA_VERSION)
        return CS_OK;
    return cs_fail(error, CS_ERR_STORE,
                   "%s: made by a newer countersign (schema %lld, this program knows %d); "
                   "upgrade this program",
                   store->path, (long long)version, SCHEMA_VERSION);
}

enum cs_err cs_schema_ensure(struct cs_store *store, bool create, struct cs_error *error)
{
    int64_t version = 0, application = 0;
    enum cs_err result = read_number(store, "PRAGMA user_version", &version, error);

    if (result == CS_OK)
        result = read_number(store, "PRAGMA application_id", &application, error);
    if (result != CS_OK)
        return result;
    if (!(version == 0 && create) && (version <= 0 || application != APPLICATION_ID))
        return cs_fail(error, CS_ERR_STORE,
                       "%s: not a countersign store; restore it from its backup", store->path);
    result = check_version(store, version, error);
    return result == CS_OK && version < SCHEMA_VERSION ? upgrade_locked(store, error) : result;
}

enum cs_err cs_schema_check(struct cs_store *store, struct cs_error *error)
{
    static const char sql[] = "PRAGMA user_version";
    sqlite3_stmt *statement = NULL;
    int64_t version;
    bool row = false;
    enum cs_err result = cs_sql(store, sql, &statement, error);

    if (result == CS_OK)
        result = cs_sql_step(store, statement, &row, error);
    if (result != CS_OK)
        return result;
    version = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return check_version(store, version, error);
}
