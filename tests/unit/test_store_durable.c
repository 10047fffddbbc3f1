/* SPDX-License-Identifier: Apache-2.0 */
/* What was committed is on the disk: a code that was spent stays so when the power fails. */
#include "tests/unit/unit.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "store/factor.h"
#include "tests/support/scratch_store.h"

static unsigned syncs;

/* Instead of the C library's: SQLite uses one of the two. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    syncs++;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_each_commit_waits_for_the_disk),
    };

    return cmocka_run_group_tests_name("store_durable", tests, NULL, NULL);
}
