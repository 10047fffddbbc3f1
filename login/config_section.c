/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of provider's part of a file. Nothing here knows the kind's settings. */
#include <string.h>

#include "login/config_priv.h"
#include "providers/registry.h"
#include "settings/member.h"

bool cs_config_find_section(const char *name, size_t *ret_kind_row)
{
    const struct cs_setting *row;

    if (!cs_provider_find(name, ret_kind_row))
        return false;
    row = cs_provider_kind(*ret_kind_row)->rows;
    while (row->name != NULL && (row->where & CS_FROM_SECTION) == 0)
        row++;
    return row->name != NULL;
}

static enum cs_err keep(const struct cs_section *section, const struct cs_option *option,
                        const struct cs_json_value *member, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};
    struct cs_assignment *assignment;
    enum cs_err result;

    if (cs_config_assigns(section->config, option, CS_LEVEL_SECTION, NULL))
        return cs_json_fail_key(error, CS_ERR_CONFIG, section->document, member,
                                "'%s' is set twice, under two spellings", option->row->name);
    result =
        cs_setting_read(option->row, section->document, member, CS_MEMBER_TOLERANT, &value, error);
    if (result != CS_OK)
        return result;
    section->config->holds_secret =
        section->config->holds_secret || cs_setting_hides(option->row, value.text);
    assignment = cs_config_add(section->config, option, CS_LEVEL_SECTION, NULL);
    if (assignment != NULL)
        assignment->value = cs_buffer_take(&value);
    return assignment != NULL && assignment->value != NULL ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_section_read_member(const struct cs_section *section,
                                   const struct cs_json_value *member,
                                   const struct cs_setting **ret_row, struct cs_error *error)
{
    struct cs_option option;

    *ret_row = NULL;
    if (!cs_option_find_in(section->kind_row, section->where, cs_json_key(member), &option))
        return CS_OK;
    *ret_row = option.row;
    return option.row->no_effect ? CS_OK : keep(section, &option, member, error);
}

enum cs_err cs_section_complete(const struct cs_section *section, const struct cs_json_value *at,
                                struct cs_strlist *warnings, struct cs_error *error)
{
    const struct cs_provider_kind *kind = cs_provider_kind(section->kind_row);
    struct cs_options options;
    struct cs_error inner = {0};

    section->config->sections |= 1U << section->kind_row;
    cs_options_defaults(section->config->profile, &options);
    cs_config_apply(section->config, CS_LEVEL_SECTION, NULL, &options);
    if (kind->check == NULL ||
        kind->check(cs_options_provider(&options, section->kind_row), warnings, &inner) == CS_OK)
        return CS_OK;
    return inner.code == CS_ERR_NOMEM
               ? cs_fail_nomem(error)
               : cs_json_fail(error, CS_ERR_CONFIG, section->document, at, "%s", inner.text);
}

enum cs_err cs_config_read_section(struct cs_config *config, const struct cs_json *document,
                                   const struct cs_json_value *object, size_t kind_row,
                                   struct cs_error *error)
{
    const struct cs_section section = {config, document, kind_row, CS_FROM_SECTION};
    const char *name = cs_json_key(object);
    const struct cs_setting *row;
    enum cs_err result = CS_OK;

    if (cs_json_type(object) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, object,
                            "%s: an object expected, found %s", name,
                            cs_json_type_name(cs_json_type(object)));
    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member)) {
        result = cs_section_read_member(&section, member, &row, error);
        if (result == CS_OK && row == NULL)
            return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                    "%s: there is no setting '%s'", name, cs_json_key(member));
    }
    return result == CS_OK ? cs_section_complete(&section, object, &config->warnings, error)
                           : result;
}
