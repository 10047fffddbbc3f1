/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning: the result is clean and no longer than the input; clean text is left alone. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    char *text = calloc(1, size > 0 ? size : 1);

    REQUIRE(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    cs_sanitise(&out, text, size);
    REQUIRE(out.length <= size);
    REQUIRE(size == 0 || cs_is_clean(out.text, out.length));
    if (size > 0)
        REQUIRE(cs_is_clean(text, size) ==
                (out.length == size && memcmp(out.text, text, size) == 0));
    for (size_t i = 0; i < out.length; i++)
        REQUIRE((unsigned char)out.text[i] >= 0x20 && out.text[i] != 0x7f);
    free(text);
    return 0;
}
