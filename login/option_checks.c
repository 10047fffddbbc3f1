/* SPDX-License-Identifier: Apache-2.0 */
#include "login/option_checks.h"

#include <string.h>

#include "base/date.h"
#include "conversation/template.h"
#include "i18n/language.h"
#include "login/group_list.h"
#include "login/options.h"
#include "login/service_accounts.h"

enum { VARIABLE_BYTES_MAX = 64 };

enum cs_err cs_check_groups(const struct cs_setting *row, const char *value, struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

    (void)row;
    return cs_group_list_read(value, &names, error);
}

enum cs_err cs_check_account_names(const struct cs_setting *row, const char *value,
                                   struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

    (void)row;
    return cs_service_accounts_read(value, &names, error);
}

enum cs_err cs_check_language(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    char parsed[CS_LANGUAGE_SIZE];

    (void)row;
    return cs_language_parse(value, parsed)
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "'%s' is not a language such as fr or pt_BR", value);
}

enum cs_err cs_check_date(const struct cs_setting *row, const char *value, struct cs_error *error)
{
    int64_t day;

    (void)row;
    return cs_date_parse(value, &day)
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "'%s' is not a day such as 2027-01-31", value);
}

enum cs_err cs_check_variable(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(value);

    (void)row;
    if (length == 0 || length > VARIABLE_BYTES_MAX || strspn(value, allowed) != length ||
        (value[0] >= '0' && value[0] <= '9'))
        return cs_fail(error, CS_ERR_CONFIG, "the name of a variable expected");
    return CS_OK;
}

/* ---- templates ---- */

static enum cs_text key_of(const struct cs_setting *row)
{
    return (enum cs_text)((row->offset - offsetof(struct cs_options, texts)) /
                          sizeof(struct cs_text_setting));
}

bool cs_option_is_text(const struct cs_setting *row, enum cs_text *ret_text)
{
    if (row->store != cs_store_text)
        return false;
    *ret_text = key_of(row);
    return true;
}

enum cs_err cs_check_template(const struct cs_setting *row, const char *value,
                              struct cs_error *error)
{
    return cs_template_check(key_of(row), value, error);
}

enum cs_err cs_check_letters(const struct cs_setting *row, const char *value,
                             struct cs_error *error)
{
    return cs_template_check_letters(key_of(row), value, error);
}

/* One text for every language. */
void cs_store_text(const struct cs_setting *row, const char *value, void *options)
{
    struct cs_options *target = options;
    enum cs_text key = key_of(row);

    target->line_texts[key] = (struct cs_text_variant){.text = value};
    target->texts[key] = (struct cs_text_setting){&target->line_texts[key], 1};
}
