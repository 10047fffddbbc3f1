/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for a touch and a PIN, against keys that only answer as they are told: what the software
 * key does not do, and the person at the other end. */
#include "tests/unit/unit.h"

#include <poll.h>

#include "base/clock.h"
#include "u2f/touch.h"

enum { LONG_MS = 20000, SHORT_MS = 200, CALLS = 16, HANDLES = 3 };

#define RIGHT_PIN "2468"

/* The key, and what it was asked. */
struct cs_u2f_transport {
    struct cs_u2f_traits traits;
    unsigned known;                    /* handle that it knows, by its only byte */
    bool secretive;                    /* says so only with its PIN */
    bool insists;                      /* signs only with it */
    enum cs_u2f_outcome script[CALLS]; /* of requests with a touch; CS_U2F_DONE at the end */
    unsigned calls, looks;
    int left;
    int wrong;     /* PINs, in a row */
    bool verified; /* the last request had the PIN, or let the key verify by itself */
    bool with_pin;
    bool fails; /* at a request with a PIN */
    unsigned keys;
    unsigned chosen_at; /* the look at which this key is touched; 0: never */
    unsigned begun, ended;
    /* how it is asked */
    int kept;
    bool u2f_only, waits;
};

static struct cs_u2f_transport key;

static enum cs_err open_key(struct cs_u2f_transport **ret_transport, struct cs_error *error)
{
    (void)error;
    *ret_transport = &key;
    return CS_OK;
}

static enum cs_err discover(struct cs_u2f_transport *transport, unsigned *ret_keys,
                            struct cs_error *error)
{
    (void)error;
    *ret_keys = transport->keys;
    return CS_OK;
}

static void close_key(struct cs_u2f_transport *transport)
{
    (void)transport;
}

static struct cs_u2f_traits traits(const struct cs_u2f_transport *transport, unsigned number)
{
    (void)number;
    return transport->traits;
}

static bool is_right(const struct cs_u2f_question *question)
{
    return question->pin != NULL && strcmp(question->pin, RIGHT_PIN) == 0;
}

static enum cs_u2f_outcome answer(struct cs_u2f_transport *transport,
                                  const struct cs_u2f_question *question)
{
    transport->with_pin = question->pin != NULL;
    transport->verified = is_right(question) || question->itself;
    if (question->pin != NULL && !is_right(question)) {
        transport->left--;
        transport->wrong++;
        return transport->wrong < 3 ? CS_U2F_PIN_REFUSED : CS_U2F_PIN_RESTS;
    }
    if (question->untouched ? transport->secretive && !transport->verified
                            : transport->insists && !transport->verified)
        return CS_U2F_PIN_NEEDED;
    if (question->handle_count > 0 && question->untouched)
        return question->handles->bytes[0] == transport->known ? CS_U2F_DONE
                                                               : CS_U2F_UNKNOWN_HANDLE;
    return transport->script[transport->calls++];
}

static enum cs_err sign(struct cs_u2f_transport *transport, unsigned number,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_assertion *ret_assertion, struct cs_error *error)
{
    (void)number;
    transport->looks += question->untouched;
    if (transport->fails && question->pin != NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "told to fail");
    *ret_outcome = answer(transport, question);
    *ret_assertion = (struct cs_u2f_assertion){.flags = CS_U2F_USER_PRESENT};
    return CS_OK;
}

static enum cs_err make(struct cs_u2f_transport *transport, unsigned number,
                        const struct cs_u2f_question *question, enum cs_u2f_outcome *ret_outcome,
                        struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    (void)number;
    (void)error;
    *ret_outcome = answer(transport, question);
    *ret_enrolled = (struct cs_u2f_enrolled){CS_U2F_FORM_FIDO2, "data", 4};
    return CS_OK;
}

static enum cs_err begin_touch(struct cs_u2f_transport *transport, unsigned number,
                               struct cs_error *error)
{
    (void)number;
    (void)error;
    transport->begun++;
    return CS_OK;
}

/* The key gives up at every second look, and is touched at the one that was chosen. */
static enum cs_err look_touched(struct cs_u2f_transport *transport, unsigned number,
                                bool *ret_touched, enum cs_u2f_outcome *ret_outcome,
                                struct cs_error *error)
{
    (void)error;
    transport->looks++;
    *ret_touched = number == 1 && transport->looks >= transport->chosen_at;
    *ret_outcome = number == 0 ? CS_U2F_NOT_TOUCHED : CS_U2F_DONE;
    return CS_OK;
}

static void end_touch(struct cs_u2f_transport *transport, unsigned number)
{
    (void)number;
    transport->ended++;
}

static int tries_left(struct cs_u2f_transport *transport, unsigned number)
{
    (void)number;
    return transport->left;
}

static bool insists(struct cs_u2f_transport *transport, unsigned number)
{
    (void)number;
    return transport->insists;
}

static const struct cs_u2f_fido2_ops fido2 = {sign,      make,       begin_touch, look_touched,
                                              end_touch, tries_left, insists};
static const struct cs_u2f_transport_ops device = {"told",    open_key, discover, NULL,
                                                   close_key, traits,   &fido2};

/* ---- the person ---- */

struct person {
    const char *pins[CALLS]; /* NULL: refuses */
    enum cs_err refuses;
    int milliseconds; /* time to type one */
    unsigned asked;
    enum cs_u2f_pin_state state; /* the last one */
    int left;
};

static enum cs_err ask(void *context, enum cs_u2f_pin_state state, int left,
                       struct cs_secret *ret_pin, struct cs_error *error)
{
    struct person *person = context;
    const char *pin = person->pins[person->asked++];

    person->state = state;
    person->left = left;
    if (pin == NULL)
        return cs_fail(error, person->refuses, "no");
    (void)poll(NULL, 0, person->milliseconds);
    return cs_secret_set(ret_pin, pin, strlen(pin));
}

static int begin(void **state)
{
    (void)state;
    key = (struct cs_u2f_transport){
        .traits = {.fido2 = true, .pin_set = true}, .known = 1, .left = 8, .keys = 1};
    return 0;
}

/* Handles 0 to 2, of which the key knows 1. */
static enum cs_err run(enum cs_u2f_purpose purpose, enum cs_u2f_verification verification,
                       struct person *person, int milliseconds)
{
    static const struct cs_u2f_handle handles[HANDLES] = {
        {"\0", 1, false}, {"\1", 1, false}, {"\2", 1, false}};
    const struct cs_u2f_pin_asker asker = {ask, person};
    const struct cs_u2f_touch touch = {.transport = &device,
                                       .app_id = "pam://host",
                                       .handles = handles,
                                       .handle_count = HANDLES,
                                       .verification = verification,
                                       .asker = person ? &asker : NULL,
                                       .fido2 = !key.u2f_only,
                                       .tries_kept = key.kept,
                                       .wait_for_key = key.waits,
                                       .deadline = cs_clock_ms() + milliseconds,
                                       .cancel_fd = -1};
    struct cs_u2f_assertion assertion;
    struct cs_u2f_enrolled enrolled;
    size_t handle = 9;
    enum cs_err result;

    if (purpose == CS_U2F_REGISTER)
        return cs_u2f_touch_register(&touch, &enrolled, NULL);
    result = cs_u2f_touch_authenticate(&touch, &handle, &assertion, NULL);
    if (result == CS_OK)
        assert_int_equal(handle, key.known);
    return result;
}

static enum cs_err log_in(enum cs_u2f_verification verification, struct person *person)
{
    return run(CS_U2F_AUTHENTICATE, verification, person, LONG_MS);
}

/* ---- tests ---- */

static void a_pin_only_where_it_is_wanted(void **state)
{
    struct person person = {.pins = {RIGHT_PIN, RIGHT_PIN}};

    (void)state;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, &person), CS_OK);
    assert_int_equal(person.asked, 0);
    assert_int_equal(log_in(CS_U2F_PREFERRED, &person), CS_OK);
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_OK);
    assert_int_equal(person.asked, 2);
    assert_int_equal(person.left, -1);
    assert_true(key.verified);
    key.traits.pin_set = false;
    assert_int_equal(log_in(CS_U2F_PREFERRED, &person), CS_OK);
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_CONFIG);
}

static void nobody_to_ask(void **state)
{
    struct person person = {.refuses = CS_ERR_CANNOT_ASK};

    (void)state;
    assert_int_equal(log_in(CS_U2F_PREFERRED, NULL), CS_OK);
    assert_false(key.with_pin);
    assert_int_equal(log_in(CS_U2F_PREFERRED, &person), CS_OK);
    assert_int_equal(log_in(CS_U2F_REQUIRED, NULL), CS_ERR_CANNOT_ASK);
    key.insists = true;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, NULL), CS_ERR_CANNOT_ASK);
    assert_int_equal(log_in(CS_U2F_PREFERRED, NULL), CS_ERR_CANNOT_ASK);
    key.known = HANDLES;
    assert_int_equal(run(CS_U2F_REGISTER, CS_U2F_DISCOURAGED, NULL, 0), CS_ERR_CANNOT_ASK);
}

static void who_refuses_ends_it(void **state)
{
    struct person nothing = {.pins = {""}}, cancels = {.refuses = CS_ERR_CANCELLED};

    (void)state;
    assert_int_equal(log_in(CS_U2F_PREFERRED, &nothing), CS_ERR_CANCELLED);
    assert_int_equal(log_in(CS_U2F_PREFERRED, &cancels), CS_ERR_CANCELLED);
    assert_int_equal(key.calls, 0);
}

static void wrong_pins(void **state)
{
    static const char too_long[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    struct person person = {.pins = {"1111", "123", too_long, RIGHT_PIN}};

    (void)state;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_OK);
    assert_int_equal(person.asked, 4);
    assert_int_equal(person.state, CS_U2F_PIN_WRONG);
    /* What cannot be a PIN costs no try. */
    assert_int_equal(person.left, 7);
    assert_int_equal(key.left, 7);
}

static void what_ends_all_tries(void **state)
{
    static const struct {
        enum cs_u2f_outcome outcome;
        enum cs_err result;
    } rows[] = {{CS_U2F_PIN_RESTS, CS_ERR_RESTING},
                {CS_U2F_PIN_BLOCKED, CS_ERR_LIMIT},
                {CS_U2F_PIN_MISSING, CS_ERR_CONFIG},
                {CS_U2F_PIN_STALE, CS_ERR_STALE},
                {CS_U2F_UNKNOWN_HANDLE, CS_ERR_INPUT}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct person person = {.pins = {RIGHT_PIN, RIGHT_PIN}};

        key.calls = 0;
        key.script[0] = rows[i].outcome;
        assert_int_equal(log_in(CS_U2F_REQUIRED, &person), rows[i].result);
        assert_int_equal(person.asked, 1);
    }
}

/* Its owner has them elsewhere; nobody here can use them up. */
static void the_last_tries_are_kept(void **state)
{
    struct person person = {.pins = {"1111", NULL, RIGHT_PIN}, .refuses = CS_ERR_CANCELLED};

    (void)state;
    key.kept = 3;
    key.left = 4;
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_REQUIRED, &person, 0), CS_ERR_CANNOT_ASK);
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_CANCELLED);
    assert_int_equal(person.state, CS_U2F_PIN_WRONG);
    assert_int_equal(person.left, 3);
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_SPARED);
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_REQUIRED, &person, 0), CS_ERR_SPARED);
    assert_int_equal(person.asked, 2);
    assert_int_equal(key.left, 3);
    key.left = 0;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_LIMIT);
    key.left = -1;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_UNAVAILABLE);
    assert_int_equal(person.asked, 2);
    key.kept = 0; /* the person sits beside the key */
    key.left = 1;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_OK);
}

/* The key itself says of it only that it takes no more for now. */
static void the_third_wrong_pin_is_called_wrong(void **state)
{
    struct person person = {.pins = {"1111", NULL}, .refuses = CS_ERR_CANCELLED};

    (void)state;
    key.kept = 3;
    key.wrong = 2;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_CANCELLED);
    assert_int_equal(person.state, CS_U2F_PIN_WRONG);
    assert_int_equal(person.left, 7);
}

/* Another round would ask for the PIN again, or send it again, without end. */
static void a_key_that_got_a_pin_and_fails_is_not_asked_again(void **state)
{
    struct person person = {.pins = {RIGHT_PIN, RIGHT_PIN}};

    (void)state;
    key.fails = key.waits = true;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_UNAVAILABLE);
    assert_int_equal(person.asked, 1);
}

static void what_the_key_cannot_do_has_a_name(void **state)
{
    struct person person = {0};

    (void)state;
    key.u2f_only = key.waits = true;
    assert_int_equal(run(CS_U2F_REGISTER, CS_U2F_DISCOURAGED, NULL, LONG_MS), CS_ERR_UNSUPPORTED);
    key.u2f_only = false;
    key.traits = (struct cs_u2f_traits){.fido2 = true, .itself = true};
    key.script[0] = CS_U2F_ITSELF_BLOCKED;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_CONFIG);
}

/* It tells which handle it knows, and signs, only with its PIN. */
static void a_key_that_always_verifies(void **state)
{
    struct person person = {.pins = {"1111", RIGHT_PIN, RIGHT_PIN, RIGHT_PIN}};

    (void)state;
    key.secretive = key.insists = true;
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_DISCOURAGED, &person, 0), CS_ERR_CANNOT_ASK);
    assert_int_equal(person.asked, 0);
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, &person), CS_OK);
    assert_int_equal(person.asked, 2);
    assert_int_equal(run(CS_U2F_REGISTER, CS_U2F_DISCOURAGED, &person, LONG_MS), CS_ERR_INPUT);
    key.known = 9;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, &person), CS_ERR_INPUT);
    person.asked = 2;
    assert_int_equal(run(CS_U2F_REGISTER, CS_U2F_DISCOURAGED, &person, LONG_MS), CS_OK);
    assert_int_equal(person.asked, 3);
}

static void a_key_that_insists_and_has_none(void **state)
{
    struct person person = {.pins = {RIGHT_PIN}};

    (void)state;
    key.insists = true;
    key.traits.pin_set = false;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, &person), CS_ERR_CONFIG);
    assert_int_equal(person.asked, 0);
}

static void a_finger_comes_before_a_pin(void **state)
{
    struct person person = {.pins = {RIGHT_PIN}};

    (void)state;
    key.traits.itself = true;
    key.script[0] = CS_U2F_NOT_RECOGNISED;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_OK);
    assert_int_equal(person.asked, 0);
    key.calls = 0;
    key.script[0] = CS_U2F_ITSELF_BLOCKED;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_OK);
    assert_int_equal(person.asked, 1);
    key.calls = 0;
    for (unsigned i = 0; i < 3; i++)
        key.script[i] = CS_U2F_NOT_RECOGNISED;
    assert_int_equal(log_in(CS_U2F_REQUIRED, &person), CS_ERR_TIMEOUT);
}

static void typing_takes_no_time_from_the_touch(void **state)
{
    struct person person = {.pins = {"1111", RIGHT_PIN}, .milliseconds = SHORT_MS};

    (void)state;
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_REQUIRED, &person, SHORT_MS), CS_OK);
    assert_int_equal(person.asked, 2);
}

static void a_key_that_gives_up_is_asked_again(void **state)
{
    (void)state;
    key.script[0] = key.script[1] = CS_U2F_NOT_TOUCHED;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, NULL), CS_OK);
    assert_int_equal(key.calls, 3);
    key.calls = 0;
    for (unsigned i = 0; i < CALLS; i++)
        key.script[i] = CS_U2F_NOT_TOUCHED;
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_DISCOURAGED, NULL, SHORT_MS), CS_ERR_TIMEOUT);
}

/* The first key gives up again and again; the second one is touched. Nobody goes on blinking. */
static void one_of_two_keys_is_chosen(void **state)
{
    (void)state;
    key.keys = 2;
    key.chosen_at = 8;
    assert_int_equal(log_in(CS_U2F_DISCOURAGED, NULL), CS_OK);
    assert_int_equal(key.calls, 1);
    assert_true(key.begun > 2);
    key.chosen_at = 1000;
    key.ended = 0;
    assert_int_equal(run(CS_U2F_AUTHENTICATE, CS_U2F_DISCOURAGED, NULL, SHORT_MS), CS_ERR_TIMEOUT);
    assert_int_equal(key.ended, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_pin_only_where_it_is_wanted, begin),
        cmocka_unit_test_setup(nobody_to_ask, begin),
        cmocka_unit_test_setup(who_refuses_ends_it, begin),
        cmocka_unit_test_setup(wrong_pins, begin),
        cmocka_unit_test_setup(what_ends_all_tries, begin),
        cmocka_unit_test_setup(the_last_tries_are_kept, begin),
        cmocka_unit_test_setup(the_third_wrong_pin_is_called_wrong, begin),
        cmocka_unit_test_setup(a_key_that_got_a_pin_and_fails_is_not_asked_again, begin),
        cmocka_unit_test_setup(what_the_key_cannot_do_has_a_name, begin),
        cmocka_unit_test_setup(a_key_that_always_verifies, begin),
        cmocka_unit_test_setup(a_key_that_insists_and_has_none, begin),
        cmocka_unit_test_setup(a_finger_comes_before_a_pin, begin),
        cmocka_unit_test_setup(typing_takes_no_time_from_the_touch, begin),
        cmocka_unit_test_setup(a_key_that_gives_up_is_asked_again, begin),
        cmocka_unit_test_setup(one_of_two_keys_is_chosen, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
