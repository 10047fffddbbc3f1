/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "json/scan.h"
#include "json/tree.h"

enum { NAME_MAX_BYTES = 160 };

struct cs_json_value {
    const cJSON *item;
    const struct cs_json_value *next; /* its next sibling */
    struct cs_json_mark mark;
};

struct cs_json {
    char *name; /* sanitised and bounded, because it starts every message */
    cJSON *tree;
    struct cs_json_value *values; /* in document order; the first is the root */
    size_t count;
};

/* The end of a long path says more than its start, and the message needs the space. */
static char *clean_name(const char *name)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    size_t length = strlen(name);
    size_t skip = length > NAME_MAX_BYTES ? length - NAME_MAX_BYTES : 0;

    if (skip > 0)
        cs_buffer_text(&clean, "...");
    while (skip > 0 && ((unsigned char)name[skip] & 0xc0) == 0x80)
        skip++;
    cs_sanitise(&clean, name + skip, length - skip);
    return cs_buffer_take(&clean);
}

/*
 * Gives each value its cJSON item; the order is the same, because both follow the text. A
 * difference in type or number would mean that cJSON read a different document from the one we
 * checked.
 */
static bool bind_values(struct cs_json *document, const cJSON *item, size_t *index)
{
    struct cs_json_value *value = &document->values[*index];
    struct cs_json_value *last = NULL;
    size_t children = 0;

    if (cs_json_tree_type(item) != value->mark.type)
        return false;
    value->item = item;
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (++*index >= document->count)
            return false;
        if (last != NULL)
            last->next = &document->values[*index];
        last = &document->values[*index];
        if (!bind_values(document, child, index))
            return false;
        children++;
    }
    return children == value->mark.count;
}

static int compare_keys(const void *a, const void *b)
{
    const struct cs_json_value *left = *(const struct cs_json_value *const *)a;
    const struct cs_json_value *right = *(const struct cs_json_value *const *)b;
    int order = strcmp(left->item->string, right->item->string);

    /* Both are in one array, so that the address gives the order in the document. */
    return order != 0 ? order : (left > right) - (left < right);
}

/* Compares decoded keys, so that "a" and "\u0061" are the same. Sorts them, because the sender
 * chooses how many there are. */
static enum cs_err check_keys(const struct cs_json *document, const struct cs_json_value *object,
                              const struct cs_json_value **sorted, enum cs_err code,
                              struct cs_error *error)
{
    const struct cs_json_value *again = NULL;
    const struct cs_json_value *before = NULL;
    size_t count = 0;

    for (const struct cs_json_value *member = cs_json_first(object); member != NULL;
         member = member->next)
        sorted[count++] = member;
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i]->item->string, sorted[i - 1]->item->string) != 0)
            continue;
        if (again == NULL || sorted[i] < again) {
            again = sorted[i];
            before = sorted[i - 1];
        }
    }
    if (again == NULL)
        return CS_OK;
    return cs_json_fail_key(error, code, document, again,
                            "key \"%.60s\" is already at %u:%u; expected it once in an object",
                            again->item->string, before->mark.key.line, before->mark.key.column);
}

/* Checks what only the decoded values show. */
static enum cs_err check_values(const struct cs_json *document, enum cs_err code,
                                struct cs_error *error)
{
    const struct cs_json_value **sorted = calloc(document->count, sizeof *sorted);
    enum cs_err result = CS_OK;

    if (sorted == NULL)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < document->count && result == CS_OK; i++) {
        const struct cs_json_value *value = &document->values[i];

        if (value->mark.type == CS_JSON_OBJECT)
            result = check_keys(document, value, sorted, code, error);
        else if (value->mark.type == CS_JSON_NUMBER && !isfinite(value->item->valuedouble))
            result = cs_json_fail(error, code, document, value,
                                  "number is too large; expected less than 1.8e308");
    }
    free(sorted);
    return result;
}

/*
 * cJSON keeps the last error in a global variable that all threads would write. Nobody here reads
 * it, and text that passed the scan leaves cJSON nothing to refuse.
 */
static enum cs_err build(struct cs_json *document, const char *text,
                         const struct cs_json_marks *marks, enum cs_err code,
                         struct cs_error *error)
{
    size_t index = 0;

    document->tree = cJSON_ParseWithOpts(text, NULL, true);
    document->values = calloc(marks->count, sizeof *document->values);
    if (document->tree == NULL || document->values == NULL)
        return cs_fail_nomem(error);
    document->count = marks->count;
    for (size_t i = 0; i < marks->count; i++)
        document->values[i].mark = marks->items[i];
    if (!bind_values(document, document->tree, &index) || index + 1 != document->count)
        return cs_fail(error, code, "%s:1:1: read in two ways; expected plain JSON",
                       document->name);
    return check_values(document, code, error);
}

enum cs_err cs_json_parse(const char *name, const char *text, size_t length, enum cs_json_mode mode,
                          struct cs_json **ret_document, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = calloc(1, sizeof *document);
    CS_AUTO(cs_json_marks_free) struct cs_json_marks marks = {0};
    CS_AUTO(cs_secret_free) struct cs_secret copy = {0};
    enum cs_err code = mode == CS_JSON_TOLERANT ? CS_ERR_CONFIG : CS_ERR_INPUT;
    enum cs_err result;

    if (document == NULL || (document->name = clean_name(name)) == NULL)
        return cs_fail_nomem(error);
    /* The scan refuses text above the limit by its length alone, so it needs no copy. */
    if (cs_secret_set(&copy, text, length <= CS_JSON_TEXT_MAX ? length : 0) != CS_OK)
        return cs_fail_nomem(error);
    result = cs_json_scan(document->name, copy.data, length, CS_JSON_TEXT_MAX, mode, &marks, error);
    if (result == CS_OK)
        result = build(document, copy.data, &marks, code, error);
    if (result != CS_OK)
        return result;
    *ret_document = document;
    document = NULL;
    return CS_OK;
}

void cs_json_free(struct cs_json **document)
{
    if (*document == NULL)
        return;
    cs_json_tree_free(&(*document)->tree);
    free((*document)->values);
    free((*document)->name);
    free(*document);
    *document = NULL;
}

const struct cs_json_value *cs_json_root(const struct cs_json *document)
{
    return document->values;
}

enum cs_json_type cs_json_type(const struct cs_json_value *value)
{
    return value != NULL ? value->mark.type : CS_JSON_NONE;
}

const char *cs_json_type_name(enum cs_json_type type)
{
    static const char *const names[] = {
        [CS_JSON_NONE] = "nothing",       [CS_JSON_NULL] = "null",
        [CS_JSON_BOOL] = "true or false", [CS_JSON_NUMBER] = "a number",
        [CS_JSON_STRING] = "a string",    [CS_JSON_ARRAY] = "an array",
        [CS_JSON_OBJECT] = "an object",
    };

    return names[type];
}

const struct cs_json_value *cs_json_get(const struct cs_json_value *object, const char *key)
{
    if (cs_json_type(object) != CS_JSON_OBJECT)
        return NULL;
    for (const struct cs_json_value *member = cs_json_first(object); member != NULL;
         member = member->next) {
        if (strcmp(member->item->string, key) == 0)
            return member;
    }
    return NULL;
}

const struct cs_json_value *cs_json_first(const struct cs_json_value *value)
{
    /* In document order the first child directly follows its parent. */
    return cs_json_count(value) > 0 ? value + 1 : NULL;
}

const struct cs_json_value *cs_json_next(const struct cs_json_value *value)
{
    return value != NULL ? value->next : NULL;
}

size_t cs_json_count(const struct cs_json_value *value)
{
    return value != NULL ? value->mark.count : 0;
}

const char *cs_json_key(const struct cs_json_value *value)
{
    return value != NULL ? value->item->string : NULL;
}

const char *cs_json_string(const struct cs_json_value *value, size_t *ret_length)
{
    if (cs_json_type(value) != CS_JSON_STRING)
        return NULL;
    if (ret_length != NULL)
        *ret_length = strlen(value->item->valuestring);
    return value->item->valuestring;
}

bool cs_json_bool(const struct cs_json_value *value, bool *ret_value)
{
    if (cs_json_type(value) != CS_JSON_BOOL)
        return false;
    *ret_value = cJSON_IsTrue(value->item);
    return true;
}

bool cs_json_integer(const struct cs_json_value *value, int64_t *ret_value)
{
    /* 2^53 itself is excluded: a double with that value may have been 2^53 + 1. */
    static const double limit = 9007199254740992.0;

    if (cs_json_type(value) != CS_JSON_NUMBER || !value->mark.integral)
        return false;
    if (value->item->valuedouble <= -limit || value->item->valuedouble >= limit)
        return false;
    *ret_value = (int64_t)value->item->valuedouble;
    return true;
}

bool cs_json_int64(const struct cs_json_value *value, int64_t *ret_value)
{
    if (cs_json_type(value) != CS_JSON_NUMBER || !value->mark.fits)
        return false;
    *ret_value = value->mark.integer;
    return true;
}

bool cs_json_number(const struct cs_json_value *value, double *ret_value)
{
    if (cs_json_type(value) != CS_JSON_NUMBER)
        return false;
    *ret_value = value->item->valuedouble;
    return true;
}

static void set_position(struct cs_json_position position, unsigned *ret_line, unsigned *ret_column)
{
    *ret_line = position.line;
    *ret_column = position.column;
}

/* A missing value is reported at the start of the document. */
static struct cs_json_mark mark_of(const struct cs_json *document,
                                   const struct cs_json_value *value)
{
    return value != NULL ? value->mark : document->values[0].mark;
}

void cs_json_position(const struct cs_json *document, const struct cs_json_value *value,
                      unsigned *ret_line, unsigned *ret_column)
{
    set_position(mark_of(document, value).position, ret_line, ret_column);
}

void cs_json_key_position(const struct cs_json *document, const struct cs_json_value *value,
                          unsigned *ret_line, unsigned *ret_column)
{
    set_position(mark_of(document, value).key, ret_line, ret_column);
}

enum cs_err cs_json_fail(struct cs_error *error, enum cs_err code, const struct cs_json *document,
                         const struct cs_json_value *value, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)cs_json_vfail(error, code, document->name, mark_of(document, value).position, format,
                        arguments);
    va_end(arguments);
    return code;
}

enum cs_err cs_json_fail_key(struct cs_error *error, enum cs_err code,
                             const struct cs_json *document, const struct cs_json_value *value,
                             const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)cs_json_vfail(error, code, document->name, mark_of(document, value).key, format,
                        arguments);
    va_end(arguments);
    return code;
}
