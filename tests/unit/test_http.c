/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client against a real server: answers, refusals, retries, leaving early. */
#include "tests/unit/unit.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"
#include "net/retry.h"
#include "tests/support/http_server.h"

enum { THREADS = 100, SOON_MS = 100 };

static struct cs_http_request get(const char *target, bool idempotent)
{
    return (struct cs_http_request){
        .method = "GET", .target = target, .idempotent = idempotent, .what = "the test"};
}

/* The result of a GET, with its error text. */
static enum cs_err result_of(struct cs_http *http, const char *target, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    return http_server_get(http, target, &response, error);
}

/* ---- answers ---- */

static void test_get_answer_is_whole(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    assert_int_equal(http_server_get(http, "/ok", &response, NULL), CS_OK);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.body.data, "{\"ok\": true}");
    assert_string_equal(response.content_type, "application/json");
    assert_int_equal(response.retry_after_ms, 0);
}

static void test_date_of_the_server(void **state)
{
    static const struct {
        const char *target;
        int64_t date;
    } rows[] = {
        {"/dated/Sun,_06_Nov_1994_08:49:37_GMT/-", 784111777},
        {"/dated/Sun,_06_Nov_1994_08:49:37_GMT/900", 784111777 + 900},
        {"/dated/Sun,_06_Nov_1994_08:49:37_GMT/soon", 784111777},
        {"/dated/Sun,_06_Nov_1994_08:49:37_GMT/99999999999999999999", 0},
        {"/dated/yesterday/-", 0},
        {"/dated/-/900", 0},
    };
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

        assert_int_equal(http_server_get(http, rows[i].target, &response, NULL), CS_OK);
        assert_int_equal(response.date, rows[i].date);
    }
}

static void test_empty_body_is_text(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "http");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    assert_int_equal(http_server_get(http, "/empty", &response, NULL), CS_OK);
    assert_int_equal(response.status, 204);
    assert_string_equal(response.body.data, "");
}

static void test_request_is_sent_as_given(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_call call = http_server_call();
    const struct cs_http_request request = {.method = "PATCH",
                                            .target = "/echo/../a?filter=b%20c",
                                            .content_type = "application/scim+json",
                                            .accept = "application/json",
                                            .bearer = SECRET("t0ken"),
                                            .body = SECRET("{\"a\":1}"),
                                            .what = "the test"};

    call.language = "de";
    assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), CS_OK);
    assert_contains(response.body.data, "PATCH /echo/../a?filter=b%20c from ");
    assert_contains(response.body.data, "Content-Type: application/scim+json\n");
    assert_contains(response.body.data, "Accept: application/json\n");
    assert_contains(response.body.data, "Accept-Language: de\n");
    assert_contains(response.body.data, "Authorization: Bearer t0ken\n");
    assert_contains(response.body.data, "User-Agent: countersign/");
    assert_contains(response.body.data, "\n\n{\"a\":1}");
    assert_null(strstr(response.body.data, "Accept-Encoding"));
    assert_null(strstr(response.body.data, "Cookie"));
    assert_null(strstr(response.body.data, "Expect"));
}

static void test_connection_is_kept(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    unsigned long ports[3] = {0};

    for (size_t i = 0; i < CS_ARRAY_SIZE(ports); i++) {
        CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

        assert_int_equal(http_server_get(http, "/echo", &response, NULL), CS_OK);
        assert_contains(response.body.data, " from ");
        ports[i] = strtoul(strstr(response.body.data, " from ") + 6, NULL, 10);
    }
    assert_int_equal(ports[0], ports[1]);
    assert_int_equal(ports[0], ports[2]);
}

static void test_redirect_is_an_answer(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    assert_int_equal(http_server_get(http, "/redirect", &response, NULL), CS_OK);
    assert_int_equal(response.status, 302);
    assert_int_equal(http_server_seen(*state, "redirected"), 0);
}

static void test_packed_body_stays_packed(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    assert_int_equal(http_server_get(http, "/packed", &response, NULL), CS_OK);
    assert_string_equal(response.body.data, "not gzip at all");
}

static void test_body_at_its_limit(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_error error = {0};

    assert_int_equal(http_server_get(http, "/big/1048576", &response, NULL), CS_OK);
    assert_int_equal(response.body.length, CS_HTTP_BODY_MAX);
    assert_int_equal(result_of(http, "/big/1048577", &error), CS_ERR_LIMIT);
    assert_contains(error.text, "larger than allowed");
    assert_int_equal(result_of(http, "/chunks", &error), CS_ERR_LIMIT);
    assert_int_equal(result_of(http, "/header/60000", &error), CS_OK);
    assert_int_equal(result_of(http, "/header/70000", &error), CS_ERR_LIMIT);
}

static void test_header_bytes_are_refused(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "http");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_call call = http_server_call();
    struct cs_http_request request = get("/ok a", false);

    assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), CS_ERR_INPUT);
    request.target = "/ok";
    request.bearer = SECRET("a\r\nX: b");
    assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), CS_ERR_INPUT);
    request.bearer = SECRET("a\0b");
    assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), CS_ERR_INPUT);
    request.bearer = NULL;
    call.language = "de\n";
    assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), CS_ERR_INPUT);
}

/* ---- no answer ---- */

static void test_tls_is_verified(void **state)
{
    static const char *const servers[] = {"elsewhere", "expired", "untrusted", "old", "http"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(servers); i++) {
        struct cs_http_settings settings = http_server_settings(*state, "https", servers[i]);
        CS_AUTO(cs_http_free) struct cs_http *http = NULL;
        struct cs_error error = {0};

        assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
        assert_int_equal(result_of(http, "/ok", &error), CS_ERR_TRUST);
        assert_int_equal(error.code, CS_ERR_TRUST);
        assert_contains(error.text, "the test: https://localhost:");
    }
}

/* Without its own file the system's certificates count, and the server's is not among them. */
static void test_other_ca_file_is_trust(void **state)
{
    static const struct {
        const char *ca_file, *says;
    } cases[] = {{"/nonexistent/ca.pem", "cannot be read"}, {NULL, "is not trusted"}};
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");

    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_http_free) struct cs_http *http = NULL;
        struct cs_error error = {0};

        settings.ca_file = cases[i].ca_file;
        assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
        assert_int_equal(result_of(http, "/ok", &error), CS_ERR_TRUST);
        assert_contains(error.text, cases[i].says);
    }
}

/* A port that nobody listens on: bound, not listening. */
static int closed_port(unsigned *ret_port)
{
    struct sockaddr_storage address = {.ss_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    ((unsigned char *)&address)[4] = 127;
    ((unsigned char *)&address)[7] = 1;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = (unsigned)((unsigned char *)&address)[2] << 8 | ((unsigned char *)&address)[3];
    return fd;
}

static void test_unreachable_kinds(void **state)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    static const char *const schemes[] = {"http", "https"};
    struct cs_error error = {0};
    char url[64];
    unsigned port;

    fd = closed_port(&port);
    for (size_t i = 0; i < CS_ARRAY_SIZE(schemes); i++) {
        struct cs_http_settings settings = http_server_settings(*state, schemes[i], "resets");
        CS_AUTO(cs_http_free) struct cs_http *resets = NULL;
        CS_AUTO(cs_http_free) struct cs_http *closed = NULL;

        assert_int_equal(cs_http_new(&settings, &resets, NULL), CS_OK);
        assert_int_equal(result_of(resets, "/ok", &error), CS_ERR_UNREACHABLE);
        assert_contains(error.text, "ended without an answer");
        (void)snprintf(url, sizeof url, "%s://127.0.0.1:%u", schemes[i], port);
        settings.base_url = url;
        assert_int_equal(cs_http_new(&settings, &closed, NULL), CS_OK);
        assert_int_equal(result_of(closed, "/ok", &error), CS_ERR_UNREACHABLE);
        assert_contains(error.text, "cannot connect");
    }
}

static void test_broken_answers(void **state)
{
    static const struct {
        const char *target;
        enum cs_err result;
    } cases[] = {
        {"/reset", CS_ERR_UNREACHABLE},
        {"/cut", CS_ERR_UNAVAILABLE},
        {"/stall", CS_ERR_UNAVAILABLE},
        {"/hang", CS_ERR_UNREACHABLE},
    };
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;

    settings.total_ms = 300;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        struct cs_error error = {0};

        assert_int_equal(result_of(http, cases[i].target, &error), cases[i].result);
        assert_int_equal(error.code, cases[i].result);
    }
}

/* ---- retries ---- */

static void test_retry_table(void **state)
{
    static const struct {
        struct cs_attempted attempted;
        bool idempotent;
        int64_t left, pause;
    } cases[] = {
        {{CS_ERR_UNREACHABLE, false, 0, 0}, true, 5000, CS_RETRY_PAUSE_MS},
        {{CS_ERR_UNREACHABLE, false, 0, 0}, false, 5000, -1},
        {{CS_ERR_UNREACHABLE, true, 0, 0}, true, 5000, -1},
        {{CS_ERR_UNREACHABLE, false, 0, 0}, true, CS_RETRY_PAUSE_MS, -1},
        {{CS_ERR_TRUST, false, 0, 0}, true, 5000, -1},
        {{CS_ERR_HANGUP, false, 0, 0}, true, 5000, -1},
        {{CS_ERR_UNAVAILABLE, false, 0, 0}, true, 5000, -1},
        {{CS_OK, false, 200, 0}, true, 5000, -1},
        {{CS_OK, false, 500, 0}, true, 5000, CS_RETRY_PAUSE_MS},
        {{CS_OK, false, 500, 0}, false, 5000, -1},
        {{CS_OK, false, 501, 0}, true, 5000, -1},
        {{CS_OK, false, 503, 0}, true, 5000, CS_RETRY_PAUSE_MS},
        {{CS_OK, false, 529, 1000}, true, 5000, 1000},
        {{CS_OK, false, 503, 9000}, true, 5000, -1},
        {{CS_OK, false, 503, 1000}, false, 5000, -1},
        {{CS_OK, false, 429, 1000}, false, 5000, 1000},
        {{CS_OK, false, 429, 0}, true, 5000, -1},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++)
        assert_int_equal(cs_retry_pause(&cases[i].attempted, cases[i].idempotent, cases[i].left),
                         cases[i].pause);
}

static void test_retry_happens_once(void **state)
{
    static const struct {
        const char *target, *name;
        bool idempotent;
        enum cs_err result;
        long status;
        unsigned seen;
    } cases[] = {
        {"/flaky/503/-/a", "a", true, CS_OK, 200, 2},
        {"/flaky/503/-/b", "b", false, CS_OK, 503, 1},
        {"/status/503/-/c", "c", true, CS_OK, 503, 2},
        {"/flaky/429/1/d", "d", false, CS_OK, 200, 2},
        {"/status/503/60/e", "e", true, CS_OK, 503, 1},
        {"/resetonce/f", "f", true, CS_OK, 200, 2},
        {"/resetonce/g", "g", false, CS_ERR_UNREACHABLE, 0, 1},
        {"/halfline/h", "h", false, CS_ERR_UNREACHABLE, 0, 1},
        {"/halfline/i", "i", true, CS_ERR_UNREACHABLE, 0, 2},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
        CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
        const struct cs_http_call call = http_server_call();
        const struct cs_http_request request = get(cases[i].target, cases[i].idempotent);

        assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL), cases[i].result);
        assert_int_equal(response.status, cases[i].status);
        assert_int_equal(http_server_seen(*state, cases[i].name), cases[i].seen);
    }
}

/* On a connection that was used before, libcurl would try again itself. It has reached the server
 * by then, so the result is not "unreachable", which may let somebody in. */
static void test_post_is_never_sent_twice(void **state)
{
    static const struct {
        const char *target, *name;
        bool idempotent;
        unsigned seen;
    } cases[] = {
        {"/halfline/posted", "posted", false, 1},
        {"/reset/stale", "stale", false, 1},
        {"/resetonce/again", "again", true, 2},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
        CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
        const struct cs_http_call call = http_server_call();
        const struct cs_http_request request = {.method = "POST",
                                                .target = cases[i].target,
                                                .body = SECRET("x=1"),
                                                .idempotent = cases[i].idempotent,
                                                .what = "the test"};

        assert_int_equal(result_of(http, "/ok", NULL), CS_OK);
        assert_int_equal(cs_http_perform(http, &call, &request, &response, NULL),
                         cases[i].idempotent ? CS_OK : CS_ERR_UNREACHABLE);
        assert_int_equal(http_server_seen(*state, cases[i].name), cases[i].seen);
    }
}

/* ---- leaving early ---- */

struct leaver {
    struct cs_http *http;
    const char *target;
    int fd;
    bool idempotent;
    enum cs_err result;
    int64_t ended;
};

static void *leave(void *argument)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct leaver *leaver = argument;
    struct cs_http_call call = http_server_call();
    const struct cs_http_request request = get(leaver->target, leaver->idempotent);

    call.cancel_fd = leaver->fd;
    leaver->result = cs_http_perform(leaver->http, &call, &request, &response, NULL);
    leaver->ended = cs_clock_ms();
    return NULL;
}

/* In a transfer, and in the pause before a second attempt. */
static void test_hangup_ends_call_at_once(void **state)
{
    static const struct {
        const char *target, *name;
        bool idempotent;
    } cases[] = {{"/hang/left", "left", false}, {"/status/503/8/paused", "paused", true}};
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");

    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        struct leaver leaver = {.http = http, .target = cases[i].target};
        pthread_t thread;
        int ends[2];
        int64_t before;

        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
        leaver.fd = ends[0];
        leaver.idempotent = cases[i].idempotent;
        assert_int_equal(pthread_create(&thread, NULL, leave, &leaver), 0);
        while (http_server_seen(*state, cases[i].name) == 0)
            continue;
        before = cs_clock_ms();
        close(ends[1]);
        pthread_join(thread, NULL);
        close(ends[0]);
        assert_int_equal(leaver.result, CS_ERR_HANGUP);
        assert_true(leaver.ended - before < SOON_MS);
    }
    assert_int_equal(result_of(http, "/ok", NULL), CS_OK);
}

/* The only connection is taken: a login that waits for it leaves at once, and others can still use
 * it. */
static void test_hangup_ends_wait_for_connection(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    struct leaver leavers[2];
    pthread_t threads[2];
    int ends[2][2];

    settings.max_handles = 1;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends[i]), 0);
        leavers[i] = (struct leaver){.http = http, .target = "/hang/taken", .fd = ends[i][0]};
        assert_int_equal(pthread_create(&threads[i], NULL, leave, &leavers[i]), 0);
        while (http_server_seen(*state, "taken") == 0)
            continue;
    }
    for (size_t i = 2; i-- > 0;) {
        int64_t before = cs_clock_ms();

        close(ends[i][1]);
        pthread_join(threads[i], NULL);
        close(ends[i][0]);
        assert_int_equal(leavers[i].result, CS_ERR_HANGUP);
        assert_true(leavers[i].ended - before < SOON_MS);
    }
    assert_int_equal(http_server_seen(*state, "taken"), 1);
    assert_int_equal(result_of(http, "/ok", NULL), CS_OK);
}

static void test_deadline_ends_call(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_call call = http_server_call();
    const struct cs_http_request request = get("/hang", true);
    int64_t before = cs_clock_ms();
    struct cs_error error = {0};

    call.deadline = before + 200;
    assert_int_equal(cs_http_perform(http, &call, &request, &response, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "no answer in time");
    assert_true(cs_clock_ms() - before >= 190);
    assert_true(cs_clock_ms() - before < 200 + SOON_MS);
    assert_int_equal(cs_http_perform(http, &call, &request, &response, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "no time is left");
}

/* ---- many at once ---- */

struct one_of_many {
    struct cs_http *http;
    const char *target;
    enum cs_err result;
    long status;
};

static void *get_once(void *argument)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct one_of_many *one = argument;

    one->result = http_server_get(one->http, one->target, &response, NULL);
    one->status = response.status;
    return NULL;
}

static void all_at_once(struct cs_http *http, const char *target)
{
    struct one_of_many many[THREADS] = {0};
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        many[i].http = http;
        many[i].target = target;
        assert_int_equal(pthread_create(&threads[i], NULL, get_once, &many[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(many[i].result, CS_OK);
        assert_int_equal(many[i].status, 200);
    }
}

static void test_connections_are_bounded(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    settings.max_handles = 4;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    all_at_once(http, "/hold");
    assert_int_equal(http_server_get(http, "/most", &response, NULL), CS_OK);
    assert_true(strtoul(response.body.data, NULL, 10) <= 4);
}

/* The server speaks nothing older; all logins share one connection. */
static void test_second_version(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "https", "second");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    if (http_server_port(*state, "second") == 0)
        skip(); /* nghttpd is not installed */
    settings.max_handles = 1;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    assert_int_equal(http_server_get(http, "/page", &response, NULL), CS_OK);
    assert_string_equal(response.body.data, "second");
    all_at_once(http, "/page");
}

/* Idle, the I/O thread sleeps. */
static void test_idle_costs_nothing(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(*state, "https");
    struct timespec before;
    struct timespec after;

    assert_int_equal(result_of(http, "/ok", NULL), CS_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    assert_int_equal(poll(NULL, 0, 300), 0); /* there is no event to await: the test is that
                                              * nothing happens */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true((after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec <
                20000000L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections_are_bounded), /* first: the server counts all */
        cmocka_unit_test(test_get_answer_is_whole),
        cmocka_unit_test(test_date_of_the_server),
        cmocka_unit_test(test_empty_body_is_text),
        cmocka_unit_test(test_request_is_sent_as_given),
        cmocka_unit_test(test_connection_is_kept),
        cmocka_unit_test(test_redirect_is_an_answer),
        cmocka_unit_test(test_packed_body_stays_packed),
        cmocka_unit_test(test_body_at_its_limit),
        cmocka_unit_test(test_header_bytes_are_refused),
        cmocka_unit_test(test_tls_is_verified),
        cmocka_unit_test(test_other_ca_file_is_trust),
        cmocka_unit_test(test_unreachable_kinds),
        cmocka_unit_test(test_broken_answers),
        cmocka_unit_test(test_retry_table),
        cmocka_unit_test(test_retry_happens_once),
        cmocka_unit_test(test_post_is_never_sent_twice),
        cmocka_unit_test(test_hangup_ends_call_at_once),
        cmocka_unit_test(test_hangup_ends_wait_for_connection),
        cmocka_unit_test(test_deadline_ends_call),
        cmocka_unit_test(test_second_version),
        cmocka_unit_test(test_idle_costs_nothing),
    };

    return cmocka_run_group_tests(tests, http_server_setup, http_server_teardown);
}
