/* SPDX-License-Identifier: Apache-2.0 */
/* Which value of an option holds, and where it comes from. */
#include <string.h>

#include "cli/explain.h"
#include "login/option_checks.h"

static const void *target_of(const struct cs_options *options, const struct cs_option *option)
{
    return option->kind != NULL ? cs_options_provider(options, option->kind_row) : options;
}

/* The administrator's text; several languages are several texts, and the first is shown. */
static void add_text(const struct cs_options *options, enum cs_text text, struct cs_buffer *out)
{
    const struct cs_text_setting *setting = &options->texts[text];

    if (setting->count > 0)
        cs_buffer_text(out, setting->variants[0].text);
    if (setting->count > 1)
        cs_buffer_printf(out, " (and %zu more)", setting->count - 1);
}

static void add_stored(const struct cs_setting *row, const void *target, struct cs_buffer *out)
{
    const void *member = (const char *)target + row->offset;
    const char *text = cs_setting_text(row, target), *value;

    switch (row->type) {
    case CS_SETTING_FLAG:
        cs_buffer_text(out, *(const bool *)member ? "yes" : "no");
        return;
    case CS_SETTING_NUMBER:
        cs_buffer_printf(out, "%u", *(const unsigned *)member);
        return;
    case CS_SETTING_SIZE:
        cs_buffer_printf(out, "%lld", (long long)*(const int64_t *)member);
        return;
    case CS_SETTING_CHOICE:
        value = cs_setting_value(row, *(const unsigned *)member);
        cs_buffer_text(out, value ? value : "");
        return;
    default:
        if (text != NULL)
            cs_buffer_text(out, cs_setting_hides(row, text) ? "(hidden)" : text);
    }
}

static void add_value(const struct cs_options *options, const struct cs_option *option,
                      struct cs_buffer *out)
{
    enum cs_text text;

    if (cs_option_is_text(option->row, &text))
        add_text(options, text, out);
    else if (option->row->offset != CS_SETTING_NOT_STORED && option->row->store == NULL)
        add_stored(option->row, target_of(options, option), out);
}

static bool is_on_line(const struct cs_strlist *arguments, const struct cs_option *option)
{
    for (size_t i = 0; i < arguments->count; i++) {
        struct cs_option found;

        if (cs_option_find(arguments->items[i], strcspn(arguments->items[i], "="), &found, NULL) &&
            found.row == option->row)
            return true;
    }
    return false;
}

static bool is_chosen(const struct cs_options *options, const struct cs_option *option)
{
    return option->kind == NULL || strcmp(option->kind->name, options->provider) == 0;
}

/* A value that no line of ours sets, and that is no default, comes from the file of IBM's gateway
 * or from a section. */
static bool is_changed(const struct cs_options *options, const struct cs_option *option,
                       const struct cs_buffer *value)
{
    const struct cs_setting *row = option->row;
    const char *usual = cs_setting_default(row, options->profile);

    if (row->offset == CS_SETTING_NOT_STORED || row->store != NULL || !is_chosen(options, option))
        return false;
    if (usual == NULL)
        usual = row->type == CS_SETTING_FLAG ? "no" : row->type == CS_SETTING_NUMBER ? "0" : "";
    return strcmp(value->text ? value->text : "", usual) != 0;
}

/* Where it is set; false: nowhere. */
static bool add_place(const struct cs_explanation *explanation, const struct cs_option *option,
                      const struct cs_buffer *value, struct cs_buffer *out)
{
    const struct cs_cli_line *line = &explanation->line;
    const char *ibm = line->config != NULL ? cs_config_ibm_path(line->config) : NULL;

    if (is_on_line(&line->arguments, option)) {
        cs_buffer_text(out, "the PAM line");
        return true;
    }
    if (line->config == NULL)
        return false;
    if (option->kind == NULL &&
        cs_config_locate(line->config, explanation->request.service, option->row->name, out))
        return true;
    if (!is_changed(&line->options, option, value))
        return false;
    cs_buffer_text(out, ibm != NULL ? ibm : line->path);
    return true;
}

bool cs_explain_option(const struct cs_explanation *explanation, size_t place,
                       struct cs_option *ret_option, struct cs_buffer *ret_value,
                       struct cs_buffer *ret_from, bool *ret_set)
{
    if (!cs_option_at(place, ret_option))
        return false;
    add_value(&explanation->line.options, ret_option, ret_value);
    *ret_set = add_place(explanation, ret_option, ret_value, ret_from);
    if (!*ret_set)
        cs_buffer_text(ret_from, "default");
    return true;
}
