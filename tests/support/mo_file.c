/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/mo_file.h"

#include <stdint.h>
#include <string.h>

enum { HEADER_BYTES = 28, ENTRY_BYTES = 8 };

static void put_word(struct cs_buffer *out, size_t value, bool swapped)
{
    uint32_t word = swapped ? __builtin_bswap32((uint32_t)value) : (uint32_t)value;

    cs_buffer_add(out, (const char *)&word, sizeof word);
}

static void put_text(struct cs_buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        cs_buffer_add(out, *text == '\001' ? "" : text, 1);
    cs_buffer_add(out, "", 1);
}

static size_t original_length(const struct mo_message *message)
{
    return strlen(message->context) + 1 + strlen(message->text);
}

void mo_file_write(struct cs_buffer *out, const struct mo_message *messages, size_t count,
                   bool swapped)
{
    size_t place = HEADER_BYTES + 2 * count * ENTRY_BYTES;
    const size_t header[] = {
        0x950412de, 0, count, HEADER_BYTES, HEADER_BYTES + count * ENTRY_BYTES, 0, place};

    for (size_t i = 0; i < sizeof header / sizeof header[0]; i++)
        put_word(out, header[i], swapped);
    for (size_t i = 0; i < count; i++) {
        put_word(out, original_length(&messages[i]), swapped);
        put_word(out, place, swapped);
        place += original_length(&messages[i]) + 1;
    }
    for (size_t i = 0; i < count; i++) {
        put_word(out, strlen(messages[i].translation), swapped);
        put_word(out, place, swapped);
        place += strlen(messages[i].translation) + 1;
    }
    for (size_t i = 0; i < count; i++) {
        cs_buffer_printf(out, "%s\004", messages[i].context);
        put_text(out, messages[i].text);
    }
    for (size_t i = 0; i < count; i++)
        put_text(out, messages[i].translation);
}
