/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to a FIDO2 key through libfido2 and the transport below it, against the software key at
 * the other end of a socket pair: what ends a wait, and that the key hears of it. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/softkey/softkey.h"
#include "u2f/credential.h"
#include "u2f/device_fido2_io.h"
#include "u2f/device_fido2_key.h"
#include "u2f/verify.h"

enum {
    PATIENCE_MS = 10000,
    SHORT_MS = 200,
    CANCEL = 0x91,
    CBOR = 0x90,
    NEVER = 1000000,
};

static const unsigned char client_hash[CS_U2F_HASH_BYTES] = "the client data's hash";
static const char app_id[] = "pam://server.example";

struct bench {
    struct hid_device_ key;
    char folder[64]; /* of the key's counter */
    int fds[2];      /* ours, the key's */
    pthread_t thread;
    atomic_uint cancels;
    atomic_uint commands;
    atomic_int busy;       /* this many commands come while another program is using the key */
    atomic_bool noisy;     /* packets of another channel come in between */
    atomic_bool elsewhere; /* another program hears that the key is busy, before each answer */
    atomic_bool waits;     /* for a touch */
    bool dropping;         /* the rest of such a command */
};

static void give(const struct bench *bench, const unsigned char *packet)
{
    (void)send(bench->fds[1], packet, SOFTKEY_REPORT, MSG_NOSIGNAL);
}

static void take(struct bench *bench, const unsigned char *packet)
{
    const unsigned char noise[SOFTKEY_REPORT] = {1, 2, 3, 4, CBOR, 0, 1};
    unsigned char busy[SOFTKEY_REPORT] = {0, 0, 0, 0, 0xbf, 0, 1, 6};

    bench->cancels += packet[4] == CANCEL;
    bench->commands += packet[4] == CBOR;
    if ((packet[4] & 0x80) == 0 && bench->dropping)
        return;
    bench->dropping = packet[4] == CBOR && bench->busy > 0;
    if (bench->dropping) {
        bench->busy--;
        memcpy(busy, packet, sizeof bench->key.channel);
        give(bench, busy);
        return;
    }
    softkey_take(&bench->key, packet);
    if (bench->noisy)
        give(bench, noise);
    if (bench->elsewhere) {
        memset(busy, 9, sizeof bench->key.channel);
        give(bench, busy);
    }
}

static void *serve(void *context)
{
    struct bench *bench = context;
    unsigned char report[SOFTKEY_REPORT + 1], packet[SOFTKEY_REPORT];

    for (;;) {
        struct pollfd entry = {.fd = bench->fds[1], .events = POLLIN};
        int ready = poll(&entry, 1, bench->key.asking ? SOFTKEY_BEAT_MS : -1);

        if (ready == 0)
            softkey_beat(&bench->key);
        else if (recv(bench->fds[1], report, sizeof report, 0) == (ssize_t)sizeof report)
            take(bench, report + 1);
        else
            return NULL;
        bench->waits = bench->key.asking;
        while (softkey_give(&bench->key, packet))
            give(bench, packet);
        if (bench->key.gone)
            (void)shutdown(bench->fds[1], SHUT_RDWR);
    }
}

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    char counter[SOFTKEY_PATH_MAX + 16];
    int fd;

    if (bench != NULL)
        scratch_folder_make(bench->folder, sizeof bench->folder);
    if (bench == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, bench->fds) != 0)
        return -1;
    (void)snprintf(bench->key.path, sizeof bench->key.path, "%s/key0", bench->folder);
    (void)snprintf(counter, sizeof counter, "%s.counter", bench->key.path);
    fd = open(counter, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "0\n", 2) != 2)
        return -1;
    close(fd);
    bench->key.wishes = (struct softkey_wishes){.touch_at = 1,
                                                .counter = -1,
                                                .handle = 64,
                                                .fido2 = true,
                                                .u2f_off = true,
                                                .pin_left = 8,
                                                .patience = NEVER};
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
    scratch_folder_remove(bench->folder);
    free(bench);
    return 0;
}

static fido_dev_t *open_key(const struct bench *bench)
{
    fido_dev_t *dev = cs_fido2_open(bench->fds[0]);

    assert_non_null(dev);
    return dev;
}

static struct cs_u2f_question question(const struct cs_u2f_handle *handle, int milliseconds)
{
    return (struct cs_u2f_question){.app_id = app_id,
                                    .client_hash = client_hash,
                                    .handles = handle,
                                    .handle_count = handle ? 1 : 0,
                                    .user = "alice",
                                    .deadline = cs_clock_ms() + milliseconds,
                                    .cancel_fd = -1};
}

/* Registers; the server's side accepts it. */
static struct cs_u2f_credential make(fido_dev_t *dev, bool attestation)
{
    static struct cs_u2f_enrolled enrolled;
    struct cs_u2f_question asked = question(NULL, PATIENCE_MS);
    enum cs_u2f_outcome outcome = CS_U2F_NOT_TOUCHED;
    unsigned char app_hash[CS_U2F_HASH_BYTES];
    struct cs_u2f_credential credential = {0};
    struct cs_error error = {0};

    asked.attestation = attestation;
    assert_int_equal(cs_u2f_app_hash(app_id, app_hash, NULL), CS_OK);
    if (cs_fido2_make(dev, &asked, &outcome, &enrolled, &error) != CS_OK ||
        outcome != CS_U2F_DONE ||
        cs_u2f_read_credential(enrolled.data, enrolled.length, &credential, &error) != CS_OK ||
        cs_u2f_verify_credential(&credential, app_hash, client_hash, &error) != CS_OK)
        fail_msg("%s", error.text);
    return credential;
}

static enum cs_err sign(fido_dev_t *dev, const struct cs_u2f_question *asked,
                        enum cs_u2f_outcome *ret_outcome)
{
    struct cs_u2f_assertion assertion;

    *ret_outcome = CS_U2F_DONE;
    return cs_fido2_sign(dev, asked, ret_outcome, &assertion, NULL);
}

/* ---- tests ---- */

static void a_credential_proves_itself(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, PATIENCE_MS);
    unsigned char app_hash[CS_U2F_HASH_BYTES];
    enum cs_u2f_outcome outcome;
    struct cs_u2f_assertion assertion;

    assert_null(credential.signature);
    assert_non_null(make(dev, true).signature);
    assert_int_equal(cs_u2f_app_hash(app_id, app_hash, NULL), CS_OK);
    assert_int_equal(cs_fido2_sign(dev, &asked, &outcome, &assertion, NULL), CS_OK);
    assert_int_equal(cs_u2f_verify_assertion(&credential.public_key, app_hash, client_hash,
                                             &assertion, false, NULL),
                     CS_OK);
    bench->noisy = true;
    assert_int_equal(sign(dev, &asked, &outcome), CS_OK);
    assert_int_equal(outcome, CS_U2F_DONE);
    cs_fido2_close(&dev);
}

static void eddsa_only_from_a_key_without_es256(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);

    assert_int_equal(make(dev, false).public_key.algorithm, CS_U2F_ES256);
    bench->key.wishes.lacks[SOFTKEY_ES256] = true;
    assert_int_equal(make(dev, false).public_key.algorithm, CS_U2F_EDDSA);
    cs_fido2_close(&dev);
}

/* The key is told, and can be asked again at once. */
static void a_deadline_ends_the_wait(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, SHORT_MS);
    enum cs_u2f_outcome outcome;

    bench->key.wishes.touch_at = NEVER;
    assert_int_equal(sign(dev, &asked, &outcome), CS_OK);
    assert_int_equal(outcome, CS_U2F_NOT_TOUCHED);
    assert_true(cs_clock_ms() >= asked.deadline);
    assert_int_equal(bench->cancels, 1);
    assert_false(bench->waits);
    bench->key.wishes.touch_at = 1;
    asked.deadline = cs_clock_ms() + PATIENCE_MS;
    assert_int_equal(sign(dev, &asked, &outcome), CS_OK);
    assert_int_equal(outcome, CS_U2F_DONE);
    cs_fido2_close(&dev);
}

static void a_cancel_ends_the_wait(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, PATIENCE_MS);
    enum cs_u2f_outcome outcome;
    int ends[2];

    bench->key.wishes.touch_at = NEVER;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[1]);
    asked.cancel_fd = ends[0];
    assert_int_equal(sign(dev, &asked, &outcome), CS_ERR_CANCELLED);
    assert_true(cs_clock_ms() < asked.deadline);
    assert_int_equal(bench->cancels, 1);
    assert_false(bench->waits);
    close(ends[0]);
    cs_fido2_close(&dev);
}

/* Long before the deadline. */
static void assert_fails(struct bench *bench, const struct softkey_wishes *wishes)
{
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, 10 * PATIENCE_MS);
    enum cs_u2f_outcome outcome;

    bench->key.wishes.silent = wishes->silent;
    bench->key.wishes.pull = wishes->pull;
    assert_int_equal(sign(dev, &asked, &outcome), CS_ERR_UNAVAILABLE);
    assert_true(cs_clock_ms() < asked.deadline - PATIENCE_MS);
    cs_fido2_close(&dev);
}

static void a_key_that_is_silent(void **state)
{
    assert_fails(*state, &(const struct softkey_wishes){.silent = true});
}

static void a_key_that_is_pulled_out(void **state)
{
    assert_fails(*state, &(const struct softkey_wishes){.pull = 1});
}

static void a_key_that_another_program_uses_is_asked_again(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, PATIENCE_MS);
    enum cs_u2f_outcome outcome;

    bench->busy = 2;
    assert_int_equal(sign(dev, &asked, &outcome), CS_OK);
    assert_int_equal(outcome, CS_U2F_DONE);
    bench->busy = NEVER;
    asked.deadline = cs_clock_ms() + SHORT_MS;
    assert_int_equal(sign(dev, &asked, &outcome), CS_ERR_UNAVAILABLE);
    cs_fido2_close(&dev);
}

/* What it says to them is not for us. */
static void another_program_that_finds_the_key_busy(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    struct cs_u2f_credential credential = make(dev, false);
    struct cs_u2f_question asked = question(&credential.handle, PATIENCE_MS);
    struct cs_u2f_assertion assertion;
    enum cs_u2f_outcome outcome;
    unsigned begun;

    bench->elsewhere = true;
    begun = bench->commands;
    assert_int_equal(cs_fido2_sign(dev, &asked, &outcome, &assertion, NULL), CS_OK);
    assert_int_equal(outcome, CS_U2F_DONE);
    assert_int_equal(bench->commands - begun, 1);
    bench->key.wishes.touch_at = NEVER;
    asked.deadline = cs_clock_ms() + SHORT_MS;
    assert_int_equal(sign(dev, &asked, &outcome), CS_OK);
    assert_int_equal(outcome, CS_U2F_NOT_TOUCHED);
    cs_fido2_close(&dev);
}

static void a_report_that_waits_does_not_outlast_the_deadline(void **state)
{
    struct cs_fido2_io io = {.cancel_fd = -1};
    unsigned char report[SOFTKEY_REPORT] = {0};
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    io.fd = fds[0];
    assert_int_equal(send(fds[1], report, sizeof report, 0), sizeof report);
    for (int milliseconds = -1; milliseconds <= 1; milliseconds++) {
        io.deadline = cs_clock_ms() - 1;
        assert_int_equal(cs_fido2_read_report(&io, report, sizeof report, milliseconds), -1);
        assert_int_equal(io.ended, CS_ERR_TIMEOUT);
    }
    io.deadline = cs_clock_ms() + PATIENCE_MS;
    assert_int_equal(cs_fido2_read_report(&io, report, sizeof report, 0), sizeof report);
    close(fds[0]);
    close(fds[1]);
}

static void a_touch_that_only_chooses(void **state)
{
    struct bench *bench = *state;
    fido_dev_t *dev = open_key(bench);
    enum cs_u2f_outcome outcome;
    bool touched = true;

    bench->key.wishes.touch_at = NEVER;
    assert_int_equal(cs_fido2_begin_touch(dev, NULL), CS_OK);
    assert_int_equal(cs_fido2_look_touched(dev, &touched, &outcome, NULL), CS_OK);
    assert_false(touched);
    assert_int_equal(outcome, CS_U2F_DONE);
    cs_fido2_end_touch(dev);
    assert_int_equal(bench->cancels, 1);
    assert_false(bench->waits);
    bench->key.wishes.touch_at = 2;
    assert_int_equal(cs_fido2_begin_touch(dev, NULL), CS_OK);
    while (!touched && outcome == CS_U2F_DONE)
        assert_int_equal(cs_fido2_look_touched(dev, &touched, &outcome, NULL), CS_OK);
    assert_true(touched);
    cs_fido2_close(&dev);
}

static void a_key_with_u2f_only_is_not_opened(void **state)
{
    struct bench *bench = *state;

    bench->key.wishes.fido2 = bench->key.wishes.u2f_off = false;
    assert_null(cs_fido2_open(bench->fds[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_credential_proves_itself, begin, end),
        cmocka_unit_test_setup_teardown(eddsa_only_from_a_key_without_es256, begin, end),
        cmocka_unit_test_setup_teardown(a_deadline_ends_the_wait, begin, end),
        cmocka_unit_test_setup_teardown(a_cancel_ends_the_wait, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_silent, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_is_pulled_out, begin, end),
        cmocka_unit_test_setup_teardown(a_key_that_another_program_uses_is_asked_again, begin, end),
        cmocka_unit_test_setup_teardown(another_program_that_finds_the_key_busy, begin, end),
        cmocka_unit_test(a_report_that_waits_does_not_outlast_the_deadline),
        cmocka_unit_test_setup_teardown(a_touch_that_only_chooses, begin, end),
        cmocka_unit_test_setup_teardown(a_key_with_u2f_only_is_not_opened, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
