/* SPDX-License-Identifier: Apache-2.0 */
/* One request for each identity among processes: who waits, what ends it, what a dead process
 * leaves behind. Two open files are to the kernel what two processes are. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "login/pending_lock.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/folder.h"

enum { LONG_MS = 20000 };

static const char *folder;

static int set_up(void **state)
{
    int result = folder_setup(state);

    folder = result == 0 ? ((struct folder *)*state)->path : NULL;
    return result;
}

static enum cs_err take(const char *provider, const char *identity, int64_t ms,
                        struct cs_pending_lock *lock, struct cs_error *error)
{
    const struct cs_call call = {.deadline = cs_clock_ms() + ms, .cancel_fd = -1};

    return cs_pending_lock_take(folder, provider, identity, &call, lock, error);
}

static unsigned files(void)
{
    DIR *listing = opendir(folder);
    unsigned count = 0;

    assert_non_null(listing);
    while (readdir(listing) != NULL)
        count++;
    closedir(listing);
    return count - 2;
}

static void test_same_identity_waits_others_do_not(void **state)
{
    struct cs_pending_lock first = {0}, second = {0}, third = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(take("secsign", "Ann", LONG_MS, &first, &error), CS_OK);
    assert_int_equal(take("secsign", "ben", 0, &second, &error), CS_OK);
    assert_int_equal(take("other", "ann", 0, &third, &error), CS_OK);
    cs_pending_lock_give(&second, 0);
    assert_int_equal(take("secsign", "aNN", 0, &second, &error), CS_ERR_TIMEOUT);
    assert_contains(error.text, "in another process");
    assert_false(second.held);
    cs_pending_lock_give(&first, 0);
    assert_int_equal(take("secsign", "ann", 0, &second, &error), CS_OK);
    cs_pending_lock_give(&second, 0);
    cs_pending_lock_give(&second, 0);
    cs_pending_lock_give(&third, 0);
    assert_int_equal(files(), 0); /* nothing stays behind */
}

static void test_hang_up_ends_the_wait(void **state)
{
    struct cs_pending_lock first = {0}, second = {0};
    struct cs_call call = {.deadline = cs_clock_ms() + LONG_MS};
    int ends[2];

    (void)state;
    assert_int_equal(take("secsign", "ann", LONG_MS, &first, NULL), CS_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    close(ends[1]);
    call.cancel_fd = ends[0];
    assert_int_equal(cs_pending_lock_take(folder, "secsign", "ann", &call, &second, NULL),
                     CS_ERR_HANGUP);
    close(ends[0]);
    cs_pending_lock_give(&first, 0);
}

/* How many locks a process has open. */
static unsigned open_locks(pid_t process)
{
    char path[64], target[512];
    DIR *listing;
    const struct dirent *entry;
    unsigned count = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)process);
    listing = opendir(path);
    assert_non_null(listing);
    while ((entry = readdir(listing)) != NULL) {
        ssize_t length = readlinkat(dirfd(listing), entry->d_name, target, sizeof target - 1);

        target[length > 0 ? length : 0] = '\0';
        count += strstr(target, "/secsign.") != NULL;
    }
    closedir(listing);
    return count;
}

/* Takes the lock when told to, says so, and keeps it. */
static void hold_in_child(int orders, int reports)
{
    struct cs_pending_lock lock = {0};
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    if (read(orders, &byte, 1) != 1 || take("secsign", "ann", LONG_MS, &lock, NULL) != CS_OK ||
        write(reports, "h", 1) != 1)
        _exit(1);
    pause();
    _exit(2);
}

/* Whoever waits for a file that is removed meanwhile must not hold one that nobody else sees; and
 * the kernel frees what a dead process held. */
static void test_waiter_survives_the_removal(void **state)
{
    struct cs_pending_lock first = {0}, second = {0};
    int orders[2], reports[2], status;
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(reports), 0);
    child = fork();
    if (child == 0)
        hold_in_child(orders[0], reports[1]);
    assert_int_equal(take("secsign", "ann", LONG_MS, &first, NULL), CS_OK);
    assert_int_equal(write(orders[1], "g", 1), 1);
    for (int64_t until = cs_clock_ms() + LONG_MS; open_locks(child) == 0;) {
        assert_true(cs_clock_ms() < until);
        sched_yield();
    }
    cs_pending_lock_give(&first, 0);
    assert_int_equal(read(reports[0], &byte, 1), 1);
    assert_int_equal(take("secsign", "ann", 0, &second, NULL), CS_ERR_TIMEOUT);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(take("secsign", "ann", 0, &second, NULL), CS_OK);
    cs_pending_lock_give(&second, 0);
    for (int i = 0; i < 2; i++) {
        close(orders[i]);
        close(reports[i]);
    }
}

static void test_rest_refuses_until_it_is_over(void **state)
{
    struct cs_pending_lock lock = {0};
    struct cs_error error = {0};
    int64_t now = cs_clock_ms();

    (void)state;
    assert_int_equal(take("secsign", "ann", 0, &lock, NULL), CS_OK);
    cs_pending_lock_give(&lock, 300000);
    assert_int_equal(take("secsign", "Ann", 0, &lock, &error), CS_ERR_RESTING);
    assert_contains(error.text, "300 s more");
    assert_int_equal(take("secsign", "ben", 0, &lock, NULL), CS_OK);
    cs_pending_lock_give(&lock, 0);
    fake_clock_pass(now + 290000);
    assert_int_equal(take("secsign", "ann", 0, &lock, NULL), CS_ERR_RESTING);
    fake_clock_pass(now + 310000);
    assert_int_equal(take("secsign", "ann", 0, &lock, NULL), CS_OK);
    cs_pending_lock_give(&lock, UINT32_MAX); /* a mistake does not lock anybody out for days */
    fake_clock_pass(cs_clock_ms() + CS_PENDING_REST_MAX_MS + 1);
    assert_int_equal(take("secsign", "ann", 0, &lock, NULL), CS_OK);
    cs_pending_lock_give(&lock, 0);
    assert_int_equal(files(), 0);
}

static void test_folder_must_be_ours(void **state)
{
    struct cs_pending_lock lock = {0};
    struct cs_error error = {0};
    const struct cs_call call = {.deadline = cs_clock_ms(), .cancel_fd = -1};
    char path[512];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/missing", folder);
    assert_int_equal(cs_pending_lock_take(path, "secsign", "ann", &call, &lock, &error),
                     CS_ERR_UNAVAILABLE);
    assert_contains(error.text, "systemd-tmpfiles --create");
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(take("secsign", "ann", 0, &lock, &error), CS_ERR_TRUST);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(take("secsign", "ann", 0, &lock, NULL), CS_OK);
    (void)snprintf(path, sizeof path, "%s/%s", folder, lock.name);
    cs_pending_lock_give(&lock, 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_not_equal(take("secsign", "ann", 0, &lock, NULL), CS_OK);
    assert_int_equal(unlink(path), 0);
}

#define IN_ONE(test) cmocka_unit_test_setup_teardown(test, set_up, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ONE(test_same_identity_waits_others_do_not),
        IN_ONE(test_hang_up_ends_the_wait),
        IN_ONE(test_waiter_survives_the_removal),
        IN_ONE(test_rest_refuses_until_it_is_over),
        IN_ONE(test_folder_must_be_ours),
    };

    return cmocka_run_group_tests_name("pending_lock", tests, NULL, NULL);
}
