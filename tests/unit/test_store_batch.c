/* SPDX-License-Identifier: Apache-2.0 */
/* Logins that are ready together share a commit, and nothing else. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attributes.h"
#include "store/preference.h"
#include "store/store_priv.h"
#include "tests/support/scratch_store.h"

enum { WRITERS = 20, SOME = 6, PAUSE_NS = 200000, SLOW_NS = 20000000 };

static atomic_uint syncs;
static atomic_bool syncs_fail;
static sem_t held, released;
static atomic_bool disk_hangs; /* for the next one to come */

/* Each commit is on the disk once this returns. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    static int (*real)(int);

    if (real == NULL)
        *(void **)(void *)&real = dlsym(RTLD_NEXT, "fdatasync");
    syncs++;
    if (atomic_exchange(&disk_hangs, false)) {
        (void)sem_post(&held);
        (void)sem_wait(&released);
    }
    return syncs_fail ? -1 : real(fd);
}

static void pause_for(long nanoseconds)
{
    const struct timespec pause = {0, nanoseconds};

    nanosleep(&pause, NULL);
}

/* ---- memory and disk space that run out ---- */

/* What SQLite asks for in one batch. */
struct supply {
    atomic_uint asked;
    unsigned last; /* the number at which it has run out; 0: never */
    bool for_good;
};

static struct supply memory_left, disk_left;
static atomic_bool counting;
static sqlite3_mem_methods memory;

static bool runs_out(struct supply *supply)
{
    unsigned number = counting && supply->last > 0 ? ++supply->asked : 0;

    return number > 0 && (number == supply->last || (supply->for_good && number > supply->last));
}

static void *allocate(int size)
{
    return runs_out(&memory_left) ? NULL : memory.xMalloc(size);
}

static void *allocate_again(void *old, int size)
{
    return runs_out(&memory_left) ? NULL : memory.xRealloc(old, size);
}

static ssize_t write_at(int fd, const void *data, size_t size, int64_t offset)
{
    if (!runs_out(&disk_left))
        return pwrite(fd, data, size, (off_t)offset);
    errno = ENOSPC;
    return -1;
}

/* Before SQLite is used; its memory without a reserve of its own, which would serve most. */
static void watch_supplies(void)
{
    static const char *const calls[] = {"pwrite", "pwrite64"};
    sqlite3_mem_methods watched;
    sqlite3_vfs *vfs;

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory), SQLITE_OK);
    watched = memory;
    watched.xMalloc = allocate;
    watched.xRealloc = allocate_again;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &watched), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < CS_ARRAY_SIZE(calls); i++)
        assert_int_equal(vfs->xSetSystemCall(vfs, calls[i], (sqlite3_syscall_ptr)write_at),
                         SQLITE_OK);
}

/* ---- logins ---- */

struct login {
    pthread_t thread;
    struct cs_store *store;
    enum cs_store_access access;
    cs_store_work *work;
    char user[16];
    char seen[CS_PREFERENCE_LANGUAGE_SIZE];
    enum cs_err result;
    struct cs_error error;
};

static enum cs_err write_language(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    const struct login *login = context;

    return cs_preference_set_language(transaction, login->user, "fr", error);
}

static enum cs_err write_and_fail(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    enum cs_err result = write_language(transaction, context, error);

    return result == CS_OK ? cs_fail(error, CS_ERR_INPUT, "a reason of its own") : result;
}

/* What SQLite itself does when the disk is full. */
static enum cs_err lose_all(const struct cs_transaction *transaction, void *context,
                            struct cs_error *error)
{
    (void)context;
    assert_int_equal(cs_sql_exec(transaction->store, "ROLLBACK", error), CS_OK);
    return cs_fail(error, CS_ERR_STORE, "the disk is full");
}

static enum cs_err read_language(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    struct login *login = context;

    return cs_preference_language(transaction, "user0", login->seen, error);
}

static void *run_login(void *argument)
{
    struct login *login = argument;

    login->result = cs_store_run(login->store, login->access, login->work, login, &login->error);
    return NULL;
}

static void start(struct login *login, struct cs_store *store, unsigned number)
{
    login->store = store;
    (void)snprintf(login->user, sizeof login->user, "user%u", number);
    if (login->work == NULL) {
        login->work = write_language;
        login->access = CS_STORE_WRITE;
    }
    assert_int_equal(pthread_create(&login->thread, NULL, run_login, login), 0);
}

/* ---- one who holds up the others until they all wait ---- */

static atomic_uint wanted;
static atomic_bool holding, takes_store_away;

static unsigned waiting(struct cs_store *store)
{
    unsigned count = 0;

    pthread_mutex_lock(&store->mutex);
    for (const struct cs_store_job *job = store->jobs; job != NULL; job = job->next)
        count++;
    pthread_mutex_unlock(&store->mutex);
    return count;
}

static enum cs_err hold_up(const struct cs_transaction *transaction, void *context,
                           struct cs_error *error)
{
    (void)context;
    (void)error;
    holding = true;
    while (wanted == 0 || waiting(transaction->store) < wanted)
        pause_for(PAUSE_NS);
    counting = true;
    if (takes_store_away)
        assert_int_equal(rename(transaction->store->path, transaction->store->lock_path), 0);
    return CS_OK;
}

/* Runs `count` logins in one batch. */
static void run_together(struct cs_store *store, struct login *logins, unsigned count)
{
    struct login first = {.work = hold_up};

    wanted = 0;
    syncs = 0;
    holding = false;
    start(&first, store, 99);
    while (!holding)
        pause_for(PAUSE_NS);
    for (unsigned i = 0; i < count; i++)
        start(&logins[i], store, i);
    wanted = count;
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pthread_join(logins[i].thread, NULL), 0);
    assert_int_equal(pthread_join(first.thread, NULL), 0);
    counting = false;
    assert_true(memory_left.last > 0 || first.result == CS_OK);
}

static bool is_stored(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    char language[CS_PREFERENCE_LANGUAGE_SIZE];

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_preference_language(&transaction, user, language, NULL), CS_OK);
    return language[0] != '\0';
}

/* ---- tests ---- */

static void test_one_commit_for_all(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    run_together(scratch->store, logins, WRITERS);
    assert_int_equal(syncs, 1);
    for (unsigned i = 0; i < WRITERS; i++) {
        assert_int_equal(logins[i].result, CS_OK);
        assert_true(is_stored(scratch, logins[i].user));
    }
}

static void test_a_failure_is_its_own(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    for (unsigned i = 0; i < WRITERS; i += 3) {
        logins[i].work = write_and_fail;
        logins[i].access = CS_STORE_WRITE;
    }
    run_together(scratch->store, logins, WRITERS);
    assert_int_equal(syncs, 1);
    for (unsigned i = 0; i < WRITERS; i++) {
        assert_int_equal(logins[i].result, i % 3 == 0 ? CS_ERR_INPUT : CS_OK);
        assert_int_equal(is_stored(scratch, logins[i].user), i % 3 != 0);
    }
    assert_string_equal(logins[3].error.text, "a reason of its own");
}

static void test_a_commit_that_fails_is_everybodys(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    syncs_fail = true;
    run_together(scratch->store, logins, WRITERS);
    syncs_fail = false;
    for (unsigned i = 0; i < WRITERS; i++) {
        assert_int_equal(logins[i].result, CS_ERR_STORE);
        assert_contains(logins[i].error.text, "cannot commit");
    }
}

static void test_nobody_waits_for_a_disk_that_writes_for_others(void **state)
{
    struct scratch_store *scratch = *state;
    struct login slow = {.access = CS_STORE_WRITE}, quick = {.access = CS_STORE_WRITE};

    disk_hangs = true;
    start(&slow, scratch->store, 1);
    assert_int_equal(sem_wait(&held), 0);
    start(&quick, scratch->store, 2);
    assert_int_equal(pthread_join(quick.thread, NULL), 0);
    assert_int_equal(quick.result, CS_OK);
    assert_int_equal(sem_post(&released), 0);
    assert_int_equal(pthread_join(slow.thread, NULL), 0);
    assert_int_equal(slow.result, CS_OK);
}

static void test_a_full_disk_in_the_middle_stores_nothing(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    logins[7] = (struct login){.work = lose_all, .access = CS_STORE_WRITE};
    run_together(scratch->store, logins, WRITERS);
    for (unsigned i = 0; i < WRITERS; i++) {
        assert_int_equal(logins[i].result, CS_ERR_STORE);
        assert_contains(logins[i].error.text, "the disk is full");
        assert_false(is_stored(scratch, logins[i].user));
    }
}

/* SQLite undoes the transaction for errors of reading as well. Without one, each writer's part
 * would be a transaction of its own, and be committed although its login hears of a failure. */
static void test_writers_after_a_reader_that_lost_all_store_nothing(void **state)
{
    struct scratch_store *scratch = *state;
    static const unsigned counts[] = {2, WRITERS};

    for (size_t round = 0; round < CS_ARRAY_SIZE(counts); round++) {
        struct login logins[WRITERS] = {0};

        logins[1] = (struct login){.work = lose_all, .access = CS_STORE_READ};
        run_together(scratch->store, logins, counts[round]);
        for (unsigned i = 0; i < counts[round]; i++) {
            assert_int_equal(logins[i].result, CS_ERR_STORE);
            assert_false(is_stored(scratch, logins[i].user));
        }
        assert_contains(logins[0].error.text, "SQLite has undone");
        assert_int_equal(syncs, 0);
    }
}

static void test_readers_see_what_was_committed(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    for (unsigned i = 1; i < WRITERS; i += 2)
        logins[i].work = read_language;
    run_together(scratch->store, logins, WRITERS);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(logins[i].result, CS_OK);
    for (unsigned i = 1; i < WRITERS; i += 2)
        assert_string_equal(logins[i].seen, "");
    assert_true(is_stored(scratch, "user0"));
}

static void test_readers_are_told_what_writers_are_not(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    for (unsigned i = 0; i < WRITERS; i += 2)
        logins[i].work = read_language;
    logins[7] = (struct login){.work = lose_all, .access = CS_STORE_WRITE};
    run_together(scratch->store, logins, WRITERS);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(logins[i].result, i % 2 == 0 ? CS_OK : CS_ERR_STORE);
}

static bool has_row(struct scratch_store *scratch, const char *user)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    static const char sql[] = "SELECT count(*) FROM preference WHERE user = ?1";
    unsigned count = 0;

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_sql_count(scratch->store, sql, user, &count, NULL), CS_OK);
    return count > 0;
}

static void forget_all(struct scratch_store *scratch)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};

    scratch_store_begin(scratch, &transaction);
    assert_int_equal(cs_sql_exec(scratch->store, "DELETE FROM preference", NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

/* A reader, one who fails by itself, and writers, with a supply that ends sooner and later.
 * *ret_told counts failures and successes. */
static void run_short(struct scratch_store *scratch, struct supply *supply, cs_store_work *work,
                      unsigned ret_told[2])
{
    for (bool came = true; came;) {
        struct login logins[SOME] = {
            [1] = {.work = read_language},
            [3] = {.work = write_and_fail, .access = CS_STORE_WRITE},
        };

        for (unsigned i = 0; i < SOME; i++) {
            if (logins[i].work == NULL)
                logins[i] = (struct login){.work = work, .access = CS_STORE_WRITE};
        }
        supply->last++;
        supply->asked = 0;
        run_together(scratch->store, logins, SOME);
        came = supply->asked >= supply->last;
        for (unsigned i = 0; i < SOME; i++) {
            bool good = logins[i].result == CS_OK;

            assert_int_equal(has_row(scratch, logins[i].user), good && i != 1);
            assert_false(i == 3 && good);
            ret_told[good]++;
        }
        forget_all(scratch);
    }
    assert_int_equal(cs_store_check(scratch->store, NULL), CS_OK);
    assert_uint_in_range(supply->last, 20, 10000);
    supply->last = 0;
    assert_true(ret_told[false] > 0 && ret_told[true] > 0);
}

/* In BEGIN, SAVEPOINT, RELEASE and COMMIT as well. */
static void test_whoever_is_told_of_success_is_stored_when_memory_runs_out(void **state)
{
    unsigned told[2] = {0};

    run_short(*state, &memory_left, write_language, told);
}

static enum cs_err write_much(const struct cs_transaction *transaction, void *context,
                              struct cs_error *error)
{
    static const char sql[] = "INSERT INTO preference VALUES (?1, hex(zeroblob(20000)))";
    const struct login *login = context;
    sqlite3_stmt *statement = NULL;
    enum cs_err result = cs_sql(transaction->store, sql, &statement, error);

    if (result != CS_OK)
        return result;
    cs_sql_bind_text(statement, 1, login->user);
    return cs_sql_run(transaction->store, statement, error);
}

/* With so little memory that pages are written before the commit, within a login's own part. */
static void test_whoever_is_told_of_success_is_stored_when_the_disk_is_full(void **state)
{
    struct scratch_store *scratch = *state;
    unsigned told[2] = {0};

    assert_int_equal(cs_sql_exec(scratch->store, "PRAGMA cache_size=2", NULL), CS_OK);
    disk_left.for_good = true;
    run_short(scratch, &disk_left, write_much, told);
}

/* Each who leads fails alone, and the next one tries. */
static void test_without_a_store_nobody_waits(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    takes_store_away = true;
    run_together(scratch->store, logins, WRITERS);
    takes_store_away = false;
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(logins[i].result, CS_ERR_NOT_FOUND);
    assert_int_equal(rename(scratch->store->lock_path, scratch->path), 0);
    logins[0] = (struct login){0};
    run_together(scratch->store, logins, 1);
    assert_int_equal(logins[0].result, CS_OK);
    assert_true(is_stored(scratch, logins[0].user));
}

static void test_readers_commit_nothing(void **state)
{
    struct scratch_store *scratch = *state;
    struct login logins[WRITERS] = {0};

    for (unsigned i = 0; i < WRITERS; i++)
        logins[i].work = read_language;
    run_together(scratch->store, logins, WRITERS);
    assert_int_equal(syncs, 0);
}

/* ---- another process ---- */

static atomic_uint batches;
static atomic_bool over;

static enum cs_err write_slowly(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    pause_for(SLOW_NS);
    batches++;
    return write_language(transaction, context, error);
}

static void *keep_busy(void *argument)
{
    struct login *login = argument;

    while (!over && login->result == CS_OK)
        login->result = cs_store_run(login->store, CS_STORE_WRITE, write_slowly, login, NULL);
    return NULL;
}

/* Writes once for each byte that comes, and answers when that is done. */
static int be_another(const struct scratch_store *scratch, int in, int out)
{
    struct cs_store *store = NULL;
    struct login login = {.user = "another"};
    enum cs_err result = cs_store_open(scratch->path, scratch->key_path, false, &store, NULL);
    char byte;

    while (result == CS_OK && read(in, &byte, 1) == 1) {
        result = cs_store_run(store, CS_STORE_WRITE, write_language, &login, NULL);
        if (write(out, "", 1) != 1)
            break;
    }
    cs_store_close(&store);
    return result == CS_OK ? 0 : 1;
}

/* How many batches go by before another process has had its turn. */
static unsigned passed_over(int to, int from)
{
    unsigned before = batches;
    char byte;

    assert_int_equal(write(to, "", 1), 1);
    assert_int_equal(read(from, &byte, 1), 1);
    return batches - before;
}

static void test_another_process_waits_for_two_batches_at_most(void **state)
{
    struct scratch_store *scratch = *state;
    struct login login = {.store = scratch->store, .user = "busy"};
    int status = -1, to[2], from[2];
    pthread_t thread;
    pid_t child;

    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    child = fork(); /* before there are threads */
    if (child == 0) {
        (void)close(to[1]);
        _exit(be_another(scratch, to[0], from[1]));
    }
    (void)close(from[1]); /* so that a child that fails is the end of its answers */
    over = false;
    assert_int_equal(pthread_create(&thread, NULL, keep_busy, &login), 0);
    for (unsigned i = 0; i < 10; i++)
        assert_uint_in_range(passed_over(to[1], from[0]), 0, 2);
    (void)close(to[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    over = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(login.result, CS_OK);
    (void)close(to[0]);
    (void)close(from[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_one_commit_for_all),
        IN_STORE(test_a_failure_is_its_own),
        IN_STORE(test_a_commit_that_fails_is_everybodys),
        IN_STORE(test_nobody_waits_for_a_disk_that_writes_for_others),
        IN_STORE(test_a_full_disk_in_the_middle_stores_nothing),
        IN_STORE(test_writers_after_a_reader_that_lost_all_store_nothing),
        IN_STORE(test_readers_see_what_was_committed),
        IN_STORE(test_readers_are_told_what_writers_are_not),
        IN_STORE(test_whoever_is_told_of_success_is_stored_when_memory_runs_out),
        IN_STORE(test_whoever_is_told_of_success_is_stored_when_the_disk_is_full),
        IN_STORE(test_without_a_store_nobody_waits),
        IN_STORE(test_readers_commit_nothing),
        IN_STORE(test_another_process_waits_for_two_batches_at_most),
    };

    watch_supplies();
    assert_int_equal(sem_init(&held, 0, 0), 0);
    assert_int_equal(sem_init(&released, 0, 0), 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
