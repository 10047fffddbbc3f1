/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between the broker and the helper for security keys: there and back, the bytes in
 * docs/PROTOCOL.md, and refusals. */
#include "tests/unit/unit.h"

#include "u2f/host_client.h"

static struct cs_u2f_host_request example(void)
{
    struct cs_u2f_host_request request = {.purpose = CS_U2F_AUTHENTICATE,
                                          .wait_for_key = true,
                                          .verification = CS_U2F_PREFERRED,
                                          .milliseconds = 30000,
                                          .app_id = "app",
                                          .user = "me",
                                          .handle_count = 2};

    assert_int_equal(cs_secret_set(&request.pin, "1234", 4), CS_OK);
    memset(request.client_hash, 0xcc, sizeof request.client_hash);
    request.handles[0] = (struct cs_u2f_handle){"one", 3, true};
    request.handles[1].length = CS_U2F_HANDLE_MAX;
    return request;
}

static void requests_go_there_and_back(void **state)
{
    static const unsigned char head[] = {2, 1, 1, 1, 0, 0, 0x75, 0x30, 3, 'a', 'p', 'p', 0xcc};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = example();
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request read = {0};

    (void)state;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_OK);
    assert_int_equal(packet.length, 8 + 4 + 32 + 3 + 5 + 1 + 5 + 2 + CS_U2F_HANDLE_MAX);
    assert_memory_equal(packet.data, head, sizeof head);
    assert_int_equal(cs_u2f_host_read_request(&packet, &read, NULL), CS_OK);
    assert_int_equal(read.pin.length, 4);
    assert_string_equal(read.pin.data, "1234");
    cs_u2f_host_clear_request(&read);
    cs_u2f_host_clear_request(&request);
    assert_memory_equal(&read, &request, sizeof read);
}

/* A PIN is in the packet only, which is wiped. */
static void a_packet_without_a_pin_has_none(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = example();
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request read = {0};

    (void)state;
    cs_u2f_host_clear_request(&request);
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_OK);
    assert_int_equal(cs_u2f_host_read_request(&packet, &read, NULL), CS_OK);
    assert_null(read.pin.data);
    assert_int_equal(cs_secret_set(&request.pin, packet.data, CS_U2F_PIN_MAX + 1), CS_OK);
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_ERR_INPUT);
    cs_u2f_host_clear_request(&request);
}

/* Every end too early, and a byte too many. */
static void requests_have_one_length(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = example();
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request read = {0};

    (void)state;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_OK);
    for (size_t length = 0; length < packet.length; length++) {
        CS_AUTO(cs_secret_free) struct cs_secret cut = {0};

        assert_int_equal(cs_secret_set(&cut, packet.data, length), CS_OK);
        assert_int_equal(cs_u2f_host_read_request(&cut, &read, NULL), CS_ERR_PROTOCOL);
    }
    packet.length++; /* the NUL after it */
    assert_int_equal(cs_u2f_host_read_request(&packet, &read, NULL), CS_ERR_PROTOCOL);
    packet.length--;
}

static void requests_with_other_values_are_refused(void **state)
{
    static const struct {
        size_t at;
        unsigned char value;
    } changes[] = {{0, 1},  {0, 3},  {1, 2},  {2, 8},    {2, 0x80}, {3, 3},   {4, 1},
                   {8, 0},  {10, 0}, {44, 1}, {44, 65},  {47, 3},   {47, 64}, {52, 0},
                   {52, 3}, {52, 9}, {53, 0}, {53, 128}, {54, 2}};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = example();
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request read = {0};

    (void)state;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(changes); i++) {
        char before = packet.data[changes[i].at];

        packet.data[changes[i].at] = (char)changes[i].value;
        if (cs_u2f_host_read_request(&packet, &read, NULL) != CS_ERR_PROTOCOL)
            fail_msg("byte %zu may be %u", changes[i].at, changes[i].value);
        packet.data[changes[i].at] = before;
    }
    request.handle_count = CS_U2F_RELAY_HANDLES + 1;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_ERR_INPUT);
    request.handle_count = 1;
    request.handles[0].length = 0;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_ERR_INPUT);
}

static void assertions_go_there_and_back(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_u2f_host_answer answer = {.purpose = CS_U2F_AUTHENTICATE, .tries_left = -1}, read;

    (void)state;
    answer.answer = (struct cs_u2f_answer){1, {1, 0x01020304, "signatur", CS_U2F_SIGNATURE_MIN}};
    assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
    assert_int_equal(packet.length, 2 + 6 + 8);
    assert_memory_equal(packet.data, "\2\0\1\1\1\2\3\4signatur", 16);
    assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_AUTHENTICATE, 2, &read, NULL), CS_OK);
    assert_memory_equal(&read, &answer, sizeof read);
    /* A handle that was not asked for. */
    assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_AUTHENTICATE, 1, &read, NULL),
                     CS_ERR_PROTOCOL);
}

static void answers_of_the_wrong_length_are_refused(void **state)
{
    static const size_t lengths[] = {
        0, 1, 2, 7, 8, 9, 8 + CS_U2F_SIGNATURE_MIN - 1, 8 + CS_U2F_SIGNATURE_MAX + 1, 60000};
    struct cs_u2f_host_answer read;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(lengths); i++) {
        struct cs_secret packet = {calloc(1, lengths[i] + 1), lengths[i]};

        assert_non_null(packet.data);
        packet.data[0] = CS_U2F_HOST_VERSION;
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_AUTHENTICATE, 8, &read, NULL),
                         CS_ERR_PROTOCOL);
        if (lengths[i] <= 3 || lengths[i] > CS_U2F_HOST_ANSWER_MAX)
            assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 8, &read, NULL),
                             CS_ERR_PROTOCOL);
        cs_secret_free(&packet);
    }
}

static void errors_go_there_and_back(void **state)
{
    static const enum cs_err results[] = {CS_ERR_NOT_FOUND,   CS_ERR_INPUT,      CS_ERR_TIMEOUT,
                                          CS_ERR_UNAVAILABLE, CS_ERR_CANCELLED,  CS_ERR_RESTING,
                                          CS_ERR_LIMIT,       CS_ERR_CONFIG,     CS_ERR_SPARED,
                                          CS_ERR_STALE,       CS_ERR_UNSUPPORTED};
    struct cs_u2f_host_answer answer = {.purpose = CS_U2F_REGISTER}, read;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(results); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

        answer.result = results[i];
        assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
        assert_int_equal(packet.length, 2);
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL), CS_OK);
        assert_int_equal(read.result, results[i]);
        packet.data[1] = 14;
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL),
                         CS_ERR_PROTOCOL);
    }
}

static void what_a_pin_needs_goes_there_and_back(void **state)
{
    static const int lefts[][2] = {{-1, -1}, {0, 0}, {7, 7}, {254, 254}, {255, -1}};

    (void)state;
    for (size_t i = 0; i < 2 * CS_ARRAY_SIZE(lefts); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
        const int *left = lefts[i / 2];
        struct cs_u2f_host_answer read, answer = {.purpose = CS_U2F_AUTHENTICATE,
                                                  .result = CS_ERR_CANNOT_ASK,
                                                  .pin = i % 2 ? CS_U2F_PIN_WRONG : CS_U2F_PIN_ASK,
                                                  .tries_left = left[0]};

        assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
        assert_int_equal(packet.length, 3);
        assert_int_equal(packet.data[1], 6 + i % 2);
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_AUTHENTICATE, 1, &read, NULL),
                         CS_OK);
        assert_int_equal(read.result, CS_ERR_CANNOT_ASK);
        assert_int_equal(read.pin, answer.pin);
        assert_int_equal(read.tries_left, left[1]);
    }
}

static void registrations_go_there_and_back(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_u2f_host_answer read, answer = {.purpose = CS_U2F_REGISTER, .tries_left = -1};

    (void)state;
    answer.enrolled = (struct cs_u2f_enrolled){CS_U2F_FORM_FIDO2, "data", 4};
    assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
    assert_int_equal(packet.length, 7);
    assert_memory_equal(packet.data, "\2\0\2data", 7);
    assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL), CS_OK);
    assert_memory_equal(&read, &answer, sizeof read);
    packet.data[2] = 3;
    assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL),
                     CS_ERR_PROTOCOL);
}

static void no_helper_is_told(void **state)
{
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = example();
    struct cs_u2f_host_answer answer;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(
        cs_u2f_host_ask("/nonexistent/u2f.sock", &request, INT64_MAX, -1, &answer, &error),
        CS_ERR_UNAVAILABLE);
    assert_contains(error.text, "countersign-u2f-host");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_go_there_and_back),
        cmocka_unit_test(a_packet_without_a_pin_has_none),
        cmocka_unit_test(requests_have_one_length),
        cmocka_unit_test(requests_with_other_values_are_refused),
        cmocka_unit_test(assertions_go_there_and_back),
        cmocka_unit_test(answers_of_the_wrong_length_are_refused),
        cmocka_unit_test(errors_go_there_and_back),
        cmocka_unit_test(what_a_pin_needs_goes_there_and_back),
        cmocka_unit_test(registrations_go_there_and_back),
        cmocka_unit_test(no_helper_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
