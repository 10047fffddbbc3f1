/* SPDX-License-Identifier: Apache-2.0 */
/* Where the system does not give the lock back, nobody waits for it; and for a lock of SQLite's not
 * beyond the deadline. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store_priv.h"
#include "tests/support/scratch_store.h"

static unsigned unlocks_that_fail;

__attribute__((visibility("default"))) int flock(int fd, int operation)
{
    static int (*real)(int, int);

    if (real == NULL)
        *(void **)(void *)&real = dlsym(RTLD_NEXT, "flock");
    if (operation == LOCK_UN && unlocks_that_fail > 0) {
        unlocks_that_fail--;
        errno = ENOLCK;
        return -1;
    }
    return real(fd, operation);
}

static bool is_free(const struct scratch_store *scratch)
{
    char path[sizeof scratch->folder + sizeof "/store.lock"];
    bool taken;
    int fd;

    (void)snprintf(path, sizeof path, "%s/store.lock", scratch->folder);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    taken = flock(fd, LOCK_EX | LOCK_NB) == 0;
    (void)close(fd);
    return taken;
}

static void begin_and_end(struct scratch_store *scratch, bool commit)
{
    struct cs_transaction transaction;

    scratch_store_begin(scratch, &transaction);
    assert_false(is_free(scratch));
    if (commit)
        assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    cs_store_end(&transaction);
}

static void test_an_unlock_that_fails_holds_up_nobody(void **state)
{
    struct scratch_store *scratch = *state;

    for (unsigned i = 0; i < 4; i++) {
        unlocks_that_fail = 1;
        begin_and_end(scratch, i % 2 == 0);
        assert_int_equal(unlocks_that_fail, 0);
        assert_true(is_free(scratch));
        begin_and_end(scratch, true);
        assert_true(is_free(scratch));
    }
}

/* Nor one after a transaction that could not begin. */
static void test_nor_after_a_failure(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_transaction transaction;
    char away[sizeof scratch->path + sizeof ".away"];

    (void)snprintf(away, sizeof away, "%s.away", scratch->path);
    assert_int_equal(rename(scratch->path, away), 0);
    unlocks_that_fail = 1;
    assert_int_not_equal(cs_store_begin(scratch->store, &transaction, NULL), CS_OK);
    unlocks_that_fail = 0;
    assert_true(is_free(scratch));
    assert_int_equal(rename(away, scratch->path), 0);
    begin_and_end(scratch, true);
}

/* Somebody looks into the store with another program, and leaves a transaction open. A login that
 * has waited for others until then does not wait as long again. */
static void test_a_lock_of_another_program_is_waited_for_until_the_deadline(void **state)
{
    enum { WAIT_MS = 100 };
    struct scratch_store *scratch = *state;
    struct cs_transaction transaction = {0};
    struct cs_error error = {0};
    sqlite3 *other = NULL;
    int64_t began;

    assert_int_equal(sqlite3_open(scratch->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    began = cs_clock_ms();
    assert_int_equal(cs_store_begin_until(scratch->store, began + WAIT_MS, &transaction, &error),
                     CS_ERR_STORE);
    assert_contains(error.text, "database is locked");
    assert_in_range(cs_clock_ms() - began, WAIT_MS, CS_LOCK_WAIT_MS / 2);
    assert_true(is_free(scratch));
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    begin_and_end(scratch, true);
}

static enum cs_err fill_log(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    (void)context;
    return cs_sql_exec(transaction->store,
                       "CREATE TABLE IF NOT EXISTS filler (content);"
                       "INSERT INTO filler VALUES (zeroblob(4 << 20))",
                       error);
}

static off_t size_of(const struct scratch_store *scratch)
{
    struct stat status;

    assert_int_equal(stat(scratch->path, &status), 0);
    return status.st_size;
}

/* While a store is being replaced, nobody merges a log into it; and it is not replaced while
 * somebody does. */
static void test_no_merge_while_the_store_is_blocked(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_store_close) struct cs_store *other = NULL;
    off_t size = size_of(scratch);
    int merge;

    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &other, NULL), CS_OK);
    assert_int_equal(cs_store_stop_merges(other, cs_clock_ms(), NULL), CS_OK);
    assert_int_equal(cs_store_enter_merge(scratch->store), -1);
    assert_int_equal(cs_store_run(scratch->store, CS_STORE_WRITE, fill_log, NULL, NULL), CS_OK);
    cs_store_end_merger(scratch->store);
    assert_int_equal(size_of(scratch), size);
    cs_store_close(&other);
    merge = cs_store_enter_merge(scratch->store);
    assert_true(merge >= 0);
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &other, NULL), CS_OK);
    assert_int_equal(cs_store_stop_merges(other, cs_clock_ms(), NULL), CS_ERR_UNAVAILABLE);
    assert_int_equal(cs_store_run(scratch->store, CS_STORE_WRITE, fill_log, NULL, NULL), CS_OK);
    cs_store_end_merger(scratch->store);
    assert_true(size_of(scratch) > size);
    assert_int_equal(close(merge), 0);
    assert_int_equal(cs_store_stop_merges(other, cs_clock_ms(), NULL), CS_OK);
}

/* Whoever puts a backup in place has all three locks. */
static void test_a_block_keeps_out_merges_and_records(void **state)
{
    struct scratch_store *scratch = *state;
    CS_AUTO(cs_store_close) struct cs_store *block = NULL;

    assert_int_equal(cs_store_block(scratch->path, &block, NULL), CS_OK);
    assert_false(is_free(scratch));
    assert_int_equal(cs_store_enter_merge(scratch->store), -1);
    assert_int_equal(cs_store_lock_records(scratch->store, cs_clock_ms(), NULL),
                     CS_ERR_UNAVAILABLE);
    cs_store_close(&block);
    assert_true(is_free(scratch));
    assert_int_equal(cs_store_lock_records(scratch->store, cs_clock_ms(), NULL), CS_OK);
}

/* ---- SQLite's own lock ---- */

/* Asked from another process: a process never meets its own locks. */
static bool holds_sqlite_lock(const struct scratch_store *scratch)
{
    enum { SHARED_FIRST = 0x40000002, SHARED_SIZE = 510 }; /* the file format, section 1.2.3 */
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_FIRST, .l_len = SHARED_SIZE};
        int fd = open(scratch->path, O_RDWR | O_CLOEXEC);

        _exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_RDLCK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

/* Without it another program, such as sqlite3, would take itself for the last one that uses the
 * store, and remove the log of a broker that goes on writing to it. The broker has two stores while
 * it writes the records that were kept, or if services have settings of their own. */
static void test_a_second_store_of_this_process_leaves_sqlites_lock(void **state)
{
    struct scratch_store *scratch = *state;
    struct cs_store *second = NULL;

    begin_and_end(scratch, true);
    assert_true(holds_sqlite_lock(scratch));
    assert_int_equal(cs_store_open(scratch->path, scratch->key_path, false, &second, NULL), CS_OK);
    assert_true(holds_sqlite_lock(scratch));
    cs_store_close(&second);
    assert_true(holds_sqlite_lock(scratch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_an_unlock_that_fails_holds_up_nobody),
        IN_STORE(test_nor_after_a_failure),
        IN_STORE(test_a_lock_of_another_program_is_waited_for_until_the_deadline),
        IN_STORE(test_no_merge_while_the_store_is_blocked),
        IN_STORE(test_a_block_keeps_out_merges_and_records),
        IN_STORE(test_a_second_store_of_this_process_leaves_sqlites_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
