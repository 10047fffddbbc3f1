/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"
#include "json/tree.h"

/* One byte becomes at most six: a control character, or one that is not UTF-8, as \uXXXX. */
enum { ESCAPE_MAX = 6 };

struct cs_json_writer {
    cJSON *tree;
    cJSON *open[CS_JSON_DEPTH_MAX]; /* open containers; borrowed from `tree` */
    size_t depth;
    size_t bound; /* upper bound of the printed size, in bytes */
    enum cs_err failure;
};

struct cs_json_writer *cs_json_writer_new(void)
{
    return calloc(1, sizeof(struct cs_json_writer));
}

void cs_json_writer_free(struct cs_json_writer **writer)
{
    if (*writer == NULL)
        return;
    cs_json_tree_free(&(*writer)->tree);
    free(*writer);
    *writer = NULL;
}

/* cJSON escapes C0 in keys but would pass on bad UTF-8. */
static bool is_utf8(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text, left, &code);

        if (size == 0)
            return false;
        text += size;
        left -= size;
    }
    return true;
}

/* Whether a value may be written here. */
static bool has_place(const struct cs_json_writer *writer, const char *key)
{
    const cJSON *parent = writer->depth > 0 ? writer->open[writer->depth - 1] : NULL;

    if (parent == NULL)
        return writer->tree == NULL && key == NULL;
    if (cJSON_IsArray(parent))
        return key == NULL;
    return key != NULL && is_utf8(key) && !cJSON_GetObjectItemCaseSensitive(parent, key);
}

/* Takes ownership of `item`, NULL if memory ran out. `size` is its printed size without key and
 * layout. */
static void add(struct cs_json_writer *writer, const char *key, cJSON *item, size_t size)
{
    cJSON *parent = writer->depth > 0 ? writer->open[writer->depth - 1] : NULL;
    bool added = false;

    if (item == NULL)
        writer->failure = CS_ERR_NOMEM;
    else if (!has_place(writer, key))
        writer->failure = CS_ERR_INPUT;
    if (writer->failure != CS_OK) {
        cs_json_tree_free(&item);
        return;
    }
    if (parent == NULL) {
        writer->tree = item;
        added = true;
    } else if (key != NULL) {
        added = cJSON_AddItemToObject(parent, key, item);
    } else {
        added = cJSON_AddItemToArray(parent, item);
    }
    if (!added) {
        writer->failure = CS_ERR_NOMEM;
        cs_json_tree_free(&item);
        return;
    }
    /* Quotation marks, colon, comma, newlines; the indentation of the value and of its closing
     * bracket. */
    writer->bound += size + (key != NULL ? ESCAPE_MAX * strlen(key) : 0) + 2 * writer->depth + 16;
}

static void open_container(struct cs_json_writer *writer, const char *key, bool is_object)
{
    cJSON *item;

    if (writer == NULL || writer->failure != CS_OK)
        return;
    if (writer->depth == CS_JSON_DEPTH_MAX) {
        writer->failure = CS_ERR_INPUT;
        return;
    }
    item = is_object ? cJSON_CreateObject() : cJSON_CreateArray();
    add(writer, key, item, 2);
    if (writer->failure == CS_OK)
        writer->open[writer->depth++] = item;
}

void cs_json_write_object(struct cs_json_writer *writer, const char *key)
{
    open_container(writer, key, true);
}

void cs_json_write_array(struct cs_json_writer *writer, const char *key)
{
    open_container(writer, key, false);
}

void cs_json_write_end(struct cs_json_writer *writer)
{
    if (writer == NULL || writer->failure != CS_OK)
        return;
    if (writer->depth == 0)
        writer->failure = CS_ERR_INPUT;
    else
        writer->depth--;
}

/* `text` is JSON already. */
static void add_raw(struct cs_json_writer *writer, const char *key, const char *text)
{
    if (writer != NULL && writer->failure == CS_OK)
        add(writer, key, cJSON_CreateRaw(text), strlen(text));
}

void cs_json_write_null(struct cs_json_writer *writer, const char *key)
{
    add_raw(writer, key, "null");
}

void cs_json_write_bool(struct cs_json_writer *writer, const char *key, bool value)
{
    add_raw(writer, key, value ? "true" : "false");
}

void cs_json_write_integer(struct cs_json_writer *writer, const char *key, int64_t value)
{
    char text[24];

    /* Written as text, because cJSON's numbers are doubles and large ones would come out as
     * 1e+15. */
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    add_raw(writer, key, text);
}

static char *put_unit(char *out, unsigned long unit)
{
    static const char digits[] = "0123456789abcdef";

    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *out++ = digits[unit >> shift & 0xf];
    return out;
}

/* Adds one code point of `size` bytes, escaped if cs_is_clean refuses it. */
static char *put_code(char *out, const char *text, size_t size, unsigned long code)
{
    static const char short_codes[] = "\"\\\b\f\n\r\t";
    static const char short_names[] = "\"\\bfnrt";
    const char *found = code < 0x80 ? strchr(short_codes, (int)code) : NULL;

    if (code == 0)
        return put_unit(out, 0xfffd);
    if (found != NULL) {
        *out++ = '\\';
        *out++ = short_names[found - short_codes];
        return out;
    }
    if (cs_is_clean(text, size)) {
        memcpy(out, text, size);
        return out + size;
    }
    if (code < 0x10000)
        return put_unit(out, code);
    code -= 0x10000;
    return put_unit(put_unit(out, 0xd800 | code >> 10), 0xdc00 | (code & 0x3ff));
}

void cs_json_write_bytes(struct cs_json_writer *writer, const char *key, const char *text,
                         size_t length)
{
    CS_AUTO(cs_secret_free) struct cs_secret quoted = {0};
    char *out;

    if (writer == NULL || writer->failure != CS_OK)
        return;
    if (length > CS_JSON_TEXT_MAX) {
        writer->failure = CS_ERR_LIMIT;
        return;
    }
    quoted.data = malloc(ESCAPE_MAX * length + 3);
    if (quoted.data == NULL) {
        writer->failure = CS_ERR_NOMEM;
        return;
    }
    quoted.length = ESCAPE_MAX * length + 3;
    out = quoted.data;
    *out++ = '"';
    for (size_t i = 0; i < length;) {
        unsigned long code = 0xfffd;
        size_t size = cs_utf8_decode(text + i, length - i, &code);

        out = size > 0 ? put_code(out, text + i, size, code) : put_unit(out, 0xfffd);
        i += size > 0 ? size : 1;
    }
    *out++ = '"';
    *out = '\0';
    add_raw(writer, key, quoted.data);
}

void cs_json_write_string(struct cs_json_writer *writer, const char *key, const char *text)
{
    if (text == NULL)
        cs_json_write_null(writer, key);
    else
        cs_json_write_bytes(writer, key, text, strlen(text));
}

static enum cs_err report(enum cs_err failure, struct cs_error *error)
{
    if (failure == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (failure == CS_ERR_LIMIT)
        return cs_fail(error, failure,
                       "JSON output is too long; expected strings of at most %d bytes",
                       CS_JSON_TEXT_MAX);
    return cs_fail(error, failure, "JSON output has a value where none is allowed");
}

enum cs_err cs_json_print(const struct cs_json_writer *writer, enum cs_json_layout layout,
                          struct cs_secret *ret_text, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};

    if (writer == NULL)
        return cs_fail_nomem(error);
    if (writer->failure != CS_OK)
        return report(writer->failure, error);
    if (writer->tree == NULL || writer->depth > 0)
        return report(CS_ERR_INPUT, error);
    /* Prints into memory of fixed size, because cJSON would leave unwiped copies behind as it
     * grows. */
    text.length = writer->bound + 16;
    if (text.length > INT_MAX)
        return report(CS_ERR_LIMIT, error);
    text.data = malloc(text.length);
    if (text.data == NULL)
        return cs_fail_nomem(error);
    if (!cJSON_PrintPreallocated(writer->tree, text.data, (int)text.length,
                                 layout == CS_JSON_FORMATTED))
        return cs_fail_nomem(error);
    if (cs_secret_set(ret_text, text.data, strlen(text.data)) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
