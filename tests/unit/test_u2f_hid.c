/* SPDX-License-Identifier: Apache-2.0 */
/* The HID protocol of the transport for which libfido2 only finds the keys, against the software
 * key at the other end of a socket pair. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/softkey/softkey.h"
#include "u2f/hid.h"
#include "u2f/message.h"

enum { PATIENCE_MS = 10000 };

struct bench {
    struct hid_device_ key;
    int fds[2]; /* ours, the key's */
    pthread_t thread;
    bool noisy;      /* packets of another channel and "still busy" come in between */
    atomic_int busy; /* this many messages come while another program is using the key; -1: all */
    atomic_uint refused;
};

static void make_noise(const struct bench *bench)
{
    unsigned char packet[SOFTKEY_REPORT] = {1, 2, 3, 4, 0x83, 0, 1};

    (void)send(bench->fds[1], packet, sizeof packet, MSG_NOSIGNAL);
    memcpy(packet, &bench->key.channel, sizeof bench->key.channel);
    packet[4] = 0xbb;
    (void)send(bench->fds[1], packet, sizeof packet, MSG_NOSIGNAL);
}

/* "Channel busy" in place of an answer; what follows of the message is dropped. */
static bool is_busy(struct bench *bench, const unsigned char *packet)
{
    unsigned char answer[SOFTKEY_REPORT] = {0, 0, 0, 0, 0xbf, 0, 1, 6};
    bool first = (packet[4] & 0x80) != 0;

    if (bench->busy == 0)
        return false;
    if (!first)
        return true;
    if (bench->busy > 0)
        bench->busy--;
    bench->refused++;
    memcpy(answer, packet, 4);
    (void)send(bench->fds[1], answer, sizeof answer, MSG_NOSIGNAL);
    return true;
}

static void *serve(void *context)
{
    struct bench *bench = context;
    unsigned char report[SOFTKEY_REPORT + 1], packet[SOFTKEY_REPORT];

    while (recv(bench->fds[1], report, sizeof report, 0) == (ssize_t)sizeof report) {
        if (report[0] != 0)
            continue; /* the kernel would refuse a report of another number */
        if (is_busy(bench, report + 1))
            continue;
        softkey_take(&bench->key, report + 1);
        if (bench->noisy && bench->key.out_due)
            make_noise(bench);
        while (softkey_give(&bench->key, packet))
            (void)send(bench->fds[1], packet, sizeof packet, MSG_NOSIGNAL);
        if (bench->key.gone)
            (void)shutdown(bench->fds[1], SHUT_RDWR);
    }
    return NULL;
}

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    if (bench == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, bench->fds) != 0)
        return -1;
    (void)snprintf(bench->key.path, sizeof bench->key.path, "/key0");
    bench->key.wishes = (struct softkey_wishes){.touch_at = 1, .counter = -1};
    *state = bench;
    return pthread_create(&bench->thread, NULL, serve, bench);
}

static int end(void **state)
{
    struct bench *bench = *state;

    (void)shutdown(bench->fds[0], SHUT_RDWR);
    (void)pthread_join(bench->thread, NULL);
    close(bench->fds[0]);
    close(bench->fds[1]);
    free(bench);
    return 0;
}

static struct cs_u2f_hid open_channel(const struct bench *bench)
{
    struct cs_u2f_hid hid;
    struct cs_error error = {0};

    if (cs_u2f_hid_init(&hid, bench->fds[0], cs_clock_ms() + PATIENCE_MS, &error) != CS_OK)
        fail_msg("%s", error.text);
    return hid;
}

/* Longer than a packet in both directions. */
static enum cs_err register_key(const struct cs_u2f_hid *hid, size_t room, int milliseconds,
                                size_t *ret_length)
{
    static const unsigned char hash[CS_U2F_HASH_BYTES] = "hash";
    unsigned char reply[CS_U2F_REPLY_ROOM];
    struct cs_u2f_apdu apdu;

    *ret_length = room;
    cs_u2f_apdu_register(hash, hash, &apdu);
    return cs_u2f_hid_exchange(hid, apdu.bytes, apdu.length, reply, ret_length,
                               cs_clock_ms() + milliseconds, NULL);
}

static void messages_go_there_and_back(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid = open_channel(bench);
    size_t length;

    assert_int_equal(register_key(&hid, CS_U2F_REPLY_ROOM, PATIENCE_MS, &length), CS_OK);
    assert_true(length > 300);
    bench->noisy = true;
    assert_int_equal(register_key(&hid, CS_U2F_REPLY_ROOM, PATIENCE_MS, &length), CS_OK);
}

static void answers_keep_to_the_room(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid = open_channel(bench);
    size_t length;

    bench->key.wishes.size = 1000;
    assert_int_equal(register_key(&hid, 1000, PATIENCE_MS, &length), CS_OK);
    assert_int_equal(length, 1000);
    assert_int_equal(register_key(&hid, 999, PATIENCE_MS, &length), CS_ERR_UNAVAILABLE);
}

static void a_silent_key_ends_at_the_deadline(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid = open_channel(bench);
    size_t length;

    bench->key.wishes.silent = true;
    assert_int_equal(register_key(&hid, CS_U2F_REPLY_ROOM, 50, &length), CS_ERR_TIMEOUT);
}

/* Of one packet each, so that the key's thread has taken all of a message when it counts it. */
static enum cs_err ask_version(const struct cs_u2f_hid *hid, int milliseconds)
{
    static const unsigned char version[] = {0, 3, 0, 0, 0, 0, 0};
    unsigned char reply[CS_U2F_REPLY_ROOM];
    size_t length = sizeof reply;

    return cs_u2f_hid_exchange(hid, version, sizeof version, reply, &length,
                               cs_clock_ms() + milliseconds, NULL);
}

static void a_key_that_another_program_uses_is_asked_again(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid;

    bench->busy = 1;
    hid = open_channel(bench);
    assert_int_equal(bench->refused, 1);
    bench->busy = 2;
    assert_int_equal(ask_version(&hid, PATIENCE_MS), CS_OK);
    assert_int_equal(bench->refused, 3);
}

static void a_key_that_stays_busy_ends_at_the_deadline(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid = open_channel(bench);
    int64_t begun = cs_clock_ms();

    bench->busy = -1;
    assert_int_equal(ask_version(&hid, 250), CS_ERR_TIMEOUT);
    assert_true(cs_clock_ms() - begun >= 250);
    assert_uint_in_range(bench->refused, 2, 10); /* with pauses */
}

static void a_key_that_is_pulled_out_is_told(void **state)
{
    struct bench *bench = *state;
    struct cs_u2f_hid hid = open_channel(bench);
    size_t length;

    bench->key.wishes.pull = 1;
    assert_int_equal(register_key(&hid, CS_U2F_REPLY_ROOM, PATIENCE_MS, &length),
                     CS_ERR_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(messages_go_there_and_back, begin, end),
        cmocka_unit_test_setup_teardown(answers_keep_to_the_room, begin, end),
        cmocka_unit_test_setup_teardown(a_silent_key_ends_at_the_deadline, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_another_program_uses_is_asked_again, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_stays_busy_ends_at_the_deadline, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_pulled_out_is_told, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
