/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: reading ends, places only move on, and what was read is read again from a clean copy. */
#include "tests/fuzz/fuzz.h"

#include "base/buffer.h"
#include "cli/csv.h"

enum { MOST = 8 };

static void write_again(const struct cs_csv_field *fields, size_t count, struct cs_buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        cs_buffer_text(out, i > 0 ? ",\"" : "\"");
        for (const char *c = fields[i].text; *c != '\0'; c++)
            cs_buffer_add(out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
        cs_buffer_text(out, "\"");
    }
    cs_buffer_text(out, "\r\n");
}

static void require_same(const struct cs_csv_field *fields, size_t count)
{
    struct cs_buffer text = {0};
    struct cs_csv_field again[MOST], wrong;
    struct cs_csv csv = {.separator = ',', .line = 1, .column = 1};
    size_t found = 0;

    write_again(fields, count, &text);
    REQUIRE(!text.failed);
    csv.rest = text.text;
    REQUIRE(cs_csv_next(&csv, again, MOST, &found, &wrong, NULL) == CS_OK && found == count);
    for (size_t i = 0; i < count; i++)
        REQUIRE(strcmp(again[i].text, fields[i].text) == 0);
    REQUIRE(*csv.rest == '\0');
    cs_buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    size_t length = strlen(text), line = 0, count = 1;
    struct cs_csv csv = {.rest = text, .separator = ',', .line = 1, .column = 1};

    for (size_t i = 0; i <= length + 1 && count > 0; i++) {
        struct cs_csv_field fields[MOST], wrong = {0};
        struct cs_error error = {0};

        if (cs_csv_next(&csv, fields, MOST, &count, &wrong, &error) != CS_OK) {
            REQUIRE(error.code == CS_ERR_INPUT && wrong.line > 0 && wrong.column > 0);
            count = 1;
            continue;
        }
        REQUIRE(csv.rest <= text + length);
        for (size_t f = 0; f < count && f < MOST; f++) {
            REQUIRE(fields[f].text >= text && fields[f].text <= text + length);
            REQUIRE(fields[f].line >= line);
            line = fields[f].line;
        }
        if (count > 0 && count <= MOST)
            require_same(fields, count);
    }
    REQUIRE(count == 0);
    free(text);
    return 0;
}
