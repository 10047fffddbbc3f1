/* SPDX-License-Identifier: Apache-2.0 */
#include "json/lexeme.h"

#include <string.h>

bool cs_json_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool cs_json_is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static int hex_value(char byte)
{
    if (cs_json_is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* The four digits behind \u. */
static enum cs_err scan_hex(struct cs_json_cursor *cursor, unsigned *ret_unit)
{
    unsigned unit = 0;

    for (int i = 0; i < 4; i++) {
        int digit = hex_value(cs_json_peek(cursor));

        if (digit < 0)
            return cs_json_refuse_next(cursor, "four hexadecimal digits after \\u");
        unit = unit << 4 | (unsigned)digit;
        cs_json_advance(cursor);
    }
    *ret_unit = unit;
    return CS_OK;
}

/* The cursor stands behind \u of the escape at `start`. */
static enum cs_err scan_unicode(struct cs_json_cursor *cursor, struct cs_json_place start)
{
    unsigned unit = 0;
    enum cs_err result = scan_hex(cursor, &unit);

    if (result != CS_OK)
        return result;
    if (unit == 0)
        return cs_json_refuse(cursor, start, "\\u0000; expected text without NUL");
    if (unit < 0xd800 || unit > 0xdfff)
        return CS_OK;
    if (unit <= 0xdbff && strncmp(cursor->text + cursor->offset, "\\u", 2) == 0) {
        cs_json_advance(cursor);
        cs_json_advance(cursor);
        result = scan_hex(cursor, &unit);
        if (result != CS_OK)
            return result;
        if (unit >= 0xdc00 && unit <= 0xdfff)
            return CS_OK;
    }
    return cs_json_refuse(cursor, start,
                          "half of a surrogate pair; expected \\ud800..\\udbff, then "
                          "\\udc00..\\udfff");
}

static enum cs_err scan_escape(struct cs_json_cursor *cursor)
{
    struct cs_json_place start = cursor->place;
    char kind;

    cs_json_advance(cursor);
    kind = cs_json_peek(cursor);
    if (kind == '\0' || strchr("\"\\/bfnrtu", kind) == NULL)
        return cs_json_refuse_next(cursor, "one of \" \\ / b f n r t u after a backslash");
    cs_json_advance(cursor);
    return kind == 'u' ? scan_unicode(cursor, start) : CS_OK;
}

enum cs_err cs_json_scan_string(struct cs_json_cursor *cursor)
{
    struct cs_json_place start = cursor->place;

    cs_json_advance(cursor);
    for (;;) {
        char next = cs_json_peek(cursor);

        if (next == '\0')
            return cs_json_refuse(cursor, start, "string is not closed; expected '\"' after it");
        if (next == '\n' || next == '\r')
            return cs_json_refuse(cursor, cursor->place,
                                  "line ends within a string; expected '\"', or \\n in its place");
        if ((unsigned char)next < 0x20)
            return cs_json_refuse_next(cursor, "an escape such as \\t or \\u0007 in its place");
        if (next == '\\') {
            enum cs_err result = scan_escape(cursor);

            if (result != CS_OK)
                return result;
            continue;
        }
        cs_json_advance(cursor);
        if (next == '"')
            return CS_OK;
    }
}

/* At least one digit; `ret_zeros` becomes false when one of them is not 0. */
static enum cs_err scan_digits(struct cs_json_cursor *cursor, bool *ret_zeros)
{
    if (!cs_json_is_digit(cs_json_peek(cursor)))
        return cs_json_refuse_next(cursor, "a digit");
    while (cs_json_is_digit(cs_json_peek(cursor))) {
        if (cs_json_peek(cursor) != '0')
            *ret_zeros = false;
        cs_json_advance(cursor);
    }
    return CS_OK;
}

static enum cs_err scan_whole_part(struct cs_json_cursor *cursor)
{
    struct cs_json_place start;
    bool zeros = true;

    if (cs_json_peek(cursor) == '-')
        cs_json_advance(cursor);
    if (cs_json_peek(cursor) != '0')
        return scan_digits(cursor, &zeros);
    start = cursor->place;
    cs_json_advance(cursor);
    if (cs_json_is_digit(cs_json_peek(cursor)))
        return cs_json_refuse(cursor, start, "number starts with 0; expected no leading zero");
    return CS_OK;
}

enum cs_err cs_json_scan_number(struct cs_json_cursor *cursor, bool *ret_integral)
{
    struct cs_json_place start = cursor->place;
    size_t offset = cursor->offset;
    bool integral = true;
    enum cs_err result = scan_whole_part(cursor);

    if (result == CS_OK && cs_json_peek(cursor) == '.') {
        cs_json_advance(cursor);
        result = scan_digits(cursor, &integral);
    }
    if (result == CS_OK && (cs_json_peek(cursor) == 'e' || cs_json_peek(cursor) == 'E')) {
        cs_json_advance(cursor);
        if (cs_json_peek(cursor) == '+' || cs_json_peek(cursor) == '-')
            cs_json_advance(cursor);
        result = scan_digits(cursor, &integral);
        integral = false;
    }
    if (result != CS_OK)
        return result;
    if (cursor->offset - offset > CS_JSON_NUMBER_MAX)
        return cs_json_refuse(cursor, start,
                              "number of %zu characters; expected at most %d characters",
                              cursor->offset - offset, CS_JSON_NUMBER_MAX);
    *ret_integral = integral;
    return CS_OK;
}

/* The word is not quoted in the refusal: it may be a password that lacks its quotation marks. */
enum cs_err cs_json_scan_word(struct cs_json_cursor *cursor, enum cs_json_type *ret_type)
{
    static const struct {
        const char *word;
        enum cs_json_type type;
    } words[] = {{"true", CS_JSON_BOOL}, {"false", CS_JSON_BOOL}, {"null", CS_JSON_NULL}};
    struct cs_json_place start = cursor->place;
    const char *word = cursor->text + cursor->offset;
    size_t length = 0;

    while (cs_json_is_letter(word[length]) || cs_json_is_digit(word[length]) || word[length] == '_')
        length++;
    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strlen(words[i].word) != length || strncmp(word, words[i].word, length) != 0)
            continue;
        while (length-- > 0)
            cs_json_advance(cursor);
        *ret_type = words[i].type;
        return CS_OK;
    }
    return cs_json_refuse(cursor, start,
                          "word without quotation marks; expected true, false, null or a string");
}
