/* SPDX-License-Identifier: Apache-2.0 */
/* Whole structs of settings: copies that own their texts, and whether two are the same. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "settings/setting.h"

enum form { FORM_TEXT, FORM_FLAG, FORM_NUMBER, FORM_SIZE };

static enum form form_of(const struct cs_setting *row)
{
    static const enum form forms[] = {
        [CS_SETTING_FLAG] = FORM_FLAG, [CS_SETTING_NUMBER] = FORM_NUMBER,
        [CS_SETTING_SIZE] = FORM_SIZE, [CS_SETTING_CHOICE] = FORM_NUMBER,
        [CS_SETTING_NAME] = FORM_TEXT, [CS_SETTING_LIST] = FORM_TEXT,
        [CS_SETTING_PATH] = FORM_TEXT, [CS_SETTING_STRING] = FORM_TEXT,
    };

    return forms[row->type];
}

static const void *member_of(const struct cs_setting *row, const void *source)
{
    return (const char *)source + row->offset;
}

static const char **text_of(const struct cs_setting *row, void *target)
{
    return (const char **)((char *)target + row->offset);
}

static bool is_stored(const struct cs_setting *row)
{
    return row->offset != CS_SETTING_NOT_STORED && row->store == NULL;
}

static bool is_text(const struct cs_setting *row)
{
    return is_stored(row) && form_of(row) == FORM_TEXT;
}

const char *cs_setting_text(const struct cs_setting *row, const void *source)
{
    return is_text(row) ? *(const char *const *)member_of(row, source) : NULL;
}

/* Leaves the member out: at its zero, which a text is anyway until it is copied. */
static void blank(const struct cs_setting *row, void *target)
{
    static const size_t sizes[] = {[FORM_TEXT] = sizeof(const char *),
                                   [FORM_FLAG] = sizeof(bool),
                                   [FORM_NUMBER] = sizeof(unsigned),
                                   [FORM_SIZE] = sizeof(int64_t)};

    if (is_stored(row) && (row->by_login || is_text(row)))
        memset((char *)target + row->offset, 0, sizes[form_of(row)]);
}

bool cs_settings_copy(const struct cs_setting *rows, const void *source, void *target, size_t size)
{
    bool complete = true;

    memcpy(target, source, size);
    for (size_t i = 0; rows[i].name != NULL; i++)
        blank(&rows[i], target);
    for (size_t i = 0; rows[i].name != NULL && complete; i++) {
        const char *text = cs_setting_text(&rows[i], source);

        if (text == NULL || rows[i].by_login)
            continue;
        *text_of(&rows[i], target) = strdup(text);
        complete = *text_of(&rows[i], target) != NULL;
    }
    if (!complete)
        cs_settings_clear(rows, target, size);
    return complete;
}

void cs_settings_clear(const struct cs_setting *rows, void *target, size_t size)
{
    for (size_t i = 0; rows[i].name != NULL; i++) {
        char *text;

        if (!is_text(&rows[i]))
            continue;
        memcpy(&text, member_of(&rows[i], target), sizeof text);
        cs_wipe_string(&text);
    }
    memset(target, 0, size);
}

static bool same_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strlen(a) == strlen(b) && cs_equal_ct(a, b, strlen(a));
}

static bool same_member(const struct cs_setting *row, const void *a, const void *b)
{
    switch (form_of(row)) {
    case FORM_FLAG:
        return *(const bool *)a == *(const bool *)b;
    case FORM_NUMBER:
        return *(const unsigned *)a == *(const unsigned *)b;
    case FORM_SIZE:
        return *(const int64_t *)a == *(const int64_t *)b;
    case FORM_TEXT:
        return same_text(*(const char *const *)a, *(const char *const *)b);
    }
    return false;
}

bool cs_settings_equal(const struct cs_setting *rows, const void *a, const void *b)
{
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (!rows[i].by_login && is_stored(&rows[i]) &&
            !same_member(&rows[i], member_of(&rows[i], a), member_of(&rows[i], b)))
            return false;
    }
    return true;
}
