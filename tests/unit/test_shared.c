/* SPDX-License-Identifier: Apache-2.0 */
/* A value that all logins share: how often it is fetched, how long it lives, and who waits. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/shared.h"
#include "tests/support/fake_clock.h"

enum { LOGINS = 12, LIFE_MS = 60 * 1000 };

/* A server that gives numbers. */
struct server {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned fetches, freed, asking;
    unsigned hold;          /* a fetch waits until so many logins ask */
    bool closed, inside;    /* a fetch waits at the gate; one is there */
    enum cs_err results[3]; /* of the first fetches */
    struct cs_shared *shared;
};

static struct server server;

static enum cs_err fetch(void *context, const struct cs_http_call *call, void **ret_value,
                         int64_t *ret_life_ms, struct cs_error *error)
{
    enum cs_err result;

    (void)call;
    assert_ptr_equal(context, &server);
    pthread_mutex_lock(&server.lock);
    server.inside = true;
    pthread_cond_broadcast(&server.changed);
    while (server.closed || server.asking < server.hold)
        pthread_cond_wait(&server.changed, &server.lock);
    server.inside = false;
    result =
        server.fetches < CS_ARRAY_SIZE(server.results) ? server.results[server.fetches] : CS_OK;
    server.fetches++;
    pthread_mutex_unlock(&server.lock);
    if (result != CS_OK)
        return cs_fail(error, result, "fetch %u is broken", server.fetches);
    *ret_value = calloc(1, sizeof(unsigned));
    assert_non_null(*ret_value);
    *(unsigned *)*ret_value = server.fetches;
    *ret_life_ms = LIFE_MS;
    return CS_OK;
}

static void free_value(void *value)
{
    free(value);
    server.freed++;
}

static int open_server(void **state)
{
    const struct cs_shared_settings settings = {fetch, free_value, &server, "the number"};

    (void)state;
    server =
        (struct server){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    server.shared = cs_shared_new(&settings);
    return server.shared != NULL ? 0 : -1;
}

/* Whatever was fetched is released. */
static int close_server(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(server.results) && i < server.fetches; i++)
        failed += server.results[i] != CS_OK;
    cs_shared_free(&server.shared);
    return server.shared == NULL && server.freed == server.fetches - failed ? 0 : -1;
}

static struct cs_http_call call_of(int64_t left_ms)
{
    return (struct cs_http_call){.deadline = cs_clock_ms() + left_ms, .cancel_fd = -1};
}

static unsigned get(struct cs_shared_use *use)
{
    const struct cs_http_call call = call_of(30000);
    struct cs_error error = {0};

    if (cs_shared_begin(server.shared, &call, use, &error) != CS_OK)
        fail_msg("%s", error.text);
    return *(unsigned *)cs_shared_value(use);
}

static void assert_gets(unsigned value)
{
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};

    assert_int_equal(get(&use), value);
}

/* ---- one login after the other ---- */

static void test_fetched_once_while_it_lives(void **state)
{
    int64_t begun;

    (void)state;
    assert_gets(1);
    begun = cs_clock_ms();
    assert_gets(1);
    fake_clock_pass(begun + LIFE_MS - 10000);
    assert_gets(1);
    fake_clock_pass(begun + LIFE_MS);
    assert_gets(2);
    assert_gets(2);
}

/* A login goes on with what it has, and the value is released only after it. */
static void test_old_value_while_in_use(void **state)
{
    struct cs_shared_use old = {0}, current = {0};

    (void)state;
    assert_int_equal(get(&old), 1);
    cs_shared_spoil(&old);
    assert_int_equal(*(unsigned *)cs_shared_value(&old), 1);
    assert_int_equal(get(&current), 2);
    assert_int_equal(server.freed, 0);
    cs_shared_spoil(&old); /* the new one is not what was found wrong */
    assert_gets(2);
    cs_shared_end(&old);
    assert_int_equal(server.freed, 1);
    cs_shared_end(&old);
    cs_shared_end(&current);
    assert_int_equal(server.freed, 1);
}

static bool is_number(const void *value, const void *context)
{
    return *(const unsigned *)value == *(const unsigned *)context;
}

static void test_spoiled_by_its_content(void **state)
{
    static const unsigned one = 1, seven = 7;

    (void)state;
    cs_shared_spoil_if(server.shared, is_number, &one); /* there is none yet */
    assert_gets(1);
    cs_shared_spoil_if(server.shared, is_number, &seven);
    assert_gets(1);
    cs_shared_spoil_if(server.shared, is_number, &one);
    assert_gets(2);
}

/* Nothing of a failure stays. */
static void test_failure_is_not_kept(void **state)
{
    const struct cs_http_call call = call_of(30000);
    struct cs_shared_use use = {0};
    struct cs_error error = {0};

    (void)state;
    server.results[0] = CS_ERR_UNAVAILABLE;
    assert_int_equal(cs_shared_begin(server.shared, &call, &use, &error), CS_ERR_UNAVAILABLE);
    assert_string_equal(error.text, "fetch 1 is broken");
    assert_null(use.value);
    assert_gets(2);
}

/* ---- many at once ---- */

struct login {
    pthread_t thread;
    unsigned value;
    enum cs_err result;
    struct cs_error error;
};

static void *run_login(void *context)
{
    const struct cs_http_call call = call_of(30000);
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    struct login *login = context;

    pthread_mutex_lock(&server.lock);
    server.asking++;
    pthread_cond_broadcast(&server.changed);
    pthread_mutex_unlock(&server.lock);
    login->result = cs_shared_begin(server.shared, &call, &use, &login->error);
    login->value = login->result == CS_OK ? *(unsigned *)cs_shared_value(&use) : 0;
    return NULL;
}

static void run_logins(struct login *logins, unsigned count)
{
    server.hold = count;
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pthread_create(&logins[i].thread, NULL, run_login, &logins[i]), 0);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(pthread_join(logins[i].thread, NULL), 0);
}

static void test_one_request_for_all(void **state)
{
    struct login logins[LOGINS] = {0};

    (void)state;
    run_logins(logins, LOGINS);
    assert_int_equal(server.fetches, 1);
    for (size_t i = 0; i < LOGINS; i++) {
        assert_int_equal(logins[i].result, CS_OK);
        assert_int_equal(logins[i].value, 1);
    }
}

/* The login that asked is given up: that says nothing about the others, and one of them asks. */
static void test_next_one_asks(void **state)
{
    struct login logins[LOGINS] = {0};
    unsigned given_up = 0;

    (void)state;
    server.results[0] = server.results[1] = CS_ERR_HANGUP;
    run_logins(logins, LOGINS);
    assert_int_equal(server.fetches, 3);
    for (size_t i = 0; i < LOGINS; i++) {
        given_up += logins[i].result == CS_ERR_HANGUP;
        assert_true(logins[i].result == CS_ERR_HANGUP || logins[i].value == 3);
    }
    assert_int_equal(given_up, 2);
}

/* ---- waiting for another's request ---- */

static void await_fetch(void)
{
    pthread_mutex_lock(&server.lock);
    while (!server.inside)
        pthread_cond_wait(&server.changed, &server.lock);
    pthread_mutex_unlock(&server.lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&server.lock);
    server.closed = false;
    pthread_cond_broadcast(&server.changed);
    pthread_mutex_unlock(&server.lock);
}

static void test_waiting_ends_by_itself(void **state)
{
    struct cs_http_call hurried, left;
    struct login other = {0};
    struct cs_shared_use use = {0};
    struct cs_error error = {0};
    int ends[2];

    (void)state;
    server.closed = true;
    assert_int_equal(pthread_create(&other.thread, NULL, run_login, &other), 0);
    await_fetch();
    hurried = call_of(50);
    assert_int_equal(cs_shared_begin(server.shared, &hurried, &use, &error), CS_ERR_UNREACHABLE);
    assert_string_equal(error.text, "the number: no answer in time");
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    (void)close(ends[1]);
    left = call_of(30000);
    left.cancel_fd = ends[0];
    assert_int_equal(cs_shared_begin(server.shared, &left, &use, &error), CS_ERR_HANGUP);
    assert_string_equal(error.text, "the number: the login was given up");
    (void)close(ends[0]);
    assert_null(use.value);
    open_gate();
    assert_int_equal(pthread_join(other.thread, NULL), 0);
    assert_int_equal(other.value, 1);
    assert_int_equal(server.fetches, 1);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_fetched_once_while_it_lives), WITH_SERVER(test_old_value_while_in_use),
        WITH_SERVER(test_spoiled_by_its_content),      WITH_SERVER(test_failure_is_not_kept),
        WITH_SERVER(test_one_request_for_all),         WITH_SERVER(test_next_one_asks),
        WITH_SERVER(test_waiting_ends_by_itself),
    };

    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
