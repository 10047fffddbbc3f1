/* SPDX-License-Identifier: Apache-2.0 */
/* Values in the form they are written in, one function for each type. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/flag.h"
#include "base/sanitise.h"
#include "settings/setting.h"
#include "settings/suggest.h"

/* ---- numbers and flags ---- */

static enum cs_err set_flag(const struct cs_setting *row, const char *value, void *member,
                            struct cs_error *error)
{
    if (value[0] == '\0') {
        *(bool *)member = true;
        return CS_OK;
    }
    return cs_flag_parse(value, member)
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is neither yes nor no", row->name, value);
}

static enum cs_err parse_number(const struct cs_setting *row, const char *value, int64_t *ret,
                                struct cs_error *error)
{
    char *end = NULL;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0 && number >= row->min &&
        number <= row->max) {
        *ret = number;
        return CS_OK;
    }
    if (row->max == CS_SETTING_UNBOUNDED)
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not a number from %lld on", row->name,
                       value, (long long)row->min);
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not a number from %lld to %lld", row->name,
                   value, (long long)row->min, (long long)row->max);
}

static enum cs_err set_number(const struct cs_setting *row, const char *value, void *member,
                              struct cs_error *error)
{
    int64_t number = 0;
    enum cs_err result = parse_number(row, value, &number, error);

    if (result == CS_OK)
        *(unsigned *)member = (unsigned)number;
    return result;
}

static enum cs_err set_size(const struct cs_setting *row, const char *value, void *member,
                            struct cs_error *error)
{
    return parse_number(row, value, member, error);
}

/* ---- values from a list ---- */

/* `expected` is NULL where the list is too long for a line. */
static enum cs_err refuse_value(const struct cs_setting *row, const char *value,
                                const char *expected, struct cs_error *error)
{
    const char *meant = cs_suggest_value(row, value);

    if (meant != NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is none of its values; it means '%s'",
                       row->name, value, meant);
    if (expected == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: there is no '%s'; see 'countersign options'",
                       row->name, value);
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not one of: %s", row->name, value, expected);
}

static enum cs_err find_value(const struct cs_setting *row, const char *value, size_t *ret_place,
                              struct cs_error *error)
{
    char expected[160] = "";
    size_t used = 0;
    const char *allowed;

    for (size_t i = 0; (allowed = cs_setting_value(row, i)) != NULL; i++) {
        if (strcmp(allowed, value) == 0) {
            *ret_place = i;
            return CS_OK;
        }
        if (used < sizeof expected)
            used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "",
                                     allowed);
    }
    return refuse_value(row, value, used < sizeof expected ? expected : NULL, error);
}

static enum cs_err set_choice(const struct cs_setting *row, const char *value, void *member,
                              struct cs_error *error)
{
    size_t place = 0;
    enum cs_err result = find_value(row, value, &place, error);

    if (result == CS_OK)
        *(unsigned *)member = (unsigned)place;
    return result;
}

/* The registry's own text is kept: it outlives the setting. */
static enum cs_err set_name(const struct cs_setting *row, const char *value, void *member,
                            struct cs_error *error)
{
    const char *other = row->other_name ? row->other_name(value) : NULL;
    size_t place = 0;
    enum cs_err result = find_value(row, other ? other : value, &place, error);

    if (result == CS_OK)
        *(const char **)member = cs_setting_value(row, place);
    return result;
}

/* ---- texts ---- */

static enum cs_err refuse_empty(const struct cs_setting *row, size_t most, struct cs_error *error)
{
    if (row->fallback != NULL)
        return cs_fail(
            error, CS_ERR_CONFIG,
            "%s: is empty; 1 to %zu bytes expected, or leave it out for the default '%s'",
            row->name, most, row->fallback);
    return cs_fail(error, CS_ERR_CONFIG, "%s: is empty; 1 to %zu bytes expected, or leave it out",
                   row->name, most);
}

static enum cs_err check_text(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    size_t most = row->max ? (size_t)row->max : CS_SETTING_TEXT_MAX;
    size_t least = row->empty == CS_EMPTY_REFUSED;
    size_t length = strlen(value);

    if (length < least)
        return refuse_empty(row, most, error);
    if (length > most || !cs_is_clean(value, length))
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s%zu bytes without control characters expected",
                       row->name, least ? "1 to " : "at most ", most);
    return CS_OK;
}

static enum cs_err set_string(const struct cs_setting *row, const char *value, void *member,
                              struct cs_error *error)
{
    enum cs_err result = check_text(row, value, error);

    if (result == CS_OK)
        *(const char **)member = value;
    return result;
}

static enum cs_err set_path(const struct cs_setting *row, const char *value, void *member,
                            struct cs_error *error)
{
    if (value[0] != '/')
        return cs_fail(error, CS_ERR_CONFIG, "%s: an absolute path expected", row->name);
    return set_string(row, value, member, error);
}

/* ---- any ---- */

typedef enum cs_err setter(const struct cs_setting *, const char *, void *, struct cs_error *);

static setter *const setters[] = {
    [CS_SETTING_FLAG] = set_flag, [CS_SETTING_NUMBER] = set_number,
    [CS_SETTING_SIZE] = set_size, [CS_SETTING_CHOICE] = set_choice,
    [CS_SETTING_NAME] = set_name, [CS_SETTING_LIST] = set_string,
    [CS_SETTING_PATH] = set_path, [CS_SETTING_STRING] = set_string,
};

/* Shells take quotes away; a PAM line keeps them, as a part of the value. */
static bool is_quoted(const char *value)
{
    size_t length = strlen(value);

    return length > 0 && (strchr("\"'", value[0]) || strchr("\"'", value[length - 1]));
}

static enum cs_err set_by_type(const struct cs_setting *row, const char *value, void *member,
                               struct cs_error *error)
{
    enum cs_err result = setters[row->type](row, value, member, error);

    if (result != CS_ERR_CONFIG || !is_quoted(value) || row->type == CS_SETTING_STRING ||
        row->type == CS_SETTING_LIST)
        return result; /* texts are refused for what they hold or for their length, not for that */
    return cs_fail(error, CS_ERR_CONFIG,
                   "%s: the quotes are a part of the value; leave them out (on a PAM line brackets "
                   "hold together what has blanks: [%s=...])",
                   row->name, row->name);
}

/* By the row's own rule. */
static enum cs_err set_checked(const struct cs_setting *row, const char *value, void *member,
                               struct cs_error *error)
{
    struct cs_error inner = {0};

    if (row->check(row, value, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", row->name, inner.text);
    *(const char **)member = value;
    return CS_OK;
}

static bool has_text(const struct cs_setting *row)
{
    return row->type == CS_SETTING_LIST || row->type == CS_SETTING_PATH ||
           row->type == CS_SETTING_STRING;
}

enum cs_err cs_setting_set(const struct cs_setting *row, const char *value, void *target,
                           struct cs_error *error)
{
    union {
        bool flag;
        unsigned number;
        int64_t size;
        const char *text;
    } unused; /* checked, and stored nowhere, or by the row itself */
    bool stored = target != NULL && row->offset != CS_SETTING_NOT_STORED && row->store == NULL;
    void *member = stored ? (void *)((char *)target + row->offset) : (void *)&unused;
    enum cs_err result;

    if (value[0] == '\0' && row->empty == CS_EMPTY_UNSET && has_text(row)) {
        *(const char **)member = NULL;
        return CS_OK;
    }
    result = row->check ? set_checked(row, value, member, error)
                        : set_by_type(row, value, member, error);
    if (result == CS_OK && target != NULL && row->store != NULL)
        row->store(row, value, target);
    return result;
}

void cs_setting_invert(const struct cs_setting *row, void *target)
{
    bool *member = (bool *)((char *)target + row->offset);

    *member = !*member;
}

void cs_settings_defaults(const struct cs_setting *rows, enum cs_profile profile, void *target)
{
    for (size_t i = 0; rows[i].name != NULL; i++) {
        const char *value = cs_setting_default(&rows[i], profile);

        /* A default that its own row refuses is caught by the tests of the tables. */
        if (value != NULL)
            cs_ignore(cs_setting_set(&rows[i], value, target, NULL));
    }
}
