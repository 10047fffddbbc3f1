/* SPDX-License-Identifier: Apache-2.0 */
/* The software key's protocol, report by report. What libfido2 makes of the key is in
 * support/test_softkey.py. */
#include "tests/unit/unit.h"

#include <openssl/hmac.h>

#include "tests/support/softkey/ctap2.h"

enum {
    PING = 0x81,
    MSG = 0x83,
    INIT = 0x86,
    CBOR = 0x90,
    CANCEL = 0x91,
    KEEPALIVE = 0xbb,
    FAILED = 0xbf,
    INVALID_COMMAND = 1,
    TOUCH_NEEDED = 2,
    NOTHING = 0
};

static struct hid_device_ key;

static void plug_in(struct softkey_wishes wishes)
{
    memset(&key, 0, sizeof key);
    (void)snprintf(key.path, sizeof key.path, "/key0");
    key.wishes = wishes;
    key.wishes.counter = -1;
    key.wishes.patience = wishes.patience > 0 ? wishes.patience : 100;
}

static void send(uint8_t command, const void *data, size_t length)
{
    unsigned char report[SOFTKEY_REPORT] = {1, 2, 3, 4, command, 0, (unsigned char)length};

    assert_true(length <= SOFTKEY_REPORT - 7);
    if (length > 0)
        memcpy(report + 7, data, length);
    softkey_take(&key, report);
}

/* The command of the next message, which has one report, and its first byte; NOTHING if none. */
static int receive(int *ret_byte)
{
    unsigned char report[SOFTKEY_REPORT];

    *ret_byte = -1;
    if (!softkey_give(&key, report))
        return NOTHING;
    assert_memory_equal(report, "\1\2\3\4", 4);
    *ret_byte = report[7];
    return report[4];
}

static void expect_message(int command, int byte)
{
    int found;

    assert_int_equal(receive(&found), command);
    assert_int_equal(found, byte);
}

static void expect_nothing(void)
{
    expect_message(NOTHING, -1);
}

static void ask_for_touch(void)
{
    send(CBOR, "\x0b", 1); /* authenticatorSelection */
}

/* ---- what it speaks ---- */

static void the_capabilities_say_what_it_speaks(void **state)
{
    static const struct {
        struct softkey_wishes wishes;
        int capabilities;
    } rows[] = {
        {{.fido2 = false}, 0},
        {{.u2f_off = true, .always_uv = true}, 0},
        {{.fido2 = true}, 0x04},
        {{.fido2 = true, .u2f_off = true}, 0x0c},
        {{.fido2 = true, .always_uv = true}, 0x0c},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        unsigned char report[SOFTKEY_REPORT];

        plug_in(rows[i].wishes);
        send(INIT, "12345678", 8);
        assert_true(softkey_give(&key, report));
        assert_int_equal(report[4], INIT);
        assert_memory_equal(report + 7, "12345678", 8);
        assert_int_equal(report[7 + 16], rows[i].capabilities);
    }
}

static void without_the_word_there_is_no_ctap2(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.touch_at = 1});
    send(CBOR, "\x04", 1);
    expect_message(FAILED, INVALID_COMMAND);
    send(CANCEL, NULL, 0);
    expect_nothing();
}

static void u2f_can_be_off(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true});
    send(MSG, "\0\3\0\0\0\0\0", 7);
    expect_message(MSG, 'U');
    key.wishes.u2f_off = true;
    send(MSG, "\0\3\0\0\0\0\0", 7);
    expect_message(FAILED, INVALID_COMMAND);
}

static void bad_commands_are_told_why(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        int status;
    } rows[] = {
        {TEXT("\x7f"), 0x01},                     /* no command */
        {TEXT("\x08"), 0x30},                     /* nothing follows an assertion */
        {TEXT("\x01"), 0x12},                     /* nothing */
        {TEXT("\x01\xff"), 0x12},                 /* no item */
        {TEXT("\x01\x80"), 0x12},                 /* no map */
        {TEXT("\x01\xa1\x01"), 0x12},             /* cut short */
        {TEXT("\x01\xa0\x00"), 0x12},             /* too long */
        {TEXT("\x04\xa0"), 0x12},                 /* getInfo has no parameters */
        {TEXT("\x01\xa0"), 0x14},                 /* parameters are missing */
        {TEXT("\x02\xa0"), 0x14},                 /* likewise */
        {TEXT("\x06\xa0"), 0x02},                 /* no subcommand */
        {TEXT("\x06\xa1\x02\x02"), 0x14},         /* no protocol */
        {TEXT("\x06\xa2\x01\x03\x02\x02"), 0x02}, /* a protocol that there is not */
        {TEXT("\x02\xa1\x02\x01"), 0x11},         /* a number for the client data's hash */
        {TEXT("\x02\xa1\x02\x41\x01"), 0x02},     /* one byte for it */
    };

    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true, .touch_at = 1});
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        send(CBOR, rows[i].bytes, rows[i].length);
        expect_message(CBOR, rows[i].status);
        expect_nothing();
    }
}

/* ---- waiting for a touch ---- */

static void a_request_beats_until_it_is_touched(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true, .touch_at = 3});
    ask_for_touch();
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    expect_nothing();
    softkey_beat(&key);
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    softkey_beat(&key);
    expect_message(CBOR, 0);
    assert_false(key.asking);
    key.wishes.touch_at = 1;
    ask_for_touch();
    expect_message(CBOR, 0);
}

static void a_cancel_ends_the_request_alone(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true});
    send(CANCEL, NULL, 0);
    expect_nothing();
    ask_for_touch();
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    send(CANCEL, NULL, 0);
    expect_message(CBOR, 0x2d);
    assert_false(key.asking);
    send(CANCEL, NULL, 0);
    expect_nothing();
}

static void the_patience_of_a_key_ends(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true, .patience = 2});
    ask_for_touch();
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    softkey_beat(&key);
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    softkey_beat(&key);
    expect_message(CBOR, 0x2f);
    assert_false(key.asking);
}

/* What was asked before does not count for the next request. */
static void the_next_request_ends_the_wait(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true, .touch_at = 2});
    ask_for_touch();
    send(PING, "x", 1);
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    expect_message(PING, 'x');
    assert_false(key.asking);
    ask_for_touch();
    expect_message(KEEPALIVE, TOUCH_NEEDED);
}

/* As hidraw does: whoever gives up on a request finds its answer before the next one's. */
static void an_answer_that_nobody_read_is_kept(void **state)
{
    (void)state;
    plug_in((struct softkey_wishes){.fido2 = true});
    ask_for_touch();
    send(CANCEL, NULL, 0);
    key.wishes.touch_at = 1;
    ask_for_touch();
    expect_message(KEEPALIVE, TOUCH_NEEDED);
    expect_message(CBOR, 0x2d);
    expect_message(CBOR, 0);
    expect_nothing();
}

/* ---- tokens ---- */

/* libfido2 never asks with a token for something else. */
static void a_token_serves_what_it_was_got_for(void **state)
{
    static const unsigned char client[SOFTKEY_HASH] = "client data";
    static const struct {
        unsigned token, request; /* permissions */
        const char *bound, *app; /* applications; NULL: it is bound by its first use */
        int protocol;            /* that the proof is said to be of */
        enum ctap2_status status;
    } rows[] = {
        {CTAP2_MAY_MAKE, CTAP2_MAY_MAKE, "one", "one", 2, CTAP2_DONE},
        {CTAP2_MAY_MAKE, CTAP2_MAY_ASSERT, "one", "one", 2, CTAP2_PIN_AUTH_INVALID},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_MAKE, "one", "one", 2, CTAP2_PIN_AUTH_INVALID},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_ASSERT, "one", "two", 2, CTAP2_PIN_AUTH_INVALID},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_ASSERT, NULL, "one", 2, CTAP2_DONE},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_ASSERT, "one", "one", 1, CTAP2_PIN_AUTH_INVALID},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_ASSERT, "one", "one", 0, CTAP2_MISSING_PARAMETER},
        {CTAP2_MAY_ASSERT, CTAP2_MAY_ASSERT, "one", "one", 3, CTAP2_INVALID_PARAMETER},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        unsigned char proof[SOFTKEY_HASH], flag;
        struct ctap2_request request = {.permission = rows[i].request,
                                        .client_hash = {client, sizeof client},
                                        .proof = {proof, sizeof proof},
                                        .protocol = rows[i].protocol};

        plug_in((struct softkey_wishes){.fido2 = true, .pin = "1234"});
        key.pin = (struct softkey_pin_state){
            .ready = true, .permissions = rows[i].token, .bound = rows[i].bound != NULL};
        if (rows[i].bound != NULL)
            memcpy(key.pin.app, rows[i].bound, strlen(rows[i].bound));
        memcpy(request.app, rows[i].app, strlen(rows[i].app));
        assert_non_null(HMAC(EVP_sha256(), key.pin.token, sizeof key.pin.token, client,
                             sizeof client, proof, NULL));
        assert_int_equal(ctap2_verify_user(&key, &request, &flag), rows[i].status);
        /* From then on it is bound. */
        if (rows[i].bound == NULL) {
            request.app[0] ^= 1;
            assert_int_equal(ctap2_verify_user(&key, &request, &flag), CTAP2_PIN_AUTH_INVALID);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_capabilities_say_what_it_speaks),
        cmocka_unit_test(without_the_word_there_is_no_ctap2),
        cmocka_unit_test(u2f_can_be_off),
        cmocka_unit_test(bad_commands_are_told_why),
        cmocka_unit_test(a_request_beats_until_it_is_touched),
        cmocka_unit_test(a_cancel_ends_the_request_alone),
        cmocka_unit_test(the_patience_of_a_key_ends),
        cmocka_unit_test(the_next_request_ends_the_wait),
        cmocka_unit_test(an_answer_that_nobody_read_is_kept),
        cmocka_unit_test(a_token_serves_what_it_was_got_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
