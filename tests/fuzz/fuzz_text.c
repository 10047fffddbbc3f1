/* Administrators' texts: rendering ends, and what the check accepts is a prompt. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "base/strlist.h"
#include "conversation/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct cs_text_values values = {.left = 4294967295U};
    CS_AUTO(cs_string_free) char *own = fuzz_text(data, size);
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    struct cs_error error = {0};

    cs_text_render(&out, CS_TEXT_OTP_PROMPT, own, &values);
    REQUIRE(!out.failed && out.length <= strlen(own) * 10);
    if (strpbrk(own, "%\\") == NULL)
        REQUIRE(strcmp(out.text ? out.text : "", own) == 0);
    if (cs_text_check(own, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_CONFIG);
        return 0;
    }
    REQUIRE(out.length > 0);
    for (size_t i = 0; i < out.length; i++)
        REQUIRE((unsigned char)out.text[i] >= 0x20 || out.text[i] == '\n' || out.text[i] == '\t');
    return 0;
}
