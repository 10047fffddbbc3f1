/* SPDX-License-Identifier: Apache-2.0 */
/* Part of an answer as a text of its own, for user_env. */
#include "providers/ibm_verify/answer.h"

#include <stdlib.h>

#include "json/write.h"

static void copy(struct cs_json_writer *writer, const struct cs_json_value *value, bool in_object);

static void copy_members(struct cs_json_writer *writer, const struct cs_json_value *value)
{
    bool object = cs_json_type(value) == CS_JSON_OBJECT;

    for (const struct cs_json_value *item = cs_json_first(value); item != NULL;
         item = cs_json_next(item))
        copy(writer, item, object);
    cs_json_write_end(writer);
}

/* Recurses no deeper than CS_JSON_DEPTH_MAX: the reader refuses anything deeper. */
static void copy(struct cs_json_writer *writer, const struct cs_json_value *value, bool in_object)
{
    const char *key = in_object ? cs_json_key(value) : NULL;
    size_t length = 0;
    const char *text;
    int64_t number = 0;
    bool truth = false;

    switch (cs_json_type(value)) {
    case CS_JSON_OBJECT:
        cs_json_write_object(writer, key);
        copy_members(writer, value);
        break;
    case CS_JSON_ARRAY:
        cs_json_write_array(writer, key);
        copy_members(writer, value);
        break;
    case CS_JSON_STRING:
        text = cs_json_string(value, &length);
        cs_json_write_bytes(writer, key, text, length);
        break;
    case CS_JSON_NUMBER:
        if (cs_json_integer(value, &number))
            cs_json_write_integer(writer, key, number);
        break;
    case CS_JSON_BOOL:
        if (cs_json_bool(value, &truth))
            cs_json_write_bool(writer, key, truth);
        break;
    default:
        cs_json_write_null(writer, key);
        break;
    }
}

enum cs_err cs_verify_copy_record(const struct cs_json_value *value, char **ret_text,
                                  struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    struct cs_secret text = {0};
    enum cs_err result;

    copy(writer, value, false);
    result = cs_json_print(writer, CS_JSON_COMPACT, &text, error);
    if (result != CS_OK)
        return result;
    *ret_text = text.data; /* handed over: the caller wipes it like a secret */
    return CS_OK;
}
