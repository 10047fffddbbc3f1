/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery codes as people type them: an accepted code survives being shown and read again. */
#include "tests/fuzz/fuzz.h"

#include "base/typed_code.h"
#include "providers/local/codes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secret_free) struct cs_secret typed = {0};
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    CS_AUTO(cs_secret_free) struct cs_secret again = {0};
    char shown[CS_RECOVERY_SHOWN_SIZE];

    REQUIRE(cs_secret_set(&typed, data, size) == CS_OK);
    REQUIRE(cs_typed_code(&typed, &code) == CS_OK);
    REQUIRE(code.length <= size);
    REQUIRE(memchr(code.data, ' ', code.length) == NULL);
    REQUIRE(memchr(code.data, '-', code.length) == NULL);
    if (!cs_recovery_parse(&typed, &code))
        return 0;
    if (code.length == CS_EMERGENCY_DIGITS) {
        REQUIRE(strspn(code.data, "0123456789") == CS_EMERGENCY_DIGITS);
        return 0;
    }
    REQUIRE(code.length == CS_RECOVERY_SYMBOLS);
    cs_recovery_show(&code, shown);
    REQUIRE(cs_secret_set(&typed, shown, strlen(shown)) == CS_OK);
    REQUIRE(cs_recovery_parse(&typed, &again));
    REQUIRE(memcmp(code.data, again.data, code.length) == 0);
    return 0;
}
