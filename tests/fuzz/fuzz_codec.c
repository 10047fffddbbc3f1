/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of every type and version. Whatever decodes encodes again, to the same packet. */
#include "tests/fuzz/fuzz.h"

#include "tests/support/wire_message.h"

static void check_again(unsigned type, uint32_t version, const struct cs_secret *packet)
{
    CS_AUTO(cs_secret_free) struct cs_secret again = {0};
    struct cs_error error = {0};
    union wire_message message;

    memset(&message, 0, sizeof message);
    if (cs_decode(packet, type, version, &message, &error) != CS_OK ||
        cs_encode(type, version, &message, &again, &error) != CS_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        abort();
    }
    REQUIRE(again.length == packet->length);
    REQUIRE(memcmp(again.data, packet->data, packet->length) == 0);
    wire_message_clear(type, &message);
}

static void check(unsigned type, uint32_t version, const struct cs_secret *packet)
{
    CS_AUTO(cs_secret_free) struct cs_secret encoded = {0};
    struct cs_error error = {0};
    union wire_message message;
    enum cs_err result;

    memset(&message, 0, sizeof message);
    result = cs_decode(packet, type, version, &message, &error);
    REQUIRE(result == CS_OK || (result == CS_ERR_PROTOCOL && error.code == result));
    /* Ignored fields are gone: the packet is no longer than it was. */
    if (result == CS_OK) {
        REQUIRE(cs_encode(type, version, &message, &encoded, &error) == CS_OK);
        REQUIRE(encoded.length <= packet->length);
        check_again(type, version, &encoded);
    }
    wire_message_clear(type, &message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

    if (size > CS_MESSAGE_BYTES_MAX)
        return 0;
    REQUIRE(cs_secret_set(&packet, data, size) == CS_OK);
    for (unsigned type = 0; type <= CS_MSG_TYPES; type++) {
        for (uint32_t version = 1; version <= CS_WIRE_VERSION; version++) {
            if (size > 0)
                packet.data[0] = (char)type; /* let every table read every input */
            check(type, version, &packet);
        }
    }
    return 0;
}
