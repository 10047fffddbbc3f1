/* ssh's prompts, into which a server writes what it likes: the host is one, and the only one. */
#include "tests/fuzz/fuzz.h"

#include "touch/prompt.h"

/* How many "@HOST) " there are, counted from the @ on. */
static size_t count_hosts(const char *text)
{
    size_t count = 0;

    for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@')) {
        const char *end = strstr(at, ") ");

        count += end != NULL && cs_touch_is_host(at + 1, (size_t)(end - at) - 1);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hints[] = {NULL, "", "confirm", "none"};
    struct cs_touch_prompt prompt;
    char *text;

    if (size == 0)
        return 0;
    text = fuzz_text(data + 1, size - 1);
    cs_touch_read_prompt(text, hints[data[0] & 3], &prompt);
    if (prompt.kind == CS_TOUCH_RELAY) {
        REQUIRE(prompt.request >= text);
        REQUIRE(prompt.request_length <= strlen(prompt.request));
        REQUIRE(strncmp(prompt.request, "U2F1.", 5) == 0);
    } else {
        REQUIRE(prompt.request == NULL);
    }
    if (prompt.host[0] != '\0') {
        const char *end = strstr(text, ") ");

        REQUIRE(text[0] == '(' && end != NULL);
        REQUIRE(count_hosts(text) == 1 && !prompt.more_hosts);
        REQUIRE(cs_touch_is_host(prompt.host, strlen(prompt.host)));
        REQUIRE(strncmp(end - strlen(prompt.host), prompt.host, strlen(prompt.host)) == 0);
    }
    free(text);
    return 0;
}
