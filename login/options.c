/* SPDX-License-Identifier: Apache-2.0 */
#include "login/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "login/ibm_words.h"
#include "login/other_modules.h"
#include "methods/plan.h"
#include "providers/registry.h"
#include "settings/suggest.h"

enum { ORDINARY = CS_FROM_PAM | CS_FROM_FILE };

/* ---- rows ---- */

static const struct cs_setting *const own_tables[] = {
    cs_option_rows, cs_account_rows, cs_record_rows, cs_mail_rows, cs_tool_rows, cs_text_rows};

/* Walks the tables one after the other, those of the providers last; NULL after the last row. */
static const struct cs_setting *table_at(size_t place, struct cs_option *ret_whose)
{
    *ret_whose = (struct cs_option){0};
    if (place < CS_ARRAY_SIZE(own_tables))
        return own_tables[place];
    ret_whose->kind_row = place - CS_ARRAY_SIZE(own_tables);
    ret_whose->kind = cs_provider_kind(ret_whose->kind_row);
    return ret_whose->kind ? ret_whose->kind->rows : NULL;
}

bool cs_option_at(size_t place, struct cs_option *ret_option)
{
    const struct cs_setting *rows;

    for (size_t table = 0; (rows = table_at(table, ret_option)) != NULL; table++) {
        for (; rows->name != NULL; rows++) {
            ret_option->row = rows;
            if (place-- == 0)
                return true;
        }
    }
    return false;
}

bool cs_option_find(const char *name, size_t length, struct cs_option *ret_option,
                    bool *ret_inverted)
{
    const struct cs_setting *rows;

    for (size_t table = 0; (rows = table_at(table, ret_option)) != NULL; table++) {
        ret_option->row = cs_setting_find(rows, ORDINARY, name, length, ret_inverted);
        if (ret_option->row != NULL)
            return true;
    }
    return false;
}

bool cs_option_find_in(size_t kind_row, unsigned where, const char *name,
                       struct cs_option *ret_option)
{
    const struct cs_provider_kind *kind = cs_provider_kind(kind_row);
    const struct cs_setting *row = cs_setting_find(kind->rows, where, name, strlen(name), NULL);

    *ret_option = (struct cs_option){row, kind, kind_row};
    return row != NULL;
}

/* ---- values ---- */

static void *target_of(const struct cs_option *option, struct cs_options *options)
{
    return option->kind ? (void *)&options->providers[option->kind_row] : (void *)options;
}

enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error)
{
    return cs_setting_set(option->row, value, target_of(option, options), error);
}

void cs_options_defaults(enum cs_profile profile, struct cs_options *ret_options)
{
    const struct cs_setting *rows;
    struct cs_option whose;

    *ret_options = (struct cs_options){.profile = profile};
    for (size_t table = 0; (rows = table_at(table, &whose)) != NULL; table++)
        cs_settings_defaults(rows, profile, target_of(&whose, ret_options));
}

/* ---- arguments ---- */

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

const char *cs_options_suggest(const char *name, size_t length)
{
    struct cs_suggestion suggestion = cs_suggest_start(name, length);
    const struct cs_setting_mistake *mistake =
        cs_suggest_mistake(cs_ibm_argument_mistakes, name, length);
    struct cs_option option;

    if (mistake != NULL)
        return mistake->meant;
    for (size_t place = 0; cs_option_at(place, &option); place++) {
        if ((option.row->where & ORDINARY) == 0)
            continue;
        cs_suggest_consider(&suggestion, option.row->name);
        cs_suggest_consider(&suggestion, option.row->inverse);
    }
    return cs_suggest_result(&suggestion);
}

static enum cs_err warn_unknown(struct cs_strlist *warnings, const char *argument, size_t length)
{
    const struct cs_setting_mistake *other =
        cs_suggest_mistake(cs_other_module_words, argument, length);
    const char *meant = cs_options_suggest(argument, length);

    if (other != NULL)
        return warn(warnings, "unknown argument '%.*s' is ignored; other modules have it: %s",
                    (int)length, argument, other->meant);
    if (meant != NULL)
        return warn(warnings, "unknown argument '%.*s' is ignored; it means '%s'", (int)length,
                    argument, meant);
    return warn(warnings, "unknown argument '%.*s' is ignored; see 'countersign options'",
                (int)length, argument);
}

static enum cs_err take_argument(const char *argument, struct cs_options *options,
                                 struct cs_strlist *warnings, struct cs_error *error)
{
    size_t length = strcspn(argument, "=");
    const char *value = argument[length] == '=' ? argument + length + 1 : "";
    struct cs_error inner = {0};
    struct cs_option option;
    bool inverted = false;
    enum cs_err result;

    if (!cs_option_find(argument, length, &option, &inverted))
        return warn_unknown(warnings, argument, length);
    if ((option.row->where & CS_FROM_PAM) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: belongs in the configuration file, not on the PAM line",
                       option.row->name);
    result = cs_option_set(&option, value, options, error);
    if (result == CS_OK && inverted)
        cs_setting_invert(option.row, target_of(&option, options));
    if (result == CS_OK && option.row->check_strictly != NULL &&
        option.row->check_strictly(option.row, value, &inner) != CS_OK)
        result = warn(warnings, "%s: %s; it is shown as it is", option.row->name, inner.text);
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
    const char *value = NULL;
    struct cs_option option;

    if (!cs_option_find(name, strlen(name), &option, NULL))
        return NULL;
    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->items[i];
        size_t length = strcspn(argument, "=");

        if (argument[length] == '=' && cs_setting_is_called(option.row, argument, length))
            value = argument + length + 1;
    }
    return value;
}

/* ---- the provider ---- */

const void *cs_options_provider(const struct cs_options *options, size_t kind_row)
{
    return &options->providers[kind_row];
}

const void *cs_options_chosen_provider(const struct cs_options *options)
{
    size_t row = 0;

    cs_provider_find(options->provider, &row); /* only names from the registry are ever stored */
    return cs_options_provider(options, row);
}

const char *cs_options_provider_text(const struct cs_options *options, const char *kind,
                                     const char *name)
{
    struct cs_option option;
    size_t kind_row = 0;

    if (!cs_provider_find(kind, &kind_row) || !cs_option_find_in(kind_row, ~0U, name, &option))
        return NULL;
    return cs_setting_text(option.row, &options->providers[kind_row]);
}

enum cs_err cs_options_expect_one_answer(struct cs_options *options, struct cs_error *error)
{
    if (!options->method.one_answer)
        return CS_OK;
    if (!cs_plan_asks_once(cs_plan_find(options->auth_method)))
        return cs_fail(error, CS_ERR_CONFIG,
                       "one_answer: auth_method=%s asks for more than one line; choose totp, "
                       "password or password-and-totp",
                       options->auth_method);
    if (options->method.ask_identity)
        return cs_fail(error, CS_ERR_CONFIG,
                       "one_answer: ask_identity asks for one more line; remove one of the two");
    options->method.otp_echo = false;
    options->method.ask_password_on_mismatch = false;
    options->method.retry = options->method.password_retry = 0;
    return CS_OK;
}

void cs_options_prefer_enrol_by(struct cs_options *options)
{
    if (options->enrol_by != NULL)
        options->method.accept_on_missing_auth_method = false;
}

enum cs_err cs_options_check_self_enrol(const struct cs_options *options, struct cs_error *error)
{
    if (options->method.self_enrol == CS_SELF_ENROL_YES && options->self_enrol_group == NULL &&
        options->self_enrol_until == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "self_enroll=yes is for some users, or for some time: set "
                       "self_enroll_group or self_enroll_until, or choose self_enroll=ticket");
    return CS_OK;
}

/* A file of IBM's gateway without the section is refused when it is loaded. */
static enum cs_err refuse_without_section(const char *name, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_CONFIG,
                   "provider is %s, but the section '%s' is missing in the configuration file",
                   name, name);
}

enum cs_err cs_options_check_provider(const struct cs_options *options, size_t *ret_row,
                                      struct cs_error *error)
{
    const struct cs_provider_kind *kind;
    size_t row = 0;

    if (!cs_provider_find(options->provider, &row))
        return cs_fail(error, CS_ERR_CONFIG, "there is no provider '%s'", options->provider);
    kind = cs_provider_kind(row);
    if (kind->needs_section && (options->sections & (1U << row)) == 0)
        return refuse_without_section(kind->name, error);
    *ret_row = row;
    return kind->check ? kind->check(&options->providers[row], NULL, error) : CS_OK;
}

enum cs_err cs_options_load_libraries(const struct cs_options *options, struct cs_error *error)
{
    const struct cs_provider_kind *kind;
    enum cs_err result = CS_OK;

    for (size_t row = 0; result == CS_OK && (kind = cs_provider_kind(row)) != NULL; row++) {
        bool used = (options->sections & (1U << row)) != 0 ||
                    (options->provider != NULL && strcmp(options->provider, kind->name) == 0);

        if (used && kind->load != NULL)
            result = kind->load(error);
    }
    return result;
}
