/* SPDX-License-Identifier: Apache-2.0 */
/* Replies to AUTHENTICATE: a public key, then a reply with its status word. */
#include "tests/fuzz/fuzz.h"

#include "tests/support/u2f_vectors.h"
#include "u2f/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_public_key key = {.algorithm = CS_U2F_ES256, .length = CS_U2F_PUBLIC_KEY_BYTES};
    struct cs_u2f_assertion assertion = {0};
    struct cs_error error = {0};
    enum cs_u2f_reply reply;
    const uint8_t *at;
    size_t length = 0;

    if (size < CS_U2F_PUBLIC_KEY_BYTES)
        return 0;
    /* No point starts with 32 in any form: such data are for the other algorithm. */
    if (data[0] == CS_U2F_EDDSA_BYTES) {
        key.algorithm = CS_U2F_EDDSA;
        key.length = CS_U2F_EDDSA_BYTES;
    }
    memcpy(key.bytes, data + (key.algorithm == CS_U2F_EDDSA), key.length);
    at = data + CS_U2F_PUBLIC_KEY_BYTES;
    size -= CS_U2F_PUBLIC_KEY_BYTES;
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_APP_HASH, app);
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_CLIENT_HASH, client);
    if (cs_u2f_read_reply(at, size, &reply, &length, &error) != CS_OK) {
        REQUIRE(error.text[0] != '\0');
        return 0;
    }
    REQUIRE(length == (reply == CS_U2F_REPLY_DATA ? size - 2 : 0));
    if (cs_u2f_read_assertion(at, length, &assertion, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_INPUT);
        return 0;
    }
    REQUIRE(assertion.signature_length + 5 == length);
    if (cs_u2f_verify_assertion(&key, app, client, &assertion, false, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_INPUT && error.text[0] != '\0');
        return 0;
    }
    REQUIRE((assertion.flags & CS_U2F_USER_PRESENT) != 0);
    if (key.algorithm == CS_U2F_ES256)
        REQUIRE(cs_u2f_check_public_key(&key, &error) == CS_OK);
    return 0;
}
