/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_map_file.h"

#include <string.h>

#include "base/buffer.h"

/* The options that name accounts which the file leaves to them. */
static const char *idle_option(const struct cs_mapping *mapping)
{
    if (mapping->gecos_match != NULL)
        return "gecos_match";
    if (mapping->gecos_field != 0)
        return "gecos_field";
    return mapping->append != NULL && mapping->append[0] != '\0' ? "append" : NULL;
}

static enum cs_err warn_idle(const struct cs_mapping *mapping, struct cs_strlist *found)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const char *option = idle_option(mapping);

    if (option == NULL || cs_map_file_others(mapping->entries) != 0)
        return CS_OK;
    cs_buffer_printf(&text,
                     "%s: accounts without a line are refused, so %s has no effect; end the file "
                     "with a line * if it is to name them, or remove the option",
                     mapping->map_file, option);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(found, text.text, text.length);
}

enum cs_err cs_check_map_file(const struct cs_mapping *mapping, struct cs_strlist *warnings)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist found = {0};
    enum cs_err result;

    if (mapping->entries == NULL)
        return CS_OK;
    result = cs_map_file_warn(mapping->entries, &found);
    if (result == CS_OK)
        result = warn_idle(mapping, &found);
    for (size_t i = 0; i < found.count && result == CS_OK; i++) {
        if (!cs_strlist_contains(warnings, found.items[i]))
            result = cs_strlist_add(warnings, found.items[i], strlen(found.items[i]));
    }
    return result;
}
