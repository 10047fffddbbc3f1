/* SPDX-License-Identifier: Apache-2.0 */
#include "json/cursor.h"

#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"

enum { MESSAGE_MAX = 256 };

enum cs_err cs_json_vfail(struct cs_error *error, enum cs_err code, const char *name,
                          struct cs_json_position position, const char *format, va_list arguments)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    char message[MESSAGE_MAX];
    int length = vsnprintf(message, sizeof message, format, arguments);

    if (length < 0)
        return cs_fail(error, code, "%s:%u:%u: refused", name, position.line, position.column);
    cs_sanitise(&clean, message, strlen(message));
    if (length >= (int)sizeof message)
        cs_buffer_text(&clean, "...");
    return cs_fail(error, code, "%s:%u:%u: %s", name, position.line, position.column,
                   clean.failed || clean.text == NULL ? "refused" : clean.text);
}

enum cs_err cs_json_refuse(const struct cs_json_cursor *cursor, struct cs_json_position position,
                           const char *format, ...)
{
    enum cs_err code = cursor->mode == CS_JSON_TOLERANT ? CS_ERR_CONFIG : CS_ERR_INPUT;
    va_list arguments;

    va_start(arguments, format);
    (void)cs_json_vfail(cursor->error, code, cursor->name, position, format, arguments);
    va_end(arguments);
    return code;
}

/* Quotes one character, never the word it starts: an unquoted password must not reach the log. */
enum cs_err cs_json_refuse_next(const struct cs_json_cursor *cursor, const char *expected)
{
    const char *next = cursor->text + cursor->offset;
    unsigned long code = 0;
    size_t size;

    if (cursor->offset == cursor->length)
        return cs_json_refuse(cursor, cursor->position, "the text ends here; expected %s",
                              expected);
    size = cs_utf8_decode(next, cursor->length - cursor->offset, &code);
    if (!cs_is_clean(next, size))
        return cs_json_refuse(cursor, cursor->position, "found U+%04lX; expected %s", code,
                              expected);
    return cs_json_refuse(cursor, cursor->position, "found '%.*s'; expected %s", (int)size, next,
                          expected);
}

enum cs_err cs_json_check_text(const struct cs_json_cursor *cursor)
{
    struct cs_json_cursor scout = *cursor;

    while (scout.offset < scout.length) {
        const char *next = scout.text + scout.offset;
        unsigned long code = 0;
        size_t size = cs_utf8_decode(next, scout.length - scout.offset, &code);

        if (size == 0)
            return cs_json_refuse(&scout, scout.position,
                                  "byte 0x%02x is not UTF-8; expected UTF-8", (unsigned char)*next);
        if (code == 0)
            return cs_json_refuse(&scout, scout.position, "NUL byte; expected text");
        while (size-- > 0)
            cs_json_advance(&scout);
    }
    return CS_OK;
}

char cs_json_peek(const struct cs_json_cursor *cursor)
{
    return cursor->text[cursor->offset];
}

void cs_json_advance(struct cs_json_cursor *cursor)
{
    unsigned char byte = (unsigned char)cursor->text[cursor->offset++];

    if (byte == '\n') {
        cursor->position.line++;
        cursor->position.column = 1;
    } else if ((byte & 0xc0) != 0x80) {
        /* Continuation bytes belong to the column of their first byte. */
        cursor->position.column++;
    }
}

static void blank(struct cs_json_cursor *cursor)
{
    char *byte = cursor->text + cursor->offset;

    cs_json_advance(cursor);
    if (*byte != '\n')
        *byte = ' ';
}

/* A control character in a comment could make a terminal show something other than what we read. */
static enum cs_err blank_comment(struct cs_json_cursor *cursor)
{
    struct cs_json_position start = cursor->position;
    bool block;

    if (cursor->mode == CS_JSON_STRICT)
        return cs_json_refuse(cursor, start, "comment; expected JSON without comments");
    block = cursor->text[cursor->offset + 1] == '*';
    blank(cursor);
    blank(cursor);
    for (;;) {
        char next = cs_json_peek(cursor);

        if (next == '\0' && block)
            return cs_json_refuse(cursor, start, "comment is not closed; expected '*/' after it");
        if (next == '\0' || (next == '\n' && !block))
            return CS_OK;
        if (block && next == '*' && cursor->text[cursor->offset + 1] == '/')
            break;
        if ((unsigned char)next < 0x20 && strchr("\t\r\n", next) == NULL)
            return cs_json_refuse_next(cursor, "no control character in a comment");
        blank(cursor);
    }
    blank(cursor);
    blank(cursor);
    return CS_OK;
}

enum cs_err cs_json_skip_space(struct cs_json_cursor *cursor)
{
    for (;;) {
        const char *next = cursor->text + cursor->offset;

        if (*next == ' ' || *next == '\t' || *next == '\n' || *next == '\r') {
            cs_json_advance(cursor);
        } else if (next[0] == '/' && (next[1] == '/' || next[1] == '*')) {
            enum cs_err result = blank_comment(cursor);

            if (result != CS_OK)
                return result;
        } else {
            return CS_OK;
        }
    }
}
