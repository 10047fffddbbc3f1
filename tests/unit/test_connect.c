/* SPDX-License-Identifier: Apache-2.0 */
/* Which listeners are a broker, and that none but a missing one is replaced by a stand-alone login.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/file.h"
#include "tests/unit/folder.h"
#include "wire/client.h"
#include "wire/connect.h"

enum { STRANGER = 54321 }; /* no account */

/* A socket at `path` on which `uid` listens. */
static int listen_as(const char *path, uid_t uid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(seteuid(uid), 0); /* what a peer sees is who called listen() */
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(seteuid(0), 0);
    return fd;
}

/* A login that would go on stand-alone where no broker is. The one process that could be started is
 * not installed: what counts is whether it is wanted. */
static enum cs_err try_login(const char *path, bool *ret_standalone, struct cs_error *error)
{
    const struct cs_client client = {.socket_path = path, .mode = CS_CLIENT_AUTO};
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    enum cs_err result = cs_client_login(&client, &request, &verdict, error);

    *ret_standalone = (request.flags & CS_REQUEST_STANDALONE) != 0;
    return result;
}

static void refuse(const char *path, const char *why)
{
    struct cs_error error = {0};
    bool standalone = true;

    assert_int_not_equal(try_login(path, &standalone, &error), CS_OK);
    assert_contains(error.text, why);
    assert_false(standalone);
}

/* Not even where the broker's account is missing, so that nobody can tell whose it should be. */
static void test_a_stranger_who_listens_is_not_replaced(void **state)
{
    CS_AUTO(cs_fd_close) int fd = -1, socket = -1;
    struct cs_error error = {0};
    char path[PATH_SIZE];
    enum cs_err result;

    if (geteuid() != 0)
        skip();
    fd = listen_as(folder_path(state, "socket", path), STRANGER);
    result = cs_connect_broker(path, cs_clock_ms() + 1000, &socket, &error);
    assert_int_not_equal(result, CS_OK);
    assert_int_not_equal(result, CS_ERR_NOT_FOUND);
    assert_int_equal(socket, -1);
    refuse(path, "");
}

struct dropper {
    int fd;
    unsigned connections;
};

static void *drop(void *context)
{
    struct dropper *dropper = context;
    int fd = accept4(dropper->fd, NULL, NULL, SOCK_CLOEXEC);

    dropper->connections += fd >= 0;
    cs_fd_close(&fd);
    return NULL;
}

static void test_a_broker_that_refuses_is_not_replaced(void **state)
{
    struct dropper dropper = {0};
    char path[PATH_SIZE];
    pthread_t thread;

    if (geteuid() != 0)
        skip();
    dropper.fd = listen_as(folder_path(state, "socket", path), 0);
    assert_int_equal(pthread_create(&thread, NULL, drop, &dropper), 0);
    refuse(path, "");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(dropper.connections, 1);
    cs_fd_close(&dropper.fd);
}

static void test_nobody_who_listens_is_replaced(void **state)
{
    struct cs_error error = {0};
    bool standalone = false;
    char path[PATH_SIZE];
    int fd;

    if (geteuid() != 0)
        skip();
    (void)try_login(folder_path(state, "none", path), &standalone, &error);
    assert_true(standalone);
    fd = listen_as(folder_path(state, "socket", path), 0);
    cs_fd_close(&fd);
    standalone = false;
    (void)try_login(path, &standalone, &error);
    assert_true(standalone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_stranger_who_listens_is_not_replaced),
        IN_FOLDER(test_a_broker_that_refuses_is_not_replaced),
        IN_FOLDER(test_nobody_who_listens_is_replaced),
    };

    return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
