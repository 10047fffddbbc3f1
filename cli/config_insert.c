/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config_insert.h"

#include <string.h>

#include "base/said.h"

static const char blanks[] = " \t\r\n";

/* ---- the text that is there ---- */

static bool starts(const char *at, const char *end, const char *with)
{
    size_t length = strlen(with);

    return (size_t)(end - at) >= length && strncmp(at, with, length) == 0;
}

/* Behind the string or comment that begins at `at`; otherwise the next byte. The text was parsed,
 * so each of them ends. */
static const char *skip(const char *at, const char *end)
{
    const char *close;

    if (starts(at, end, "//")) {
        close = memchr(at, '\n', (size_t)(end - at));
        return close != NULL ? close : end;
    }
    if (starts(at, end, "/*")) {
        close = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);
        return close != NULL ? close + 2 : end;
    }
    if (*at++ != '"')
        return at;
    while (at < end && *at != '"')
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at < end ? at + 1 : end;
}

static bool is_comment(const char *at, const char *end)
{
    return starts(at, end, "//") || starts(at, end, "/*");
}

/* The object's last brace, and behind what stands before it: neither a blank nor a comment. */
struct ends {
    const char *brace, *before;
};

static struct ends find_ends(const char *text, const char *end)
{
    struct ends ends = {NULL, NULL};
    const char *before = NULL;

    for (const char *at = text, *next; at < end; at = next) {
        next = skip(at, end);
        if (memchr(blanks, *at, sizeof blanks - 1) != NULL || is_comment(at, end))
            continue;
        if (*at == '}')
            ends = (struct ends){at, before};
        before = next;
    }
    return ends;
}

/* ---- the members to add ---- */

/* The writer's layout has tabs, and no others are in it: in strings they are escaped. */
static void indent(const char *text, size_t length, struct cs_buffer *out)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\t')
            cs_buffer_text(out, i > 0 && text[i - 1] == ':' ? " " : "    ");
        else
            cs_buffer_add(out, &text[i], 1);
    }
}

static enum cs_err print_members(const struct cs_json_writer *writer, struct cs_buffer *out,
                                 struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret object = {0};
    enum cs_err result = cs_json_print(writer, CS_JSON_FORMATTED, &object, error);

    if (result != CS_OK)
        return result;
    if (!starts(object.data, object.data + object.length, "{\n") ||
        object.data[object.length - 1] != '}')
        return cs_fail(error, CS_ERR_INPUT, "there are no members to add");
    indent(object.data + 2, object.length - 3,
           out); /* without both braces, with the last newline */
    return CS_OK;
}

/* ---- both ---- */

enum cs_err cs_config_insert(const char *text, size_t length, const struct cs_json_writer *writer,
                             struct cs_buffer *out, struct cs_error *error)
{
    const char *end = text + length, *line;
    struct ends ends = {NULL, NULL};
    enum cs_err result;

    if (cs_said_in(text, length) != CS_SAID_NOTHING)
        ends = find_ends(text, end);
    if (ends.brace == NULL) {
        cs_buffer_add(out, text, length);
        cs_buffer_text(out, length > 0 && text[length - 1] != '\n' ? "\n{\n" : "{\n");
        result = print_members(writer, out, error);
        cs_buffer_text(out, "}\n");
        return result == CS_OK && out->failed ? cs_fail_nomem(error) : result;
    }
    line = ends.brace;
    while (line > ends.before && (line[-1] == ' ' || line[-1] == '\t'))
        line--;
    cs_buffer_add(out, text, (size_t)(ends.before - text));
    cs_buffer_text(out, ends.before[-1] == '{' || ends.before[-1] == ',' ? "" : ",");
    cs_buffer_add(out, ends.before, (size_t)(line - ends.before));
    cs_buffer_text(out, line[-1] == '\n' ? "" : "\n");
    result = print_members(writer, out, error);
    cs_buffer_add(out, line[-1] == '\n' ? line : ends.brace,
                  (size_t)(end - (line[-1] == '\n' ? line : ends.brace)));
    return result == CS_OK && out->failed ? cs_fail_nomem(error) : result;
}
