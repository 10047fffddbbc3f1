/* SPDX-License-Identifier: Apache-2.0 */
/* A server's answer with a token: it is refused with a sentence, or the token may be used in a
 * header. */
#include "tests/fuzz/fuzz.h"

#include "net/bearer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long statuses[] = {200, 400, 401, 503};
    CS_AUTO(cs_secret_free) struct cs_secret token = {0};
    struct cs_error error = {0};
    int64_t life = 0;
    long status;
    enum cs_err result;

    if (size == 0)
        return 0;
    status = statuses[data[0] & 3];
    result = cs_bearer_read(status, (const char *)data + 1, size - 1, &token, &life, &error);
    if (result != CS_OK) {
        REQUIRE(result == error.code && token.data == NULL && life == 0);
        REQUIRE(result == CS_ERR_CONFIG ||
                (result == CS_ERR_UNAVAILABLE || result == CS_ERR_UNREACHABLE));
        for (const char *byte = error.text; *byte != '\0'; byte++)
            REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
        return 0;
    }
    REQUIRE(status == 200 && life > 0 && life <= CS_BEARER_LIFE_MAX);
    REQUIRE(token.length > 0 && token.length <= CS_BEARER_BYTES_MAX);
    for (size_t i = 0; i < token.length; i++)
        REQUIRE(token.data[i] > ' ' && token.data[i] <= '~');
    return 0;
}
