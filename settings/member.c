/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/member.h"

#include <string.h>

#include "base/flag.h"
#include "base/lower.h"

static bool add_name(struct cs_buffer *list, const char *name)
{
    if (name[0] == '\0' || strchr(name, ',') != NULL)
        return false;
    cs_buffer_printf(list, "%s%s", list->length ? "," : "", name);
    return true;
}

/* A list of names becomes the comma-separated form that a PAM line has. */
static bool join_strings(const struct cs_setting *row, const struct cs_json_value *array,
                         struct cs_buffer *out)
{
    for (const struct cs_json_value *item = cs_json_first(array); item; item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        if (text == NULL || !(row->add ? row->add : add_name)(out, text))
            return false;
    }
    return true;
}

/* In any case: a file of IBM's gateway may have "TRUE". */
static bool parse_word(const char *text, bool *ret_flag)
{
    char word[8] = "";

    if (strlen(text) >= sizeof word)
        return false;
    for (size_t i = 0; text[i] != '\0'; i++)
        word[i] = cs_lower(text[i]);
    *ret_flag = false;
    return word[0] == '\0' || cs_flag_parse(word, ret_flag);
}

static bool write_flag(const struct cs_json_value *value, bool tolerant, struct cs_buffer *out)
{
    const char *text = tolerant ? cs_json_string(value, NULL) : NULL;
    bool flag = false;

    if (text != NULL ? !parse_word(text, &flag) : !cs_json_bool(value, &flag))
        return false;
    cs_buffer_text(out, flag ? "yes" : "no");
    return true;
}

static bool write_string(const struct cs_json_value *value, struct cs_buffer *out)
{
    const char *text = cs_json_string(value, NULL);

    if (text != NULL)
        cs_buffer_text(out, text);
    return text != NULL;
}

static bool write_number(const struct cs_json_value *value, bool tolerant, struct cs_buffer *out)
{
    int64_t number = 0;

    if (tolerant && write_string(value, out))
        return true;
    if (!cs_json_integer(value, &number))
        return false;
    cs_buffer_printf(out, "%lld", (long long)number);
    return true;
}

/* False when the JSON type is not the row's. */
static bool write_value(const struct cs_setting *row, const struct cs_json_value *value,
                        bool tolerant, struct cs_buffer *out)
{
    switch (row->type) {
    case CS_SETTING_FLAG:
        return write_flag(value, tolerant, out);
    case CS_SETTING_NUMBER:
    case CS_SETTING_SIZE:
        return write_number(value, tolerant, out);
    case CS_SETTING_LIST:
        if (cs_json_type(value) == CS_JSON_ARRAY)
            return join_strings(row, value, out);
        return write_string(value, out);
    default:
        return write_string(value, out);
    }
}

static const char *expected_type(const struct cs_setting *row)
{
    switch (row->type) {
    case CS_SETTING_FLAG:
        return "true or false";
    case CS_SETTING_NUMBER:
    case CS_SETTING_SIZE:
        return "a number";
    case CS_SETTING_LIST:
        return "a string or a list of strings";
    default:
        return "a string";
    }
}

static enum cs_err refuse_type(const struct cs_setting *row, const struct cs_json *document,
                               const struct cs_json_value *member, struct cs_error *error)
{
    enum cs_json_type found = cs_json_type(member);
    bool number = row->type == CS_SETTING_NUMBER || row->type == CS_SETTING_SIZE;

    if (number && found == CS_JSON_NUMBER)
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s: a whole number expected",
                            cs_json_key(member));
    return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s: %s expected, found %s",
                        cs_json_key(member), expected_type(row), cs_json_type_name(found));
}

enum cs_err cs_setting_read(const struct cs_setting *row, const struct cs_json *document,
                            const struct cs_json_value *member, enum cs_member_mode mode,
                            struct cs_buffer *out, struct cs_error *error)
{
    struct cs_error inner = {0};

    if (!write_value(row, member, mode == CS_MEMBER_TOLERANT, out))
        return refuse_type(row, document, member, error);
    cs_buffer_text(out, "");
    if (out->failed)
        return cs_fail_nomem(error);
    if (cs_setting_set(row, out->text, NULL, &inner) != CS_OK)
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s", inner.text);
    return CS_OK;
}
