/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relay lines. The first byte chooses: 0 reads the rest as it is; 1 to 7 wrap it as a line of that
 * kind, so that checksums do not stop the search. Whatever is read is written the same way.
 */
#include "tests/fuzz/fuzz.h"

#include "base/strlist.h"
#include "u2f/relay_line.h"

/* The line without the blanks that a reader ignores around it. */
static void require_within(const struct cs_buffer *line, const char *text)
{
    REQUIRE(!line->failed && line->length <= strlen(text) && strstr(text, line->text) != NULL);
}

static void read_all(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer request_line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer answer_line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer enrolled_line = {0};
    struct cs_u2f_enrolled enrolled;
    struct cs_u2f_request request;
    struct cs_u2f_answer answer;
    struct cs_error error = {0};
    size_t length = strlen(text);

    if (cs_u2f_read_request(text, length, &request, &error) == CS_OK) {
        REQUIRE(cs_u2f_write_request(&request, &request_line, &error) == CS_OK);
        REQUIRE(request_line.length <= CS_U2F_REQUEST_LINE_MAX);
        /* What version 2 says without need is written in version 1. */
        if (strstr(text, CS_U2F_REQUEST2_PREFIX) == NULL ||
            strncmp(request_line.text, CS_U2F_REQUEST_PREFIX, strlen(CS_U2F_REQUEST_PREFIX)) != 0)
            require_within(&request_line, text);
    } else {
        REQUIRE(error.code == CS_ERR_INPUT && error.text[0] != '\0');
    }
    if (cs_u2f_read_answer(text, length, 3, &answer, &error) == CS_OK) {
        REQUIRE(answer.key < 3);
        REQUIRE(cs_u2f_write_answer(&answer, &answer_line, &error) == CS_OK);
        REQUIRE(answer_line.length <= CS_U2F_ANSWER_LINE_MAX);
        require_within(&answer_line, text);
    }
    if (cs_u2f_read_enrolled(text, length, &enrolled, &error) == CS_OK) {
        REQUIRE(cs_u2f_write_enrolled(&enrolled, strstr(text, CS_U2F_ENROLLED2_PREFIX) != NULL,
                                      &enrolled_line, &error) == CS_OK);
        REQUIRE(enrolled_line.length <= CS_U2F_ENROLLED_LINE_MAX);
        require_within(&enrolled_line, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data + (size > 0), size - (size > 0));
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_error error = {0};
    const char *found;
    size_t length = 0;

    read_all(text);
    found = cs_u2f_find_request(text, &length);
    if (found != NULL)
        REQUIRE(found >= text && length <= strlen(found) && length >= strlen("U2F1."));
    if (size < 2 || data[0] < 1 || data[0] > CS_U2F_LINE_COUNT)
        return 0;
    if (cs_u2f_wrap((enum cs_u2f_line)(data[0] - 1), data + 1, size - 1, &line, &error) == CS_OK)
        read_all(line.text);
    else
        REQUIRE(size - 1 > CS_U2F_PAYLOAD_MAX);
    return 0;
}
