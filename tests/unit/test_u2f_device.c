/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of this machine: the transport over the real libu2f-host or libfido2, with the software key
 * below it, and the rounds of asking for a touch. CTest preloads the key. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "u2f/device.h"
#include "u2f/touch.h"
#include "u2f/verify.h"

enum { SHORT_MS = 600, LONG_MS = 20000, LOOK_MS = CS_U2F_LOOK_MS };

static const char origin[] = "pam://server.example";
static const unsigned char challenge[CS_U2F_CHALLENGE_BYTES] = "a challenge of thirty-two bytes";

/* ---- the folder of keys ---- */

static void key_path(unsigned number, const char *end, char path[256])
{
    (void)snprintf(path, 256, "%s/key%u%s", getenv("CS_SOFTKEY"), number, end);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void plug_in(unsigned number, const char *words)
{
    char path[256];

    key_path(number, ".counter", path);
    if (access(path, F_OK) != 0)
        write_file(path, "0\n");
    key_path(number, "", path);
    write_file(path, words);
}

static void pull_out(unsigned number)
{
    char path[256];

    key_path(number, "", path);
    (void)unlink(path);
}

static int begin(void **state)
{
    (void)state;
    (void)mkdir(getenv("CS_SOFTKEY"), 0700);
    for (unsigned i = 0; i < CS_U2F_KEYS_MAX; i++)
        pull_out(i);
    return 0;
}

/* ---- registering and signing ---- */

static struct cs_u2f_touch job(enum cs_u2f_purpose purpose, const struct cs_u2f_handle *handles,
                               size_t count, int milliseconds)
{
    struct cs_u2f_touch touch = {.transport = &cs_u2f_device,
                                 .app_id = origin,
                                 .handles = handles,
                                 .handle_count = count,
                                 .deadline = cs_clock_ms() + milliseconds,
                                 .cancel_fd = -1};

    assert_int_equal(cs_u2f_app_hash(origin, touch.app_hash, NULL), CS_OK);
    assert_int_equal(cs_u2f_client_hash(purpose, challenge, origin, touch.client_hash, NULL),
                     CS_OK);
    return touch;
}

static struct cs_u2f_registration enrol(void)
{
    struct cs_u2f_touch touch = job(CS_U2F_REGISTER, NULL, 0, LONG_MS);
    struct cs_u2f_enrolled enrolled = {0};
    struct cs_u2f_registration registration = {0};
    struct cs_error error = {0};

    if (cs_u2f_touch_register(&touch, &enrolled, &error) != CS_OK ||
        cs_u2f_read_registration(enrolled.data, enrolled.length, &registration, &error) != CS_OK ||
        cs_u2f_verify_registration(&registration, touch.app_hash, touch.client_hash, &error) !=
            CS_OK)
        fail_msg("%s", error.text);
    return registration;
}

static enum cs_err sign(const struct cs_u2f_registration *registration, int milliseconds,
                        struct cs_u2f_assertion *ret_assertion)
{
    struct cs_u2f_touch touch = job(CS_U2F_AUTHENTICATE, &registration->handle, 1, milliseconds);
    struct cs_error error = {0};
    size_t handle = 9;
    enum cs_err result = cs_u2f_touch_authenticate(&touch, &handle, ret_assertion, &error);

    if (result == CS_OK) {
        assert_int_equal(handle, 0);
        return cs_u2f_verify_assertion(&registration->public_key, touch.app_hash, touch.client_hash,
                                       ret_assertion, false, &error);
    }
    assert_int_equal(result, error.code);
    return result;
}

static void a_key_registers_and_signs(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion first = {0}, second = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    assert_int_equal(sign(&registration, LONG_MS, &first), CS_OK);
    assert_int_equal(sign(&registration, LONG_MS, &second), CS_OK);
    assert_int_equal(second.counter, first.counter + 1);
}

static void a_touch_may_take_some_rounds(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "touch=3");
    registration = enrol();
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_OK);
}

static void no_touch_ends_at_the_deadline(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};
    int64_t begun;

    (void)state;
    plug_in(0, "");
    registration = enrol();
    plug_in(0, "touch=never");
    begun = cs_clock_ms();
    assert_int_equal(sign(&registration, SHORT_MS, &assertion), CS_ERR_TIMEOUT);
    assert_true(cs_clock_ms() - begun >= SHORT_MS);
}

static void a_passed_deadline_only_looks(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    assert_int_equal(sign(&registration, 0, &assertion), CS_ERR_TIMEOUT);
    pull_out(0);
    assert_int_equal(sign(&registration, 0, &assertion), CS_ERR_NOT_FOUND);
}

static void a_wrong_key_is_not_asked(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    pull_out(0);
    plug_in(1, "");
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_ERR_INPUT);
}

static void of_two_keys_the_one_that_knows_the_handle_is_asked(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(1, "");
    registration = enrol();
    plug_in(0, "");
    plug_in(2, "silent");
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_OK);
}

static void an_enrolled_key_is_not_registered_again(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_enrolled enrolled;
    struct cs_u2f_touch touch;

    (void)state;
    plug_in(0, "");
    registration = enrol();
    touch = job(CS_U2F_REGISTER, &registration.handle, 1, LONG_MS);
    assert_int_equal(cs_u2f_touch_register(&touch, &enrolled, NULL), CS_ERR_INPUT);
    plug_in(1, "");
    assert_int_equal(cs_u2f_touch_register(&touch, &enrolled, NULL), CS_OK);
}

static void a_key_that_is_pulled_out_is_told(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    plug_in(0, "touch=never pull=2"); /* the look at the handle, and gone; the same again */
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_ERR_UNAVAILABLE);
}

static void a_bad_signature_comes_through_and_is_refused(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    plug_in(0, "bad-signature");
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_ERR_INPUT);
    assert_int_not_equal(assertion.signature_length, 0);
    plug_in(0, "counter=1");
    assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_OK);
    assert_int_equal(assertion.counter, 1);
}

/* Around the sizes at which buffers below end. */
static void an_oversized_answer_is_an_error(void **state)
{
    static const char *const sizes[] = {
        "size=1",    "size=58",   "size=1023", "size=1024", "size=1025", "size=1536", "size=1537",
        "size=2047", "size=2048", "size=2049", "size=2050", "size=2051", "size=7609"};
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};

    (void)state;
    plug_in(0, "");
    registration = enrol();
    for (size_t i = 0; i < CS_ARRAY_SIZE(sizes); i++) {
        plug_in(0, sizes[i]);
        assert_int_equal(sign(&registration, LONG_MS, &assertion), CS_ERR_UNAVAILABLE);
    }
}

static void a_cancel_ends_the_wait(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    struct cs_u2f_assertion assertion = {0};
    struct cs_u2f_touch touch;
    int ends[2];
    size_t handle;

    (void)state;
    plug_in(0, "");
    registration = enrol();
    plug_in(0, "touch=never");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[1]);
    touch = job(CS_U2F_AUTHENTICATE, &registration.handle, 1, LONG_MS);
    touch.cancel_fd = ends[0];
    assert_int_equal(cs_u2f_touch_authenticate(&touch, &handle, &assertion, NULL),
                     CS_ERR_CANCELLED);
    close(ends[0]);
}

static size_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

static void looking_again_finds_the_same_keys(void **state)
{
    struct cs_u2f_transport *transport = NULL;
    size_t before = 0, at_first = count_descriptors();
    unsigned found;

    (void)state;
    plug_in(0, "");
    plug_in(1, "");
    assert_int_equal(cs_u2f_device.open(&transport, NULL), CS_OK);
    for (unsigned i = 0; i < 2 * CS_U2F_KEYS_MAX; i++) {
        assert_int_equal(cs_u2f_device.discover(transport, &found, NULL), CS_OK);
        assert_int_equal(found, 2);
        if (i == 0)
            before = count_descriptors();
    }
    assert_int_equal(count_descriptors(), before);
    cs_u2f_device.close(transport);
    assert_int_equal(count_descriptors(), at_first);
}

static void no_key_is_told_at_once_or_waited_for(void **state)
{
    struct cs_u2f_handle handle = {.length = 64};
    struct cs_u2f_touch touch = job(CS_U2F_AUTHENTICATE, &handle, 1, SHORT_MS);
    struct cs_u2f_assertion assertion = {0};
    int64_t begun = cs_clock_ms();
    size_t number;

    (void)state;
    assert_int_equal(cs_u2f_touch_authenticate(&touch, &number, &assertion, NULL),
                     CS_ERR_NOT_FOUND);
    assert_true(cs_clock_ms() - begun < SHORT_MS);
    touch.wait_for_key = true;
    assert_int_equal(cs_u2f_touch_authenticate(&touch, &number, &assertion, NULL),
                     CS_ERR_NOT_FOUND);
    assert_true(cs_clock_ms() - begun >= SHORT_MS);
}

static void a_wrong_key_is_still_the_reason_after_a_wait_for_the_right_one(void **state)
{
    struct cs_u2f_handle handle = {.length = 64};
    struct cs_u2f_touch touch = job(CS_U2F_AUTHENTICATE, &handle, 1, LOOK_MS + SHORT_MS);
    struct cs_u2f_assertion assertion = {0};
    size_t number;

    (void)state;
    plug_in(0, "");
    touch.wait_for_key = true;
    assert_int_equal(cs_u2f_touch_authenticate(&touch, &number, &assertion, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_clock_left(touch.deadline), 0);
}

/* ---- slow keys, over a pretended transport ---- */

enum { SLOW_MS = 400, HANDLES = 8, HICCUPS = 2 };

/* What the keys do, and what they were asked. */
struct cs_u2f_transport {
    unsigned keys;
    int milliseconds;          /* for an answer */
    unsigned fails;            /* this many answers are errors */
    unsigned hiccups[HICCUPS]; /* so are the answers in these exchanges, counted from 1 */
    bool never_signs;          /* every request for a touch is an error */
    unsigned gone_at;          /* pulled out with this exchange; 0: never */
    long known;                /* the exchange that finds a handle; -1 for none */
    bool all_know;
    unsigned cancel_at; /* the exchange at which nobody is waiting any more; 0 for none */
    int cancel_end;
    unsigned exchanges;
};

static struct cs_u2f_transport slow;

static enum cs_err slow_open(struct cs_u2f_transport **ret_transport, struct cs_error *error)
{
    (void)error;
    *ret_transport = &slow;
    return CS_OK;
}

static bool slow_is_gone(const struct cs_u2f_transport *transport)
{
    return transport->gone_at > 0 && transport->exchanges >= transport->gone_at;
}

static enum cs_err slow_discover(struct cs_u2f_transport *transport, unsigned *ret_keys,
                                 struct cs_error *error)
{
    (void)error;
    *ret_keys = slow_is_gone(transport) ? 0 : transport->keys;
    return CS_OK;
}

static bool slow_fails(const struct cs_u2f_transport *transport, const unsigned char *apdu)
{
    for (size_t i = 0; i < HICCUPS; i++) {
        if (transport->hiccups[i] == transport->exchanges)
            return true;
    }
    return transport->exchanges <= transport->fails || slow_is_gone(transport) ||
           (transport->never_signs && apdu[2] == CS_U2F_SIGN);
}

static enum cs_err slow_exchange(struct cs_u2f_transport *transport, unsigned key,
                                 const unsigned char *apdu, size_t length, unsigned char *ret_reply,
                                 size_t *ret_length, struct cs_error *error)
{
    static const unsigned char unknown[] = {0x6a, 0x80}, touch[] = {0x69, 0x85};
    bool known = transport->known == (long)transport->exchanges++ || transport->all_know;

    (void)key;
    (void)length;
    (void)poll(NULL, 0, transport->milliseconds);
    if (transport->cancel_at == transport->exchanges)
        close(transport->cancel_end);
    if (slow_fails(transport, apdu))
        return cs_fail(error, CS_ERR_UNAVAILABLE, "no answer");
    memcpy(ret_reply, known ? touch : unknown, sizeof touch);
    *ret_length = sizeof touch;
    return CS_OK;
}

static void slow_close(struct cs_u2f_transport *transport)
{
    (void)transport;
}

static const struct cs_u2f_transport_ops slow_device = {
    "slow", slow_open, slow_discover, slow_exchange, slow_close, NULL, NULL};

/* Asks slow keys about the largest number of handles. */
static enum cs_err ask_slow(int milliseconds, int cancel_fd)
{
    struct cs_u2f_handle handles[HANDLES] = {0};
    struct cs_u2f_assertion assertion = {0};
    struct cs_u2f_touch touch =
        job(CS_U2F_AUTHENTICATE, handles, CS_ARRAY_SIZE(handles), milliseconds);
    size_t number;

    for (size_t i = 0; i < CS_ARRAY_SIZE(handles); i++)
        handles[i].length = 64;
    touch.transport = &slow_device;
    touch.cancel_fd = cancel_fd;
    return cs_u2f_touch_authenticate(&touch, &number, &assertion, NULL);
}

static void slow_keys_are_not_looked_at_after_the_deadline(void **state)
{
    int64_t begun = cs_clock_ms();

    (void)state;
    slow = (struct cs_u2f_transport){.keys = 8, .milliseconds = SLOW_MS, .known = -1};
    assert_int_equal(ask_slow(2 * LOOK_MS, -1), CS_ERR_UNAVAILABLE);
    assert_true(cs_clock_ms() - begun >= 2 * LOOK_MS);
    assert_true(slow.exchanges <= 2 * LOOK_MS / SLOW_MS + 1);
}

static void a_look_has_a_moment_for_slow_keys_and_no_more(void **state)
{
    (void)state;
    slow = (struct cs_u2f_transport){.keys = 8, .milliseconds = SLOW_MS, .known = -1};
    assert_int_equal(ask_slow(0, -1), CS_ERR_UNAVAILABLE);
    assert_uint_in_range(slow.exchanges, 2, LOOK_MS / SLOW_MS + 1);
}

static void a_look_finds_the_last_handle_of_the_last_key(void **state)
{
    (void)state;
    slow = (struct cs_u2f_transport){.keys = 8, .known = 8 * HANDLES - 1};
    assert_int_equal(ask_slow(0, -1), CS_ERR_TIMEOUT);
    assert_int_equal(slow.exchanges, 8 * HANDLES);
    slow = (struct cs_u2f_transport){.keys = 8, .known = -1};
    assert_int_equal(ask_slow(0, -1), CS_ERR_INPUT);
}

/* No time is left when the first answer comes: the first key is still examined, and its failure is
 * the reason. */
static void a_look_at_a_key_that_does_not_answer_says_so(void **state)
{
    (void)state;
    slow = (struct cs_u2f_transport){.keys = 8, .milliseconds = LOOK_MS, .fails = 9, .known = -1};
    assert_int_equal(ask_slow(0, -1), CS_ERR_UNAVAILABLE);
    assert_int_equal(slow.exchanges, 1);
}

static void a_cancel_ends_the_look_at_the_keys(void **state)
{
    int ends[2];

    (void)state;
    for (unsigned fails = 0; fails < 9; fails += 8) {
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        slow = (struct cs_u2f_transport){
            .keys = 8, .fails = fails, .known = -1, .cancel_at = 3, .cancel_end = ends[1]};
        assert_int_equal(ask_slow(LONG_MS, ends[0]), CS_ERR_CANCELLED);
        assert_int_equal(slow.exchanges, 3);
        close(ends[0]);
    }
}

/* Three keys that all know the handle, and are not touched. */
static void a_cancel_ends_a_round_of_asking(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    slow = (struct cs_u2f_transport){
        .keys = 3, .all_know = true, .cancel_at = 4, .cancel_end = ends[1]};
    assert_int_equal(ask_slow(LONG_MS, ends[0]), CS_ERR_CANCELLED);
    assert_int_equal(slow.exchanges, 4); /* a look at each, one asked */
    close(ends[0]);
}

/* ---- keys that fail now and then ---- */

/* Another program is using the key at that moment, or somebody bumps into it. */
static void a_hiccup_is_forgiven_after_a_good_round(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    /* A look, a round, the first; a look, a round, the second; a look, a round. */
    slow = (struct cs_u2f_transport){
        .keys = 1, .all_know = true, .hiccups = {3, 6}, .cancel_at = 8, .cancel_end = ends[1]};
    assert_int_equal(ask_slow(LONG_MS, ends[0]), CS_ERR_CANCELLED);
    assert_int_equal(slow.exchanges, 8);
    close(ends[0]);
}

static void a_key_that_fails_in_every_round_ends_it_soon(void **state)
{
    (void)state;
    slow = (struct cs_u2f_transport){.keys = 1, .all_know = true, .never_signs = true};
    assert_int_equal(ask_slow(LONG_MS, -1), CS_ERR_UNAVAILABLE);
    assert_int_equal(slow.exchanges, 4); /* twice a look and a round */
}

/* Not looked for until the deadline, unlike a key that comes and goes. */
static void a_key_that_is_pulled_out_between_rounds_ends_it(void **state)
{
    (void)state;
    slow = (struct cs_u2f_transport){.keys = 1, .all_know = true, .gone_at = 4};
    assert_int_equal(ask_slow(LONG_MS, -1), CS_ERR_UNAVAILABLE);
    assert_int_equal(slow.exchanges, 4); /* a look, two rounds */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_key_registers_and_signs, begin),
        cmocka_unit_test_setup(a_touch_may_take_some_rounds, begin),
        cmocka_unit_test_setup(no_touch_ends_at_the_deadline, begin),
        cmocka_unit_test_setup(a_passed_deadline_only_looks, begin),
        cmocka_unit_test_setup(a_wrong_key_is_not_asked, begin),
        cmocka_unit_test_setup(of_two_keys_the_one_that_knows_the_handle_is_asked, begin),
        cmocka_unit_test_setup(an_enrolled_key_is_not_registered_again, begin),
        cmocka_unit_test_setup(a_key_that_is_pulled_out_is_told, begin),
        cmocka_unit_test_setup(a_bad_signature_comes_through_and_is_refused, begin),
        cmocka_unit_test_setup(an_oversized_answer_is_an_error, begin),
        cmocka_unit_test_setup(a_cancel_ends_the_wait, begin),
        cmocka_unit_test_setup(looking_again_finds_the_same_keys, begin),
        cmocka_unit_test_setup(no_key_is_told_at_once_or_waited_for, begin),
        cmocka_unit_test_setup(a_wrong_key_is_still_the_reason_after_a_wait_for_the_right_one,
                               begin),
        cmocka_unit_test(slow_keys_are_not_looked_at_after_the_deadline),
        cmocka_unit_test(a_look_has_a_moment_for_slow_keys_and_no_more),
        cmocka_unit_test(a_look_finds_the_last_handle_of_the_last_key),
        cmocka_unit_test(a_look_at_a_key_that_does_not_answer_says_so),
        cmocka_unit_test(a_cancel_ends_the_look_at_the_keys),
        cmocka_unit_test(a_cancel_ends_a_round_of_asking),
        cmocka_unit_test(a_hiccup_is_forgiven_after_a_good_round),
        cmocka_unit_test(a_key_that_fails_in_every_round_ends_it_soon),
        cmocka_unit_test(a_key_that_is_pulled_out_between_rounds_ends_it),
    };

    if (getenv("CS_SOFTKEY") == NULL)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
