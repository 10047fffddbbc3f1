/* SPDX-License-Identifier: Apache-2.0 */
/* Merging SQLite's log is nobody's wait. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "store/preference.h"
#include "store/store_priv.h"
#include "tests/support/scratch_store.h"

enum { COMMITS_MAX = 200 };

static pthread_t login;         /* whose syncs take no time */
static sem_t reached, released; /* the disk hangs for others, */
static atomic_bool disk_hangs;  /* once */

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    static int (*real)(int);

    if (real == NULL)
        *(void **)(void *)&real = dlsym(RTLD_NEXT, "fdatasync");
    if (pthread_equal(pthread_self(), login) == 0 && atomic_exchange(&disk_hangs, false)) {
        (void)sem_post(&reached);
        (void)sem_wait(&released);
    }
    return real(fd);
}

static enum cs_err write_language(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    const unsigned *number = context;

    return cs_preference_set_language(transaction, "user", *number % 2 == 0 ? "fr" : "de", error);
}

static void commit(struct cs_store *store, unsigned number)
{
    assert_int_equal(cs_store_run(store, CS_STORE_WRITE, write_language, &number, NULL), CS_OK);
}

static bool is_merging(struct cs_store *store)
{
    bool merging;

    pthread_mutex_lock(&store->mutex);
    merging = store->merging;
    pthread_mutex_unlock(&store->mutex);
    return merging;
}

static void test_nobody_waits_for_a_merge(void **state)
{
    struct scratch_store *scratch = *state;
    unsigned number = 0;

    login = pthread_self();
    disk_hangs = true;
    while (number < COMMITS_MAX && !is_merging(scratch->store))
        commit(scratch->store, number++);
    assert_int_equal(sem_wait(&reached), 0);
    commit(scratch->store, number);
    assert_true(is_merging(scratch->store));
    assert_int_equal(sem_post(&released), 0);
    cs_store_end_merger(scratch->store);
    assert_false(is_merging(scratch->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(test_nobody_waits_for_a_merge),
    };

    assert_int_equal(sem_init(&reached, 0, 0) | sem_init(&released, 0, 0), 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
