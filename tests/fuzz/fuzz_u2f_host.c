/* SPDX-License-Identifier: Apache-2.0 */
/* The two messages of the helper for security keys: whatever is read can be written again
 * unchanged. */
#include "tests/fuzz/fuzz.h"

#include "u2f/host_message.h"

static void check_again(const struct cs_secret *packet, const struct cs_secret *again)
{
    REQUIRE(packet->length == again->length);
    REQUIRE(memcmp(packet->data, again->data, packet->length) == 0);
}

static void check_request(const struct cs_secret *packet)
{
    CS_AUTO(cs_secret_free) struct cs_secret again = {0};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = {0};

    if (cs_u2f_host_read_request(packet, &request, NULL) != CS_OK)
        return;
    REQUIRE(request.handle_count <= CS_U2F_RELAY_HANDLES);
    REQUIRE(request.pin.length <= CS_U2F_PIN_MAX && request.verification < CS_U2F_VERIFICATIONS);
    REQUIRE(cs_u2f_host_write_request(&request, &again, NULL) == CS_OK);
    check_again(packet, &again);
}

static void check_answer(const struct cs_secret *packet, enum cs_u2f_purpose purpose)
{
    CS_AUTO(cs_secret_free) struct cs_secret again = {0};
    struct cs_u2f_host_answer answer;

    if (cs_u2f_host_read_answer(packet, purpose, 2, &answer, NULL) != CS_OK)
        return;
    REQUIRE(answer.answer.key < 2);
    REQUIRE(answer.tries_left >= -1 && answer.tries_left < 255);
    REQUIRE(cs_u2f_host_write_answer(&answer, &again, NULL) == CS_OK);
    check_again(packet, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

    REQUIRE(cs_secret_set(&packet, data, size) == CS_OK);
    check_request(&packet);
    check_answer(&packet, CS_U2F_AUTHENTICATE);
    check_answer(&packet, CS_U2F_REGISTER);
    return 0;
}
