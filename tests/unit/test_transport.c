/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/codec.h"
#include "wire/transport.h"

struct pair {
    int ends[2];
};

static int pair_setup(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);

    *state = pair;
    return pair != NULL && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair->ends) == 0
               ? 0
               : -1;
}

static int pair_teardown(void **state)
{
    struct pair *pair = *state;

    cs_fd_close(&pair->ends[0]);
    cs_fd_close(&pair->ends[1]);
    free(pair);
    return 0;
}

static int64_t soon(void)
{
    return cs_clock_ms() + 2000;
}

static unsigned count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Sends `length` bytes along with `count` descriptors of /dev/null, as a peer might. */
static void send_attached(int socket, const void *data, size_t length, unsigned count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * 16)];
    } control = {.space = {0}};
    char copy[64] = {0};
    struct iovec part = {copy, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int fds[16];

    assert_true(length <= sizeof copy && count <= CS_ARRAY_SIZE(fds));
    memcpy(copy, data, length);
    for (unsigned i = 0; i < count; i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fds[i] >= 0);
    }
    if (count > 0) {
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * count);
    }
    assert_int_equal(sendmsg(socket, &message, MSG_NOSIGNAL), length);
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
}

static void test_packet_arrives_whole(void **state)
{
    struct pair *pair = *state;
    CS_AUTO(cs_secret_free)
    struct cs_secret sent = {malloc(CS_MESSAGE_BYTES_MAX), CS_MESSAGE_BYTES_MAX};
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    int attached = 7;

    assert_non_null(sent.data);
    for (size_t i = 0; i < sent.length; i++)
        sent.data[i] = (char)(i * 7);
    assert_int_equal(cs_send_packet(pair->ends[0], &sent, -1, soon(), NULL), CS_OK);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, &attached, NULL), CS_OK);
    assert_int_equal(attached, -1);
    assert_int_equal(got.length, sent.length);
    assert_memory_equal(got.data, sent.data, sent.length);
}

static void test_packet_too_large_refused(void **state)
{
    struct pair *pair = *state;
    static char large[CS_MESSAGE_BYTES_MAX + 1];
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    struct cs_error error = {0};

    assert_int_equal(send(pair->ends[0], large, sizeof large, 0), sizeof large);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, NULL, &error), CS_ERR_PROTOCOL);
    assert_contains(error.text, "longer than 65536 bytes");
}

static void test_recv_hangup_seen_at_once(void **state)
{
    struct pair *pair = *state;
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    int64_t started = cs_clock_ms();

    cs_fd_close(&pair->ends[0]);
    assert_int_equal(cs_recv_packet(pair->ends[1], started + 5000, &got, NULL, NULL),
                     CS_ERR_HANGUP);
    assert_true(cs_clock_ms() - started < 1000);
}

static void test_recv_last_packet_before_hangup_read(void **state)
{
    struct pair *pair = *state;
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};

    assert_int_equal(cs_send_packet(pair->ends[0], SECRET("bye"), -1, soon(), NULL), CS_OK);
    cs_fd_close(&pair->ends[0]);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, NULL, NULL), CS_OK);
    assert_holds(&got, "bye", 3);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, NULL, NULL), CS_ERR_HANGUP);
}

static void test_recv_timeout_at_the_deadline(void **state)
{
    struct pair *pair = *state;
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    int64_t started = cs_clock_ms();

    assert_int_equal(cs_recv_packet(pair->ends[1], started + 60, &got, NULL, NULL), CS_ERR_TIMEOUT);
    assert_uint_in_range(cs_clock_ms() - started, 59, 1500);
    assert_int_equal(cs_recv_packet(pair->ends[1], started - 1, &got, NULL, NULL), CS_ERR_TIMEOUT);
}

/* Without a signal: the default action of SIGPIPE would end this program. */
static void test_send_to_nobody_is_hangup(void **state)
{
    struct pair *pair = *state;

    signal(SIGPIPE, SIG_DFL);
    cs_fd_close(&pair->ends[1]);
    assert_int_equal(cs_send_packet(pair->ends[0], SECRET("x"), -1, soon(), NULL), CS_ERR_HANGUP);
}

static void test_send_full_socket_times_out(void **state)
{
    struct pair *pair = *state;
    static char text[30000];
    const struct cs_secret packet = {text, sizeof text};
    int64_t started = cs_clock_ms();
    enum cs_err result = CS_OK;

    for (int i = 0; i < 1000 && result == CS_OK; i++)
        result = cs_send_packet(pair->ends[0], &packet, -1, started + 200, NULL);
    assert_int_equal(result, CS_ERR_TIMEOUT);
}

static void test_attached_wanted_arrives_close_on_exec(void **state)
{
    struct pair *pair = *state;
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    CS_AUTO(cs_fd_close) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CS_AUTO(cs_fd_close) int attached = -1;

    assert_int_equal(cs_send_packet(pair->ends[0], SECRET("x"), fd, soon(), NULL), CS_OK);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, &attached, NULL), CS_OK);
    assert_true(attached >= 0 && attached != fd);
    assert_true((fcntl(attached, F_GETFD) & FD_CLOEXEC) != 0);
}

static void test_attached_unwanted_several_or_too_many_refused_and_closed(void **state)
{
    static const struct {
        unsigned count;
        bool wanted;
    } rows[] = {{1, false}, {2, true}, {2, false}, {4, true}, {5, true}, {16, true}, {16, false}};
    struct pair *pair = *state;
    unsigned before = count_descriptors();

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret got = {0};
        struct cs_error error = {0};
        int attached = 7;
        enum cs_err result;

        send_attached(pair->ends[0], "x", 1, rows[i].count);
        result =
            cs_recv_packet(pair->ends[1], soon(), &got, rows[i].wanted ? &attached : NULL, &error);
        assert_int_equal(result, CS_ERR_PROTOCOL);
        assert_int_equal(attached, rows[i].wanted ? -1 : 7);
        assert_contains(error.text, "the other end sent descriptors that were not expected");
        assert_int_equal(count_descriptors(), before);
    }
}

/* An empty packet looks like the end of the connection, but carries descriptors. */
static void test_attached_to_empty_packet_closed(void **state)
{
    struct pair *pair = *state;
    unsigned before = count_descriptors();
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    int attached = -1;

    send_attached(pair->ends[0], "", 0, 3);
    assert_int_not_equal(cs_recv_packet(pair->ends[1], soon(), &got, NULL, NULL), CS_OK);
    assert_int_equal(count_descriptors(), before);
    send_attached(pair->ends[0], "", 0, 1);
    assert_int_not_equal(cs_recv_packet(pair->ends[1], soon(), &got, &attached, NULL), CS_OK);
    assert_int_equal(attached, -1);
    assert_int_equal(count_descriptors(), before);
}

static void test_attached_to_too_large_packet_not_lost(void **state)
{
    struct pair *pair = *state;
    static char large[CS_MESSAGE_BYTES_MAX + 1];
    const struct cs_secret packet = {large, sizeof large};
    CS_AUTO(cs_secret_free) struct cs_secret got = {0};
    CS_AUTO(cs_fd_close) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CS_AUTO(cs_fd_close) int attached = -1;

    assert_int_equal(cs_send_packet(pair->ends[0], &packet, fd, soon(), NULL), CS_OK);
    assert_int_equal(cs_recv_packet(pair->ends[1], soon(), &got, &attached, NULL), CS_ERR_PROTOCOL);
    assert_true(attached >= 0); /* the caller's, whatever the result */
}

static void test_message_sent_and_received(void **state)
{
    struct pair *pair = *state;
    const struct cs_hello hello = {1, 2};
    struct cs_hello back = {0};
    struct cs_welcome welcome = {0};

    assert_int_equal(cs_send_message(pair->ends[0], CS_MSG_HELLO, 1, &hello, -1, soon(), NULL),
                     CS_OK);
    assert_int_equal(cs_recv_message(pair->ends[1], CS_MSG_HELLO, 1, &back, soon(), NULL), CS_OK);
    assert_int_equal(back.newest, 2);
    assert_int_equal(cs_send_message(pair->ends[0], CS_MSG_HELLO, 1, &hello, -1, soon(), NULL),
                     CS_OK);
    assert_int_equal(cs_recv_message(pair->ends[1], CS_MSG_WELCOME, 1, &welcome, soon(), NULL),
                     CS_ERR_PROTOCOL);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(test_packet_arrives_whole),
        WITH_PAIR(test_packet_too_large_refused),
        WITH_PAIR(test_recv_hangup_seen_at_once),
        WITH_PAIR(test_recv_last_packet_before_hangup_read),
        WITH_PAIR(test_recv_timeout_at_the_deadline),
        WITH_PAIR(test_send_to_nobody_is_hangup),
        WITH_PAIR(test_send_full_socket_times_out),
        WITH_PAIR(test_attached_wanted_arrives_close_on_exec),
        WITH_PAIR(test_attached_unwanted_several_or_too_many_refused_and_closed),
        WITH_PAIR(test_attached_to_empty_packet_closed),
        WITH_PAIR(test_attached_to_too_large_packet_not_lost),
        WITH_PAIR(test_message_sent_and_received),
    };

    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
