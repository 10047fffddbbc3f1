/* SPDX-License-Identifier: Apache-2.0 */
/* What was committed is on the disk: a code that was spent stays so when the power fails. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#include "store/factor.h"
#include "tests/support/scratch_store.h"

static unsigned syncs;
static bool disk_fails; /* at the next call */

/* Instead of the C library's: SQLite uses one of the two. The kernel reports a write that failed
 * once, and takes what it was to write for clean afterwards. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    syncs++;
    if (disk_fails) {
        disk_fails = false;
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fsync, fd);
}

static int64_t enrol(struct scratch_store *scratch)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {
        .user = "alice", .algorithm = "sha1", .digits = 6, .period = 30, .last_step = -1};

    assert_int_equal(cs_secret_set(&factor.secret, "12345678901234567890", 20), CS_OK);
    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_add(&transaction, &factor, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return factor.id;
}

static void test_each_commit_waits_for_the_disk(void **state)
{
    struct scratch_store *scratch = *state;
    int64_t id = enrol(scratch);

    for (int64_t step = 1; step < 20; step++) {
        CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
        bool won = false;

        scratch_store_begin(scratch, &transaction);
        assert_int_equal(cs_factor_spend(&transaction, id, step, 0, &won, NULL), CS_OK);
        assert_true(won);
        syncs = 0;
        assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
        assert_true(syncs > 0);
    }
}

/* ---- a disk that loses what one commit wrote ---- */

static off_t log_size(const struct scratch_store *scratch)
{
    char path[128];
    struct stat status;

    (void)snprintf(path, sizeof path, "%s-wal", scratch->path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

/* Writes what `from` has at `path` to a file of that name in the other store's folder, without the
 * bytes that never reached the disk. */
static void copy_without(const char *from, const char *to, off_t lost, off_t end)
{
    CS_AUTO(cs_fd_close) int in = open(from, O_RDONLY | O_CLOEXEC);
    CS_AUTO(cs_fd_close) int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char byte;

    assert_true(in >= 0 && out >= 0);
    for (off_t at = 0; pread(in, &byte, 1, at) == 1; at++) {
        if (at >= lost && at < end)
            byte = 0;
        assert_int_equal(write(out, &byte, 1), 1);
    }
}

/* The machine's next start: the store as the disk has it. */
static bool is_spent_after_a_power_failure(const struct scratch_store *scratch, int64_t id,
                                           int64_t step, off_t lost, off_t end)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    struct scratch_store copy;
    char from[128], to[128];
    bool won = false;

    scratch_store_make(&copy);
    cs_store_close(&copy.store);
    copy_without(scratch->key_path, copy.key_path, 0, 0);
    copy_without(scratch->path, copy.path, 0, 0);
    (void)snprintf(from, sizeof from, "%s-wal", scratch->path);
    (void)snprintf(to, sizeof to, "%s-wal", copy.path);
    copy_without(from, to, lost, end);
    (void)snprintf(to, sizeof to, "%s-shm", copy.path);
    (void)unlink(to);
    assert_int_equal(cs_store_open(copy.path, copy.key_path, false, &copy.store, NULL), CS_OK);
    scratch_store_begin(&copy, &transaction);
    assert_int_equal(cs_factor_spend(&transaction, id, step, 0, &won, NULL), CS_OK);
    cs_store_end(&transaction);
    scratch_store_remove(&copy);
    return !won;
}

static enum cs_err spend(struct scratch_store *scratch, int64_t id, int64_t step)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    bool won = false;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_factor_spend(&transaction, id, step, 0, &won, NULL), CS_OK);
    assert_true(won);
    return cs_store_commit(&transaction, NULL);
}

/* SQLite reads its log up to the first gap, so that what follows one is lost as well, whether or
 * not its own sync went well. */
static void test_nothing_is_lost_behind_a_commit_that_the_disk_lost(void **state)
{
    struct scratch_store *scratch = *state;
    int64_t id = enrol(scratch);
    off_t lost = log_size(scratch), end;

    disk_fails = true;
    assert_int_equal(spend(scratch, id, 1), CS_ERR_STORE);
    end = log_size(scratch);
    assert_int_equal(spend(scratch, id, 5), CS_OK);
    assert_true(is_spent_after_a_power_failure(scratch, id, 5, end > lost ? lost : 0,
                                               end > lost ? end : 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_nothing_is_lost_behind_a_commit_that_the_disk_lost),
        IN_STORE(test_each_commit_waits_for_the_disk),
    };

    return cmocka_run_group_tests_name("store_durable", tests, NULL, NULL);
}
