/* SPDX-License-Identifier: Apache-2.0 */
/* The copy is made ready under a name of its own, with everything that must hold before the first
 * login; then one transaction puts it in place, or one rename, under the lock that everybody else
 * needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/trusted_open.h"
#include "store/backup.h"
#include "store/backup_priv.h"
#include "store/store_priv.h"

enum { BUSY_MS = 2000, KEPT_MAX = 100 };

struct replacing {
    struct cs_restore *restore;
    char next[PATH_MAX];    /* the copy, until it is in place */
    int turn;               /* whoever has this file restores */
    struct cs_store *copy;  /* open */
    struct cs_store *block; /* the lock of the store in use */
};

/* What SQLite, and we, put beside a database. */
static const char *const besides[] = {"-wal", "-shm", "-journal", ".lock"};

static void remove_besides(const char *path)
{
    char beside[PATH_MAX];

    for (size_t i = 0; i < CS_ARRAY_SIZE(besides); i++) {
        if (cs_path_beside(path, besides[i], beside, NULL) == CS_OK)
            (void)unlink(beside);
    }
}

static void clear_replacing(struct replacing *replacing)
{
    char turn[PATH_MAX];

    cs_store_close(&replacing->copy);
    cs_store_close(&replacing->block);
    if (replacing->turn < 0)
        return;
    (void)unlink(replacing->next); /* no longer there if it is in place */
    remove_besides(replacing->next);
    if (cs_path_beside(replacing->restore->path, ".restoring", turn, NULL) == CS_OK)
        (void)unlink(turn);
    cs_fd_close(&replacing->turn);
}

/* ---- the copy ---- */

static enum cs_err bring(struct replacing *replacing, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    char turn[PATH_MAX];
    const struct cs_restore *restore = replacing->restore;
    enum cs_err result = cs_path_beside(restore->path, ".restoring", turn, error);

    if (result == CS_OK)
        result = cs_path_beside(restore->path, ".next", replacing->next, error);
    if (result == CS_OK)
        result = cs_file_take(turn, &replacing->turn, error);
    if (result != CS_OK) {
        cs_fd_close(&replacing->turn); /* it is another's */
        return result;
    }
    (void)unlink(replacing->next);
    remove_besides(replacing->next);
    fd = open(replacing->next, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot create", replacing->next);
    return cs_file_copy(restore->from, fd, restore->from_name, error);
}

static bool is_database(const char *path)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    char header[CS_STORE_HEADER_BYTES] = "";

    return fd >= 0 && pread(fd, header, sizeof header, 0) == (ssize_t)sizeof header &&
           cs_store_is_header(header);
}

/* A backup has no log, and a store must have one before it can be opened. Whatever fails here fails
 * then as well. */
static void give_log(const char *path)
{
    sqlite3 *database = NULL;

    if (is_database(path) &&
        sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) ==
            SQLITE_OK)
        (void)sqlite3_exec(database, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    sqlite3_close(database);
}

static enum cs_err open_copy(struct replacing *replacing, struct cs_error *error)
{
    const struct cs_restore *restore = replacing->restore;
    struct cs_error why = {0};
    enum cs_err result;

    give_log(replacing->next);
    result = cs_store_open(replacing->next, restore->key_path, false, &replacing->copy, &why);
    if (result == CS_OK)
        result = cs_store_check(replacing->copy, &why);
    if (result == CS_OK)
        result = cs_store_check_opens(replacing->copy, &why);
    return result == CS_OK
               ? CS_OK
               : cs_fail(error, result, "%s cannot be restored, and nothing was changed: %s",
                         restore->from_name, why.text);
}

/* Then the file is all there is of it. */
static enum cs_err finish_copy(struct replacing *replacing, struct cs_error *error)
{
    struct cs_store *copy = replacing->copy;

    if (sqlite3_wal_checkpoint_v2(copy->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
        SQLITE_OK)
        return cs_sql_fail(copy, error);
    cs_store_close(&replacing->copy);
    remove_besides(replacing->next);
    return CS_OK;
}

/* ---- the store in use, under its lock ---- */

/* Records that are not in the log yet are those of the store in use: what else the copy has was
 * written since. A store of an earlier version has none. */
static bool take_records(sqlite3 *copy)
{
    static const char take[] = "BEGIN; DELETE FROM main.record;"
                               "INSERT INTO main.record SELECT * FROM used.record; COMMIT";
    int code =
        sqlite3_table_column_metadata(copy, "used", "record", NULL, NULL, NULL, NULL, NULL, NULL);

    if (code == SQLITE_ERROR || sqlite3_exec(copy, take, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    (void)sqlite3_exec(copy, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* Who has something there that bars enrolling at a login, and nothing in the copy, is no newcomer
 * (former.h). A store of an earlier version has no such notes itself. */
static bool note_former(sqlite3 *copy)
{
    static const char had[] =
        "INSERT OR IGNORE INTO main.former"
        " SELECT user FROM used.factor UNION SELECT user FROM used.recovery"
        " UNION SELECT user FROM used.suspension EXCEPT SELECT user FROM main.factor";
    static const char noted[] = "INSERT OR IGNORE INTO main.former SELECT user FROM used.former";
    int code =
        sqlite3_table_column_metadata(copy, "used", "former", NULL, NULL, NULL, NULL, NULL, NULL);

    return sqlite3_exec(copy, had, NULL, NULL, NULL) == SQLITE_OK &&
           (code == SQLITE_ERROR || sqlite3_exec(copy, noted, NULL, NULL, NULL) == SQLITE_OK);
}

/* What was spent there since the copy was made, as far as both know the factor. A store that is
 * damaged tells nothing, which is no error: that may be why it is replaced. */
static bool compare(struct replacing *replacing)
{
    static const char spent[] =
        "UPDATE main.factor SET last_step = max(factor.last_step, f.last_step),"
        " suspect = max(factor.suspect, f.suspect) FROM used.factor f"
        " WHERE f.id = factor.id AND f.user = factor.user";
    struct cs_store *copy = replacing->copy;
    sqlite3_stmt *statement = NULL;
    bool done;

    if (sqlite3_prepare_v2(copy->db, "ATTACH ?1 AS used", -1, &statement, NULL) != SQLITE_OK)
        return false;
    cs_sql_bind_text(statement, 1, replacing->restore->path);
    done = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    if (!done)
        return false;
    done = sqlite3_exec(copy->db, spent, NULL, NULL, NULL) == SQLITE_OK && note_former(copy->db) &&
           take_records(copy->db);
    (void)sqlite3_exec(copy->db, "DETACH used", NULL, NULL, NULL);
    return done;
}

/* A name with the time that nothing has yet, for `old`. */
static enum cs_err name_kept(struct cs_restore *restore, const char *old, struct cs_error *error)
{
    char date[64], name[96];
    time_t now = (time_t)cs_clock_seconds();
    struct tm parts;

    if (gmtime_r(&now, &parts) == NULL ||
        strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &parts) == 0)
        return cs_fail(error, CS_ERR_SYSTEM, "the clock shows no date");
    for (unsigned number = 1; number <= KEPT_MAX; number++) {
        enum cs_err result;

        (void)snprintf(name, sizeof name, ".before-%s-%u", date, number);
        result = cs_path_beside(restore->path, name, restore->kept, error);
        if (result != CS_OK)
            return result;
        if (link(old, restore->kept) == 0)
            return cs_sync_folder_of(restore->path, error);
        if (errno != EEXIST)
            break;
    }
    return cs_fail_errno(error, "%s: cannot be kept as %s", old, restore->kept);
}

/* ---- in a store that works: its pages are replaced, in one transaction of SQLite's ---- */

/* Other processes have this file and its log open, and go on with it: one that was removed while
 * they do so would be two stores. */
static enum cs_err overwrite(sqlite3 *used, struct replacing *replacing, struct cs_error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(used, "main", replacing->copy->db, "main");
    int code = backup != NULL ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(used);

    if (sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE)
        return CS_OK;
    return cs_fail(error, CS_ERR_STORE, "%s: %s; nothing was changed", replacing->restore->path,
                   sqlite3_errmsg(used));
}

static bool snapshot(sqlite3 *used, const char *path)
{
    CS_AUTO(cs_fd_close) int fd = -1;

    (void)unlink(path);
    if (!cs_snapshot(used, path))
        return false;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

/* *ret_done is false if the store cannot be read as a whole. */
static enum cs_err replace_pages(struct replacing *replacing, bool *ret_done,
                                 struct cs_error *error)
{
    const char *path = replacing->restore->path;
    sqlite3 *used = NULL;
    char old[PATH_MAX];
    enum cs_err result = cs_path_beside(path, ".old", old, error);

    if (result != CS_OK)
        return result;
    *ret_done = sqlite3_open_v2(path, &used, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) ==
                    SQLITE_OK &&
                sqlite3_busy_timeout(used, BUSY_MS) == SQLITE_OK &&
                sqlite3_exec(used, "PRAGMA synchronous=FULL", NULL, NULL, NULL) == SQLITE_OK &&
                snapshot(used, old);
    if (*ret_done) {
        result = name_kept(replacing->restore, old, error);
        if (result == CS_OK)
            result = overwrite(used, replacing, error);
    }
    (void)unlink(old);
    sqlite3_db_config(used, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(used);
    return result;
}

/* ---- in the place of one that is damaged or gone ---- */

/* A second name for the store, and for its log if that says something. */
static enum cs_err keep_file(struct cs_restore *restore, struct cs_error *error)
{
    char log[PATH_MAX], kept_log[PATH_MAX];
    struct stat status;
    enum cs_err result = name_kept(restore, restore->path, error);

    if (result == CS_OK)
        result = cs_path_beside(restore->path, "-wal", log, error);
    if (result == CS_OK)
        result = cs_path_beside(restore->kept, "-wal", kept_log, error);
    if (result == CS_OK && stat(log, &status) == 0 && status.st_size > 0 &&
        link(log, kept_log) != 0)
        result = cs_fail_errno(error, "%s: cannot be kept as %s", log, kept_log);
    return result == CS_OK ? cs_sync_folder_of(restore->path, error) : result;
}

/* A log that stayed would be read as the new store's. Whoever has the old one open notices, because
 * the store's file is another one. */
static enum cs_err replace_file(struct replacing *replacing, struct cs_error *error)
{
    const char *path = replacing->restore->path;
    char beside[PATH_MAX];
    struct stat status;
    enum cs_err result = finish_copy(replacing, error);

    if (result == CS_OK && lstat(path, &status) == 0)
        result = keep_file(replacing->restore, error);
    for (size_t i = 0; i < 2 && result == CS_OK; i++) { /* -wal, -shm */
        result = cs_path_beside(path, besides[i], beside, error);
        if (result == CS_OK && unlink(beside) != 0 && errno != ENOENT)
            result = cs_fail_errno(error, "%s: cannot remove", beside);
    }
    if (result != CS_OK)
        return result;
    return rename(replacing->next, path) == 0
               ? cs_sync_folder_of(path, error)
               : cs_fail_errno(error, "%s: cannot be replaced", path);
}

static enum cs_err replace(struct replacing *replacing, struct cs_error *error)
{
    struct cs_restore *restore = replacing->restore;
    bool done = false;
    enum cs_err result;

    restore->compared = is_database(restore->path) && compare(replacing);
    result = cs_store_run(replacing->copy, CS_STORE_WRITE, restore->work, restore->context, error);
    if (result == CS_OK && restore->compared)
        result = replace_pages(replacing, &done, error);
    return result == CS_OK && !done ? replace_file(replacing, error) : result;
}

enum cs_err cs_store_restore(struct cs_restore *restore, struct cs_error *error)
{
    CS_AUTO(clear_replacing) struct replacing replacing = {.restore = restore, .turn = -1};
    enum cs_err result = bring(&replacing, error);

    restore->kept[0] = '\0';
    restore->compared = false;
    if (result == CS_OK)
        result = open_copy(&replacing, error);
    if (result == CS_OK)
        result = cs_store_block(restore->path, &replacing.block, error);
    return result == CS_OK ? replace(&replacing, error) : result;
}
