/* SPDX-License-Identifier: Apache-2.0 */
/* ssh's prompts, in which a server may write anything: only one host can be found, the real one. */
#include "tests/fuzz/fuzz.h"

#include "touch/prompt.h"
#include "touch/quote.h"

/* Places where a prefix could end. */
static size_t count_ends(const char *text)
{
    size_t found = 0;

    for (const char *at = strstr(text, ") "); at != NULL; at = strstr(at + 1, ") "))
        found++;
    return found;
}

/* Whatever the server says, nothing looks like one of the program's own lines. */
static void require_marks(const char *text, const struct cs_touch_prompt *prompt, unsigned columns)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer quote = {0};
    static const char start[] = "the host says:\n";
    size_t lines = 0;

    cs_touch_quote(text, prompt, "the host", columns, &quote);
    if (quote.length == 0)
        return;
    REQUIRE(strncmp(quote.text, start, sizeof start - 1) == 0);
    for (const char *line = quote.text + sizeof start - 1; *line != '\0'; lines++) {
        const char *end = strchr(line, '\n');

        REQUIRE(strncmp(line, "> ", 2) == 0 && end != NULL && (size_t)(end - line) <= columns);
        line = end + 1;
    }
    REQUIRE(lines <= CS_TOUCH_QUOTE_LINES);
}

/* As PuTTY passes it on: a request is the last word, and no host is read from the text. */
static void read_bare(const char *text, unsigned columns)
{
    struct cs_touch_prompt prompt;

    cs_touch_read_bare_prompt(text, &prompt);
    REQUIRE(prompt.host[0] == '\0' && (prompt.request != NULL) == (prompt.kind == CS_TOUCH_RELAY));
    if (prompt.request == NULL)
        return;
    REQUIRE(prompt.request[prompt.request_length +
                           strspn(prompt.request + prompt.request_length, " \t\r\n:")] == '\0');
    require_marks(text, &prompt, columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hints[] = {NULL, "", "confirm", "none"};
    struct cs_touch_prompt prompt;
    char *text;

    if (size == 0)
        return 0;
    text = fuzz_text(data + 1, size - 1);
    read_bare(text, 8 + data[0]);
    cs_touch_read_prompt(text, hints[data[0] & 3], &prompt);
    if (prompt.kind == CS_TOUCH_RELAY) {
        REQUIRE(prompt.request >= text);
        REQUIRE(prompt.request_length <= strlen(prompt.request));
        REQUIRE(strncmp(prompt.request, "U2F1.", 5) == 0);
        require_marks(text, &prompt, 8 + data[0]);
    } else {
        REQUIRE(prompt.request == NULL);
    }
    if (prompt.host[0] != '\0') {
        const char *end = strstr(text, ") ");

        REQUIRE(text[0] == '(' && end != NULL);
        REQUIRE(prompt.kind == CS_TOUCH_RELAY && !prompt.doubtful);
        REQUIRE(count_ends(text) == 1);
        REQUIRE(strpbrk(prompt.request + prompt.request_length, "'@)p") == NULL);
        REQUIRE(cs_touch_is_host(prompt.host, strlen(prompt.host)));
        REQUIRE(strncmp(end - strlen(prompt.host), prompt.host, strlen(prompt.host)) == 0);
    }
    free(text);
    return 0;
}
