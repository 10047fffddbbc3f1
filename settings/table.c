/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up rows, and what is said of them. */
#include <string.h>

#include "base/name.h"
#include "settings/setting.h"

bool cs_setting_is_called(const struct cs_setting *row, const char *name, size_t length)
{
    return cs_same_name(row->name, name, length) || cs_same_name(row->alias, name, length);
}

const struct cs_setting *cs_setting_find(const struct cs_setting *rows, unsigned where,
                                         const char *name, size_t length, bool *ret_inverted)
{
    for (size_t i = 0; rows[i].name != NULL; i++) {
        bool inverted;

        if ((rows[i].where & where) == 0)
            continue;
        inverted = cs_same_name(rows[i].inverse, name, length);
        if (!inverted && !cs_setting_is_called(&rows[i], name, length))
            continue;
        if (ret_inverted != NULL)
            *ret_inverted = inverted;
        return &rows[i];
    }
    return NULL;
}

const char *cs_setting_value(const struct cs_setting *row, size_t place)
{
    if (row->type == CS_SETTING_NAME)
        return row->name_of(place);
    return place < CS_SETTING_VALUES_MAX ? row->values[place] : NULL;
}

const char *cs_setting_default(const struct cs_setting *row, enum cs_profile profile)
{
    return profile == CS_PROFILE_IBM && row->ibm != NULL ? row->ibm : row->fallback;
}

const char *cs_setting_type_name(const struct cs_setting *row)
{
    static const char *const names[] = {
        [CS_SETTING_FLAG] = "flag",   [CS_SETTING_NUMBER] = "number",
        [CS_SETTING_SIZE] = "number", [CS_SETTING_CHOICE] = "choice",
        [CS_SETTING_NAME] = "choice", [CS_SETTING_LIST] = "list",
        [CS_SETTING_PATH] = "path",   [CS_SETTING_STRING] = "text",
    };

    return row->type_name ? row->type_name : names[row->type];
}

const char *cs_setting_scope_name(const struct cs_setting *row)
{
    static const char *const names[] = {[CS_SCOPE_LOGIN] = "login",
                                        [CS_SCOPE_MODULE] = "module",
                                        [CS_SCOPE_BROKER] = "broker",
                                        [CS_SCOPE_TOOL] = "tool"};

    return names[row->scope];
}

bool cs_setting_hides(const struct cs_setting *row, const char *value)
{
    return row->secrecy == CS_SECRECY_ALWAYS ||
           (row->secrecy == CS_SECRECY_PASSWORD && strchr(value, '@') != NULL);
}
