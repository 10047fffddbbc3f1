/* SPDX-License-Identifier: Apache-2.0 */
/* Names that cannot be looked up, that hang, or that a proxy looks up; proxies. A
 * machine without sockets. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http.h"
#include "tests/support/fake_names.h"
#include "tests/support/http_server.h"

enum { SOON_MS = 100, LOGINS = 20 };

static struct cs_http *client(struct http_server *server, const char *scheme, const char *host,
                              const char *proxy)
{
    struct cs_http_settings settings = http_server_settings(server, scheme, scheme);
    struct cs_http *http = NULL;

    settings.base_url = http_server_url(server, scheme, host, scheme);
    settings.proxy = proxy;
    settings.proxy_set = proxy != NULL;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    return http;
}

static enum cs_err result_of(struct cs_http *http, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};

    return http_server_get(http, "/ok", &response, error);
}

/* ---- names ---- */

static void test_name_is_looked_up_once(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = client(*state, "https", "fast.test", NULL);
    unsigned before = fake_names_count();

    for (int i = 0; i < 5; i++)
        assert_int_equal(result_of(http, NULL), CS_OK);
    assert_int_equal(fake_names_count() - before, 1);
}

static void test_unknown_name_is_unreachable(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = client(*state, "https", "nowhere.test", NULL);
    struct cs_error error = {0};

    assert_int_equal(result_of(http, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "nowhere.test");
    assert_contains(error.text, "DNS");
}

/* Otherwise a broker without descriptors would let in whom failmode_insecure names. */
static void test_shortage_of_this_machine_is_no_outage(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"}; /* a connection, a look-up */
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(hosts); i++) {
        CS_AUTO(cs_http_free) struct cs_http *http = client(*state, "http", hosts[i], NULL);
        struct cs_error error = {0};
        enum cs_err result;
        int event;

        event = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(event >= 0);
        none = (struct rlimit){.rlim_cur = (rlim_t)event + 1, .rlim_max = before.rlim_max};
        close(event); /* for the call's own event; nothing is left for a socket */
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        result = result_of(http, &error);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(result, CS_ERR_UNAVAILABLE);
        assert_contains(error.text, "LimitNOFILE");
        assert_int_equal(result_of(http, &error), CS_OK); /* it recovers */
    }
}

struct login {
    struct cs_http *http;
    int fd;
    enum cs_err result;
    struct cs_error error;
};

static void *log_in(void *argument)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct login *login = argument;
    struct cs_http_call call = http_server_call();
    const struct cs_http_request request = {.method = "GET", .target = "/ok", .what = "the test"};

    call.cancel_fd = login->fd;
    login->result = cs_http_perform(login->http, &call, &request, &response, &login->error);
    return NULL;
}

/* Others continue, a login that leaves does so at once, one thread hangs, and freeing does not wait
 * for it. */
static void test_hanging_name_holds_up_nobody(void **state)
{
    struct cs_http *stalled = client(*state, "https", "stall.test", NULL);
    CS_AUTO(cs_http_free) struct cs_http *fast = client(*state, "https", "fast.test", NULL);
    struct login logins[LOGINS] = {0};
    pthread_t threads[LOGINS];
    int ends[2];
    int64_t before;

    fake_names_stall();
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    for (size_t i = 0; i < LOGINS; i++) {
        logins[i] = (struct login){.http = stalled, .fd = ends[0]};
        assert_int_equal(pthread_create(&threads[i], NULL, log_in, &logins[i]), 0);
    }
    while (fake_names_most() == 0)
        continue;
    assert_int_equal(result_of(fast, NULL), CS_OK);
    before = cs_clock_ms();
    close(ends[1]);
    for (size_t i = 0; i < LOGINS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(logins[i].result, CS_ERR_HANGUP);
    }
    cs_http_free(&stalled);
    assert_true(cs_clock_ms() - before < SOON_MS);
    assert_int_equal(fake_names_most(), 1);
    close(ends[0]);
    fake_names_release();
    fake_names_drain();
}

/* The look-up has the time of a connection, and a later login gets its result. */
static void test_hanging_name_times_out_and_recovers(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    struct login login = {.fd = -1};
    unsigned before = fake_names_count();
    struct cs_error error = {0};
    pthread_t thread;
    int64_t start = cs_clock_ms();

    settings.base_url = http_server_url(*state, "https", "stall.test", "https");
    settings.connect_ms = 200;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    fake_names_stall();
    assert_int_equal(result_of(http, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "looked up");
    assert_true(cs_clock_ms() - start < 200 + SOON_MS);
    login.http = http;
    assert_int_equal(pthread_create(&thread, NULL, log_in, &login), 0);
    fake_names_release();
    pthread_join(thread, NULL);
    assert_int_equal(login.result, CS_OK);
    assert_int_equal(fake_names_count() - before, 1);
    fake_names_drain();
}

/* ---- proxies ---- */

static void test_proxy_forms(void **state)
{
    struct http_server *server = *state;
    static const struct {
        const char *form; /* in front of the host */
        const char *proxy, *scheme, *host, *seen;
        unsigned look_ups; /* of our own names */
    } cases[] = {
        {"", "httpproxy", "https", "fast.test", "proxy-CONNECT", 0},
        {"http://", "httpproxy", "https", "fast.test", "proxy-CONNECT", 0},
        {"http://user:pass%20word@", "httpproxy", "https", "fast.test", "proxy-CONNECT", 0},
        {"user:pass%20word@", "httpproxy", "http", "fast.test", "proxy-GET", 0},
        {"socks4://", "socks", "https", "fast.test", "socks4-address", 1},
        {"socks4a://", "socks", "https", "fast.test", "socks4-name", 0},
        {"socks5://", "socks", "https", "fast.test", "socks5-address", 1},
        {"socks5h://", "socks", "https", "fast.test", "socks5-name", 0},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(cases); i++) {
        CS_AUTO(cs_http_free) struct cs_http *http = NULL;
        unsigned seen = http_server_seen(server, cases[i].seen);
        unsigned look_ups = fake_names_count();
        char proxy[96];

        (void)snprintf(proxy, sizeof proxy, "%s127.0.0.1:%u", cases[i].form,
                       http_server_port(server, cases[i].proxy));
        http = client(server, cases[i].scheme, cases[i].host, proxy);
        assert_int_equal(result_of(http, NULL), CS_OK);
        assert_int_equal(fake_names_count() - look_ups, cases[i].look_ups);
        assert_int_equal(http_server_seen(server, cases[i].seen) - seen, 1);
    }
}

static void test_proxy_tunnel_for_plain_http(void **state)
{
    struct cs_http_settings settings = http_server_settings(*state, "http", "http");
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    unsigned seen = http_server_seen(*state, "proxy-CONNECT");
    char proxy[64];

    (void)snprintf(proxy, sizeof proxy, "localhost:%u", http_server_port(*state, "httpproxy"));
    settings.proxy = proxy;
    settings.proxy_set = true;
    settings.proxy_tunnel = true;
    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    assert_int_equal(result_of(http, NULL), CS_OK);
    assert_int_equal(http_server_seen(*state, "proxy-CONNECT") - seen, 1);
}

static void test_proxy_refusal_names_it_without_password(void **state)
{
    CS_AUTO(cs_http_free) struct cs_http *http = NULL;
    struct cs_error error = {0};
    char proxy[96];

    (void)snprintf(proxy, sizeof proxy, "user:hunter2@127.0.0.1:%u",
                   http_server_port(*state, "httpproxy"));
    http = client(*state, "https", "fast.test", proxy);
    assert_int_equal(result_of(http, &error), CS_ERR_UNREACHABLE);
    assert_contains(error.text, "through http://127.0.0.1:");
    assert_contains(error.text, "the proxy refuses");
    assert_null(strstr(error.text, "hunter2"));
}

static void test_addresses_that_are_refused(void **state)
{
    static const char *const servers[] = {
        "ftp://localhost",        "localhost",
        "https://localhost/path", "https://",
        "https://user@localhost", "https://\xc3\xbc.example",
        "https://[::1",           "https://a?b",
    };
    static const char *const proxies[] = {"ftp://localhost:3128", "socks6://localhost",
                                          "http://user:hunter2@", "http://u:hunter2@a b:3128",
                                          "http://a/hunter2"};
    struct cs_http_settings settings = http_server_settings(*state, "https", "https");
    struct cs_http *http = NULL;
    struct cs_error error = {0};

    settings.proxy_set = true;
    for (size_t i = 0; i < CS_ARRAY_SIZE(proxies); i++) {
        settings.proxy = proxies[i];
        assert_int_equal(cs_http_new(&settings, &http, &error), CS_ERR_CONFIG);
        assert_null(strstr(error.text, "hunter2"));
    }
    settings.proxy = "";
    for (size_t i = 0; i < CS_ARRAY_SIZE(servers); i++) {
        settings.base_url = servers[i];
        assert_int_equal(cs_http_new(&settings, &http, &error), CS_ERR_CONFIG);
    }
    assert_null(http);
}

/* ---- the environment ---- */

static void test_environment_is_ignored(void **state)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY"};
    CS_AUTO(cs_http_free) struct cs_http *direct = NULL;
    CS_AUTO(cs_http_free) struct cs_http *proxied = NULL;
    unsigned seen = http_server_seen(*state, "proxy-CONNECT");
    char proxy[64];

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++)
        assert_int_equal(setenv(names[i], "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("no_proxy", "*", 1), 0);
    assert_int_equal(setenv("SSL_CERT_FILE", "/nonexistent", 1), 0);
    direct = client(*state, "https", "fast.test", NULL);
    assert_int_equal(result_of(direct, NULL), CS_OK);
    (void)snprintf(proxy, sizeof proxy, "127.0.0.1:%u", http_server_port(*state, "httpproxy"));
    proxied = client(*state, "https", "fast.test", proxy);
    assert_int_equal(result_of(proxied, NULL), CS_OK);
    assert_int_equal(http_server_seen(*state, "proxy-CONNECT") - seen, 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++)
        unsetenv(names[i]);
    unsetenv("no_proxy");
    unsetenv("SSL_CERT_FILE");
}

/* Runs while no client is left, so that libcurl starts again and reads the variable. */
static void test_tls_keys_are_not_written(void **state)
{
    struct http_server *server = *state;
    char path[96];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/keys", server->folder);
    assert_int_equal(setenv("SSLKEYLOGFILE", path, 1), 0);
    {
        CS_AUTO(cs_http_free) struct cs_http *http = client(server, "https", "fast.test", NULL);

        assert_int_equal(result_of(http, NULL), CS_OK);
    }
    unsetenv("SSLKEYLOGFILE");
    file = fopen(path, "re");
    if (file == NULL)
        return;
    assert_int_equal(fgetc(file), EOF);
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hanging_name_holds_up_nobody), /* first: counts the most */
        cmocka_unit_test(test_hanging_name_times_out_and_recovers),
        cmocka_unit_test(test_name_is_looked_up_once),
        cmocka_unit_test(test_unknown_name_is_unreachable),
        cmocka_unit_test(test_shortage_of_this_machine_is_no_outage),
        cmocka_unit_test(test_proxy_forms),
        cmocka_unit_test(test_proxy_tunnel_for_plain_http),
        cmocka_unit_test(test_proxy_refusal_names_it_without_password),
        cmocka_unit_test(test_addresses_that_are_refused),
        cmocka_unit_test(test_environment_is_ignored),
        cmocka_unit_test(test_tls_keys_are_not_written),
    };

    return cmocka_run_group_tests(tests, http_server_setup, http_server_teardown);
}
