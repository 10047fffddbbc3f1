/* SPDX-License-Identifier: Apache-2.0 */
/* The token cache against a real server, and how it reads answers. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/bearer.h"
#include "tests/support/http_server.h"

enum { THREADS = 100, SOON_MS = 100 };

static struct cs_bearer_cache *cache_at(struct cs_http *http, const char *path)
{
    const struct cs_bearer_settings settings = {
        .path = path, .client_id = "the id", .client_secret = SECRET("s&cret=+%\xc3\xbc")};
    struct cs_bearer_cache *cache = cs_bearer_cache_new(http, &settings);

    assert_non_null(cache);
    return cache;
}

static void assert_token(struct cs_bearer_cache *cache, const char *expected)
{
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    const struct cs_http_call call = http_server_call();

    assert_int_equal(cs_bearer_get(cache, &call, &token, NULL), CS_OK);
    assert_holds(&token, expected, strlen(expected));
}

/* ---- one request for all ---- */

struct login {
    pthread_barrier_t *all; /* NULL: starts by itself */
    struct cs_bearer_cache *cache;
    int fd;
    enum cs_err result;
    struct cs_secret token;
    struct cs_error error;
    int64_t ended;
};

static void *log_in(void *argument)
{
    struct login *login = argument;
    struct cs_http_call call = http_server_call();

    call.cancel_fd = login->fd;
    if (login->all != NULL)
        (void)pthread_barrier_wait(login->all);
    login->result = cs_bearer_get(login->cache, &call, &login->token, &login->error);
    login->ended = cs_clock_ms();
    return NULL;
}

/* On the heap: an error is half a kilobyte. The caller's to free. */
static struct login *all_at_once(struct cs_bearer_cache *cache)
{
    struct login *logins = calloc(THREADS, sizeof *logins);
    pthread_t threads[THREADS];
    pthread_barrier_t all; /* threads may take longer to start than an answer to come */

    assert_non_null(logins);
    assert_int_equal(pthread_barrier_init(&all, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        logins[i] = (struct login){.all = &all, .cache = cache, .fd = -1};
        assert_int_equal(pthread_create(&threads[i], NULL, log_in, &logins[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&all);
    return logins;
}

static void test_hundred_logins_share_one_request(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/good/shared");
    struct login *logins = all_at_once(cache);

    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(logins[i].result, CS_OK);
        assert_holds(&logins[i].token, TEXT("token-1"));
        cs_secret_free(&logins[i].token);
    }
    free(logins);
    assert_int_equal(http_server_seen(*state, "shared"), 1);
}

/* All logins waiting for a refused request fail with it; they do not each ask again. */
static void test_refusal_is_shared(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/refused/refusals");
    struct login *logins = all_at_once(cache);

    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(logins[i].result, CS_ERR_CONFIG);
        assert_contains(logins[i].error.text, "client-id and client-secret");
    }
    free(logins);
    assert_true(http_server_seen(*state, "refusals") < THREADS / 4);
}

/* The first login's request hangs; a waiting one takes over when it is given up. */
static void test_waiter_takes_over(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/hangonce/handed");
    struct login logins[3] = {0};
    pthread_t threads[3];
    int ends[3][2];
    int64_t before;

    for (size_t i = 0; i < CS_ARRAY_SIZE(logins); i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends[i]), 0);
        logins[i] = (struct login){.cache = cache, .fd = ends[i][0]};
        assert_int_equal(pthread_create(&threads[i], NULL, log_in, &logins[i]), 0);
        while (http_server_seen(*state, "handed") == 0)
            continue;
    }
    before = cs_clock_ms();
    close(ends[1][1]); /* one who waits, or is about to */
    pthread_join(threads[1], NULL);
    assert_int_equal(logins[1].result, CS_ERR_HANGUP);
    close(ends[0][1]); /* the one whose request hangs */
    pthread_join(threads[0], NULL);
    pthread_join(threads[2], NULL);
    assert_int_equal(logins[0].result, CS_ERR_HANGUP);
    assert_int_equal(logins[2].result, CS_OK);
    assert_holds(&logins[2].token, TEXT("token-2"));
    assert_true(logins[1].ended - before < SOON_MS);
    cs_secret_free(&logins[2].token);
    for (size_t i = 0; i < CS_ARRAY_SIZE(logins); i++)
        close(ends[i][0]);
    close(ends[2][1]);
}

/* ---- life ---- */

static void test_drop_forgets_only_that_token(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/good/dropped");

    assert_token(cache, "token-1");
    cs_bearer_drop(cache, SECRET("token-0"));
    assert_token(cache, "token-1");
    cs_bearer_drop(cache, SECRET("token-1"));
    assert_token(cache, "token-2");
    cs_bearer_drop(cache, SECRET("token-1"));
    assert_token(cache, "token-2");
    assert_int_equal(http_server_seen(*state, "dropped"), 2);
}

static void test_short_life_is_used_and_ends(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/short/brief");
    int64_t end = cs_clock_ms() + 1100;

    assert_token(cache, "token-1");
    assert_token(cache, "token-1");
    while (cs_clock_left(end) > 0)
        continue;
    assert_token(cache, "token-2");
}

static void test_unreachable_stays_unreachable(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "https", "resets");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    CS_AUTO(cs_bearer_cache_free) struct cs_bearer_cache *cache = NULL;
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    const struct cs_http_call call = http_server_call();
    struct cs_error error = {0};

    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    cache = cache_at(http, NULL);
    assert_int_equal(cs_bearer_get(cache, &call, &token, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "the token request: https://localhost:");
    assert_null(token.data);
}

/* ---- what is sent and read ---- */

static void test_form_is_encoded(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_bearer_cache_free)
    struct cs_bearer_cache *cache = cache_at(http, "/token/form/sent");

    assert_token(cache, "grant_type=client_credentials&client_id=the%20id&"
                        "client_secret=s%26cret%3D%2B%25%C3%BC");
}

static void test_answers(void **state)
{
#define GOOD "\"access_token\":\"t\",\"token_type\":\"bearer\""
    static const struct {
        long status;
        const char *text;
        enum cs_err result;
        int64_t life;
        const char *says;
    } cases[] = {
        {200, "{" GOOD ",\"expires_in\":7199}", CS_OK, 7199, NULL},
        {201, "{" GOOD "}", CS_OK, CS_BEARER_LIFE_UNKNOWN, NULL},
        {200, "{" GOOD ",\"expires_in\":99999999}", CS_OK, CS_BEARER_LIFE_MAX, NULL},
        {200, "{" GOOD ",\"expires_in\":0}", CS_ERR_UNAVAILABLE, 0, "expires_in"},
        {200, "{" GOOD ",\"expires_in\":-5}", CS_ERR_UNAVAILABLE, 0, "expires_in"},
        {200, "{" GOOD ",\"expires_in\":\"60\"}", CS_ERR_UNAVAILABLE, 0, "expires_in"},
        {200, "{" GOOD ",\"expires_in\":null}", CS_ERR_UNAVAILABLE, 0, "expires_in"},
        {200, "{\"access_token\":\"t\"}", CS_ERR_UNAVAILABLE, 0, "token_type"},
        {200, "{\"access_token\":\"t\",\"token_type\":\"mac\"}", CS_ERR_UNAVAILABLE, 0, "Bearer"},
        {200, "{\"access_token\":\"\",\"token_type\":\"Bearer\"}", CS_ERR_UNAVAILABLE, 0,
         "access_token"},
        {200, "{\"access_token\":\"a\\r\\nX: b\",\"token_type\":\"Bearer\"}", CS_ERR_UNAVAILABLE, 0,
         "access_token"},
        {200, "{\"access_token\":7,\"token_type\":\"Bearer\"}", CS_ERR_UNAVAILABLE, 0,
         "access_token"},
        {200, "{" GOOD "," GOOD "}", CS_ERR_UNAVAILABLE, 0, "not JSON"},
        {200, "<html>", CS_ERR_UNAVAILABLE, 0, "not JSON"},
        {200, "", CS_ERR_UNAVAILABLE, 0, "not JSON"},
        {200, "[]", CS_ERR_UNAVAILABLE, 0, "token_type"},
        {400, "{\"error\":\"invalid_client\"}", CS_ERR_CONFIG, 0, "client-secret"},
        {401, "{\"error\":\"invalid_client\"}", CS_ERR_CONFIG, 0, "client-secret"},
        {401, "", CS_ERR_CONFIG, 0, "status 401)"},
        {400, "{\"error\":\"invalid_scope\\u001b[31m\"}", CS_ERR_UNAVAILABLE, 0, "invalid_scope?"},
        {400, "{\"error\":{}}", CS_ERR_UNAVAILABLE, 0, "status 400)"},
        {503, "busy", CS_ERR_UNREACHABLE, 0, "status 503"},
        {302, "", CS_ERR_UNAVAILABLE, 0, "status 302"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret token = {0};
        struct cs_error error = {0};
        int64_t life = 0;

        assert_int_equal(cs_bearer_read(cases[i].status, cases[i].text, strlen(cases[i].text),
                                        &token, &life, &error),
                         cases[i].result);
        assert_int_equal(life, cases[i].life);
        if (cases[i].result == CS_OK) {
            assert_holds(&token, TEXT("t"));
            continue;
        }
        assert_null(token.data);
        assert_contains(error.text, cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hundred_logins_share_one_request),
        cmocka_unit_test(test_refusal_is_shared),
        cmocka_unit_test(test_waiter_takes_over),
        cmocka_unit_test(test_drop_forgets_only_that_token),
        cmocka_unit_test(test_short_life_is_used_and_ends),
        cmocka_unit_test(test_unreachable_stays_unreachable),
        cmocka_unit_test(test_form_is_encoded),
        cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests(tests, http_server_setup, http_server_teardown);
}
