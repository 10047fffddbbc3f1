/* SPDX-License-Identifier: Apache-2.0 */
#include "login/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/sanitise.h"
#include "conversation/template.h"
#include "i18n/language.h"
#include "login/mangled.h"
#include "u2f/origins.h"

static bool is_called(const struct cs_option *option, const char *name, size_t length)
{
    return cs_same_name(option->name, name, length) || cs_same_name(option->alias, name, length);
}

const struct cs_option *cs_option_find(const char *name, size_t length, bool *ret_inverted)
{
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        bool inverted = cs_same_name(option->inverse, name, length);

        if (!inverted && !is_called(option, name, length))
            continue;
        if (ret_inverted != NULL)
            *ret_inverted = inverted;
        return option;
    }
    return NULL;
}

const char *cs_option_type_name(enum cs_option_type type)
{
    static const char *const names[] = {
        [CS_OPTION_FLAG] = "flag",     [CS_OPTION_NUMBER] = "number",
        [CS_OPTION_CHOICE] = "choice", [CS_OPTION_NAME] = "choice",
        [CS_OPTION_GROUPS] = "groups", [CS_OPTION_TEXT] = "text",
        [CS_OPTION_LANG] = "language", [CS_OPTION_PATH] = "path",
        [CS_OPTION_STRING] = "text",   [CS_OPTION_NAME_OF_VARIABLE] = "variable",
        [CS_OPTION_APP_ID] = "text",   [CS_OPTION_ORIGINS] = "list",
    };

    return names[type];
}

const char *cs_option_scope_name(enum cs_option_scope scope)
{
    static const char *const names[] = {"login", "module", "broker", "tool"};

    return names[scope];
}

/* ---- setting a value: one function for each type ---- */

static enum cs_err set_flag(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true},  {"true", true}, {"on", true},  {"1", true},
                 {"y", true},    {"", true},     {"no", false}, {"false", false},
                 {"off", false}, {"0", false},   {"n", false}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].word, value) == 0) {
            *(bool *)member = words[i].value;
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is neither yes nor no", option->name, value);
}

static enum cs_err set_number(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < option->min ||
        number > option->max)
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not a number from %u to %u", option->name,
                       value, option->min, option->max);
    *(unsigned *)member = (unsigned)number;
    return CS_OK;
}

const char *cs_option_value(const struct cs_option *option, size_t place)
{
    if (option->type == CS_OPTION_NAME)
        return option->name_of(place);
    /* The last place is always NULL: the end of the list. */
    return place < CS_OPTION_VALUES_MAX ? option->values[place] : NULL;
}

/* `expected` is NULL where the list is too long for a line. */
static enum cs_err refuse_value(const struct cs_option *option, const char *value,
                                const char *expected, struct cs_error *error)
{
    const char *meant = cs_meant_value(option, value);

    if (meant != NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is none of its values; it means '%s'",
                       option->name, value, meant);
    if (expected == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: there is no '%s'; see 'countersign options'",
                       option->name, value);
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not one of: %s", option->name, value,
                   expected);
}

static enum cs_err find_value(const struct cs_option *option, const char *value, size_t *ret_place,
                              struct cs_error *error)
{
    char expected[160] = "";
    size_t used = 0;
    const char *allowed;

    for (size_t i = 0; (allowed = cs_option_value(option, i)) != NULL; i++) {
        if (strcmp(allowed, value) == 0) {
            *ret_place = i;
            return CS_OK;
        }
        if (used < sizeof expected)
            used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "",
                                     allowed);
    }
    return refuse_value(option, value, used < sizeof expected ? expected : NULL, error);
}

static enum cs_err set_choice(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    size_t place = 0;
    enum cs_err result = find_value(option, value, &place, error);

    if (result == CS_OK)
        *(unsigned *)member = (unsigned)place;
    return result;
}

/* The registry's own text is kept: it outlives the setting. */
static enum cs_err set_name(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    const char *other = option->other_name ? option->other_name(value) : NULL;
    size_t place = 0;
    enum cs_err result = find_value(option, other ? other : value, &place, error);

    if (result == CS_OK)
        *(const char **)member = cs_option_value(option, place);
    return result;
}

static enum cs_err set_groups(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    size_t length = strlen(value);

    if (length == 0 || length > 1000 || !cs_is_clean(value, length) || value[0] == ',' ||
        value[length - 1] == ',' || strstr(value, ",,") != NULL || strchr(value, ' ') != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: group names expected, separated by commas without blanks",
                       option->name);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_language(const struct cs_option *option, const char *value, void *member,
                                struct cs_error *error)
{
    char parsed[CS_LANGUAGE_SIZE];

    if (!cs_language_parse(value, parsed))
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is no language such as fr or pt_BR",
                       option->name, value);
    *(const char **)member = value;
    return CS_OK;
}

/* One text for every language. */
static enum cs_err set_text(const struct cs_option *option, const char *value,
                            struct cs_options *options, struct cs_error *error)
{
    enum cs_text key = (enum cs_text)option->offset;
    struct cs_error inner = {0};

    if (cs_template_check(key, value, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", option->name, inner.text);
    options->line_texts[key] = (struct cs_text_variant){.text = (char *)(uintptr_t)value};
    options->texts[key] = (struct cs_text_setting){&options->line_texts[key], 1};
    return CS_OK;
}

static enum cs_err set_path(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    if (value[0] != '/' || strlen(value) > 1000 || !cs_is_clean(value, strlen(value)))
        return cs_fail(error, CS_ERR_CONFIG, "%s: an absolute path expected", option->name);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_string(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    size_t length = strlen(value);

    if (length == 0 || length > 1000 || !cs_is_clean(value, length))
        return cs_fail(error, CS_ERR_CONFIG, "%s: a text without control characters expected",
                       option->name);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_variable(const struct cs_option *option, const char *value, void *member,
                                struct cs_error *error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(value);

    if (length == 0 || length > 64 || strspn(value, allowed) != length ||
        (value[0] >= '0' && value[0] <= '9'))
        return cs_fail(error, CS_ERR_CONFIG, "%s: the name of a variable expected", option->name);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_app_id(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    unsigned char hash[CS_U2F_HASH_BYTES];
    struct cs_error inner = {0};

    if (cs_u2f_app_hash(value, hash, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", option->name, inner.text);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_origins(const struct cs_option *option, const char *value, void *member,
                               struct cs_error *error)
{
    struct cs_u2f_origins origins;
    struct cs_error inner = {0};

    if (cs_u2f_read_origins(value, &origins, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", option->name, inner.text);
    *(const char **)member = value;
    return CS_OK;
}

enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error)
{
    static enum cs_err (*const setters[])(const struct cs_option *, const char *, void *,
                                          struct cs_error *) = {
        [CS_OPTION_FLAG] = set_flag,
        [CS_OPTION_NUMBER] = set_number,
        [CS_OPTION_CHOICE] = set_choice,
        [CS_OPTION_NAME] = set_name,
        [CS_OPTION_GROUPS] = set_groups,
        [CS_OPTION_LANG] = set_language,
        [CS_OPTION_PATH] = set_path,
        [CS_OPTION_STRING] = set_string,
        [CS_OPTION_NAME_OF_VARIABLE] = set_variable,
        [CS_OPTION_APP_ID] = set_app_id,
        [CS_OPTION_ORIGINS] = set_origins,
    };
    union {
        bool flag;
        unsigned number;
        const char *text;
    } unused; /* the module's own options are checked here and stored nowhere */
    void *member = option->type == CS_OPTION_TEXT || option->offset == CS_NOT_STORED
                       ? (void *)&unused
                       : (void *)((char *)options + option->offset);

    if (option->type == CS_OPTION_TEXT)
        return set_text(option, value, options, error);
    return setters[option->type](option, value, member, error);
}

void cs_options_defaults(enum cs_profile profile, struct cs_options *ret_options)
{
    *ret_options = (struct cs_options){.profile = profile};
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        const struct cs_option *option = &cs_option_rows[i];
        const char *value =
            profile == CS_PROFILE_IBM && option->ibm ? option->ibm : option->fallback;

        /* A default that its own row refuses is caught by the test of the table. */
        if (value != NULL && cs_option_set(option, value, ret_options, NULL) != CS_OK)
            continue;
    }
}

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...) CS_PRINTF(2, 3);

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (warnings == NULL)
        return CS_OK;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return cs_strlist_add(warnings, text, strlen(text));
}

static enum cs_err warn_unknown(struct cs_strlist *warnings, const char *argument, size_t length)
{
    const char *meant = cs_meant_option(argument, length);

    if (meant != NULL)
        return warn(warnings, "unknown argument '%.*s' is ignored; it means '%s'", (int)length,
                    argument, meant);
    return warn(warnings, "unknown argument '%.*s' is ignored; see 'countersign options'",
                (int)length, argument);
}

static void invert(const struct cs_option *option, struct cs_options *options)
{
    bool *member = (bool *)((char *)options + option->offset);

    *member = !*member;
}

static enum cs_err take_argument(const char *argument, struct cs_options *options,
                                 struct cs_strlist *warnings, struct cs_error *error)
{
    size_t length = strcspn(argument, "=");
    bool inverted = false;
    const struct cs_option *option = cs_option_find(argument, length, &inverted);
    const char *value = argument[length] == '=' ? argument + length + 1 : "";
    struct cs_error inner = {0};
    enum cs_err result;

    if (option == NULL)
        return warn_unknown(warnings, argument, length);
    if ((option->where & CS_FROM_PAM) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: belongs into the configuration file, not on the PAM line",
                       option->name);
    result = cs_option_set(option, value, options, error);
    if (result == CS_OK && inverted)
        invert(option, options);
    if (result == CS_OK && option->type == CS_OPTION_TEXT &&
        cs_template_check_letters((enum cs_text)option->offset, value, &inner) != CS_OK)
        result = warn(warnings, "%s: %s; it is shown as it is", option->name, inner.text);
    return result;
}

enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_warnings,
                                      struct cs_error *error)
{
    for (size_t i = 0; i < arguments->count; i++) {
        enum cs_err result = take_argument(arguments->items[i], options, ret_warnings, error);

        if (result != CS_OK)
            return result == CS_ERR_NOMEM ? cs_fail_nomem(error) : result;
    }
    return CS_OK;
}

const char *cs_options_line_value(const struct cs_strlist *arguments, const char *name)
{
    const struct cs_option *option = cs_option_find(name, strlen(name), NULL);
    const char *value = NULL;

    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->items[i];
        size_t length = strcspn(argument, "=");

        if (argument[length] == '=' && is_called(option, argument, length))
            value = argument + length + 1;
    }
    return value;
}
