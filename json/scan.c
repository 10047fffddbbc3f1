/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include <errno.h>
#include <stdlib.h>

#include "json/lexeme.h"

struct scanner {
    struct cs_json_cursor cursor;
    struct cs_json_marks marks;
    unsigned depth; /* open containers */
};

/* The library keeps a double, which cannot hold every integer. */
static enum cs_err scan_number(struct cs_json_cursor *cursor, struct cs_json_mark *mark)
{
    const char *text = cursor->text + cursor->offset;
    enum cs_err result = cs_json_scan_number(cursor, &mark->integral);

    errno = 0;
    mark->integer = strtoll(text, NULL, 10);
    mark->fits = result == CS_OK && mark->integral && errno == 0;
    return result;
}

static enum cs_err scan_value(struct scanner *scanner, const struct cs_json_position *key);

void cs_json_marks_free(struct cs_json_marks *marks)
{
    free(marks->items);
    *marks = (struct cs_json_marks){0};
}

static enum cs_err add_mark(struct scanner *scanner, const struct cs_json_position *key)
{
    const struct cs_json_cursor *cursor = &scanner->cursor;
    struct cs_json_marks *marks = &scanner->marks;

    if (marks->count == CS_JSON_VALUES_MAX)
        return cs_json_refuse(cursor, cursor->position, "too many values; expected at most %d",
                              CS_JSON_VALUES_MAX);
    if (marks->count == marks->capacity) {
        size_t capacity = marks->capacity ? marks->capacity * 2 : 16;
        struct cs_json_mark *grown = reallocarray(marks->items, capacity, sizeof *grown);

        if (grown == NULL)
            return cs_fail_nomem(cursor->error);
        marks->items = grown;
        marks->capacity = capacity;
    }
    marks->items[marks->count++] =
        (struct cs_json_mark){.position = cursor->position, .key = key ? *key : cursor->position};
    return CS_OK;
}

static enum cs_err scan_member(struct scanner *scanner)
{
    struct cs_json_cursor *cursor = &scanner->cursor;
    struct cs_json_position key = cursor->position;
    enum cs_err result;

    if (cs_json_peek(cursor) != '"')
        return cs_json_refuse_next(cursor, "a key in double quotation marks");
    result = cs_json_scan_string(cursor);
    if (result == CS_OK)
        result = cs_json_skip_space(cursor);
    if (result != CS_OK)
        return result;
    /* Some printed samples of IBM's configuration have this error. */
    if (cs_json_peek(cursor) == '=')
        return cs_json_refuse_next(cursor, "':' after the key, as in \"key\": \"value\"");
    if (cs_json_peek(cursor) != ':')
        return cs_json_refuse_next(cursor, "':' after the key");
    cs_json_advance(cursor);
    result = cs_json_skip_space(cursor);
    return result == CS_OK ? scan_value(scanner, &key) : result;
}

/* Reads the comma after an element, if any; `ret_more` is false if the container ends here. */
static enum cs_err scan_separator(struct cs_json_cursor *cursor, char close, bool *ret_more)
{
    enum cs_err result = cs_json_skip_space(cursor);
    struct cs_json_position position = cursor->position;
    size_t offset = cursor->offset;

    if (result != CS_OK)
        return result;
    *ret_more = false;
    if (cs_json_peek(cursor) == close)
        return CS_OK;
    if (cs_json_peek(cursor) != ',')
        return cs_json_refuse_next(cursor, close == '}' ? "',' or '}'" : "',' or ']'");
    cs_json_advance(cursor);
    result = cs_json_skip_space(cursor);
    if (result != CS_OK)
        return result;
    *ret_more = cs_json_peek(cursor) != close;
    if (*ret_more)
        return CS_OK;
    if (cursor->mode == CS_JSON_STRICT)
        return cs_json_refuse(cursor, position, "comma before '%c'; expected no trailing comma",
                              close);
    cursor->text[offset] = ' ';
    return CS_OK;
}

/* Scans an object or array whose mark is `self`: an index, because the marks move as they grow. */
static enum cs_err scan_container(struct scanner *scanner, size_t self)
{
    struct cs_json_cursor *cursor = &scanner->cursor;
    bool is_object = cs_json_peek(cursor) == '{';
    char close = is_object ? '}' : ']';
    enum cs_err result;
    bool more;

    scanner->marks.items[self].type = is_object ? CS_JSON_OBJECT : CS_JSON_ARRAY;
    if (scanner->depth == CS_JSON_DEPTH_MAX)
        return cs_json_refuse(cursor, cursor->position,
                              "nested too deeply; expected at most %d levels", CS_JSON_DEPTH_MAX);
    scanner->depth++;
    cs_json_advance(cursor);
    result = cs_json_skip_space(cursor);
    more = cs_json_peek(cursor) != close;
    while (result == CS_OK && more) {
        result = is_object ? scan_member(scanner) : scan_value(scanner, NULL);
        if (result != CS_OK)
            return result;
        scanner->marks.items[self].count++;
        result = scan_separator(cursor, close, &more);
    }
    if (result != CS_OK)
        return result;
    cs_json_advance(cursor);
    scanner->depth--;
    return CS_OK;
}

static enum cs_err scan_value(struct scanner *scanner, const struct cs_json_position *key)
{
    struct cs_json_cursor *cursor = &scanner->cursor;
    char next = cs_json_peek(cursor);
    size_t self = scanner->marks.count;
    enum cs_err result = add_mark(scanner, key);
    struct cs_json_mark *mark;

    if (result != CS_OK)
        return result;
    if (next == '{' || next == '[')
        return scan_container(scanner, self);
    mark = &scanner->marks.items[self];
    if (next == '"') {
        mark->type = CS_JSON_STRING;
        return cs_json_scan_string(cursor);
    }
    if (next == '-' || cs_json_is_digit(next)) {
        mark->type = CS_JSON_NUMBER;
        return scan_number(cursor, mark);
    }
    if (cs_json_is_letter(next))
        return cs_json_scan_word(cursor, &mark->type);
    return cs_json_refuse_next(cursor, "a value");
}

static enum cs_err scan_text(struct scanner *scanner, size_t limit)
{
    struct cs_json_cursor *cursor = &scanner->cursor;
    enum cs_err result;

    if (cursor->length > limit)
        return cs_json_refuse(cursor, cursor->position,
                              "text of %zu bytes; expected at most %zu bytes", cursor->length,
                              limit);
    result = cs_json_check_text(cursor);
    if (result == CS_OK)
        result = cs_json_skip_space(cursor);
    if (result == CS_OK)
        result = scan_value(scanner, NULL);
    if (result == CS_OK)
        result = cs_json_skip_space(cursor);
    if (result == CS_OK && cs_json_peek(cursor) != '\0')
        result = cs_json_refuse_next(cursor, "nothing after the value");
    return result;
}

enum cs_err cs_json_scan(const char *name, char *text, size_t length, size_t limit,
                         enum cs_json_mode mode, struct cs_json_marks *ret_marks,
                         struct cs_error *error)
{
    struct scanner scanner = {.cursor = {.name = name,
                                         .text = text,
                                         .length = length,
                                         .position = {1, 1},
                                         .mode = mode,
                                         .error = error}};
    enum cs_err result = scan_text(&scanner, limit);

    if (result != CS_OK) {
        cs_json_marks_free(&scanner.marks);
        return result;
    }
    *ret_marks = scanner.marks;
    return CS_OK;
}
