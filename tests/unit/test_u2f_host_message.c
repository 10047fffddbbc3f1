/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between the broker and the helper for security keys: there and back, the bytes in
 * docs/PROTOCOL.md, and refusals. */
#include "tests/unit/unit.h"

#include "u2f/host_client.h"

static struct cs_u2f_host_request example(void)
{
    struct cs_u2f_host_request request = {.purpose = CS_U2F_AUTHENTICATE,
                                          .wait_for_key = true,
                                          .milliseconds = 30000,
                                          .handle_count = 2};

    memset(request.app_hash, 0xaa, sizeof request.app_hash);
    memset(request.client_hash, 0xcc, sizeof request.client_hash);
    request.handles[0] = (struct cs_u2f_handle){.bytes = "one", .length = 3};
    request.handles[1].length = CS_U2F_HANDLE_MAX;
    return request;
}

static void requests_go_there_and_back(void **state)
{
    static const unsigned char head[] = {1, 1, 1, 0, 0, 0x75, 0x30};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_u2f_host_request request = example(), read = {0};

    (void)state;
    assert_int_equal(cs_u2f_host_write_request(&request, &packet, NULL), CS_OK);
    assert_int_equal(packet.length, 7 + 64 + 1 + 4 + 1 + CS_U2F_HANDLE_MAX);
    assert_memory_equal(packet.data, head, sizeof head);
    assert_int_equal(cs_u2f_host_read_request(&packet, &read, NULL), CS_OK);
    assert_memory_equal(&read, &request, sizeof read);
}

/* Every end too early, and a byte too many. */
static void requests_have_one_length(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_u2f_host_request request = example(), read = {0};

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
    } changes[] = {{0, 0},  {0, 2},  {1, 2},  {2, 2},  {2, 0x80}, {3, 1},
                   {71, 0}, {71, 3}, {71, 9}, {72, 0}, {72, 128}};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_u2f_host_request request = example(), read = {0};

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
    struct cs_u2f_host_answer answer = {.purpose = CS_U2F_AUTHENTICATE}, read;

    (void)state;
    answer.answer = (struct cs_u2f_answer){1, {1, 0x01020304, "signatur", CS_U2F_SIGNATURE_MIN}};
    assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
    assert_int_equal(packet.length, 2 + 6 + 8);
    assert_memory_equal(packet.data, "\1\0\1\1\1\2\3\4signatur", 16);
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
        if (lengths[i] <= 2 || lengths[i] > CS_U2F_HOST_ANSWER_MAX)
            assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 8, &read, NULL),
                             CS_ERR_PROTOCOL);
        cs_secret_free(&packet);
    }
}

static void errors_go_there_and_back(void **state)
{
    static const enum cs_err results[] = {CS_ERR_NOT_FOUND, CS_ERR_INPUT, CS_ERR_TIMEOUT,
                                          CS_ERR_UNAVAILABLE, CS_ERR_CANCELLED};
    struct cs_u2f_host_answer answer = {.purpose = CS_U2F_REGISTER}, read;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(results); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

        answer.result = results[i];
        assert_int_equal(cs_u2f_host_write_answer(&answer, &packet, NULL), CS_OK);
        assert_int_equal(packet.length, 2);
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL), CS_OK);
        assert_int_equal(read.result, results[i]);
        packet.data[1] = 6;
        assert_int_equal(cs_u2f_host_read_answer(&packet, CS_U2F_REGISTER, 0, &read, NULL),
                         CS_ERR_PROTOCOL);
    }
}

static void no_helper_is_told(void **state)
{
    const struct cs_u2f_host_request request = example();
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
        cmocka_unit_test(requests_have_one_length),
        cmocka_unit_test(requests_with_other_values_are_refused),
        cmocka_unit_test(assertions_go_there_and_back),
        cmocka_unit_test(answers_of_the_wrong_length_are_refused),
        cmocka_unit_test(errors_go_there_and_back),
        cmocka_unit_test(no_helper_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
