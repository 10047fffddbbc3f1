/* SPDX-License-Identifier: Apache-2.0 */
/* Base32: any bytes survive encoding; whatever decodes encodes to the same symbols. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>

#include "providers/local/base32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_secret_free) struct cs_secret back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret decoded = {0};
    struct cs_error error = {0};
    size_t used = 0;

    REQUIRE(cs_base32_encode(data, size, &text) == CS_OK);
    REQUIRE(cs_base32_decode(text.data, text.length, &back, NULL) == CS_OK);
    REQUIRE(back.length == size && (size == 0 || memcmp(back.data, data, size) == 0));
    if (cs_base32_decode((const char *)data, size, &decoded, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_INPUT && decoded.data == NULL);
        return 0;
    }
    REQUIRE(cs_base32_encode(decoded.data, decoded.length, &text) == CS_OK);
    for (size_t i = 0; i < size; i++) {
        if (isalnum(data[i]))
            REQUIRE(used < text.length && toupper(data[i]) == text.data[used++]);
    }
    REQUIRE(used == text.length);
    return 0;
}
