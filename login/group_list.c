/* SPDX-License-Identifier: Apache-2.0 */
#include "login/group_list.h"

#include <string.h>

#include "base/sanitise.h"

enum { LIST_BYTES_MAX = 1000 };

/* Reads one name at *at, and moves *at past it. */
static enum cs_err read_name(const char **at, struct cs_strlist *names, struct cs_error *error)
{
    bool quoted = **at == '"';
    const char *name = *at + quoted;
    size_t length = strcspn(name, quoted ? "\"" : ",\"");
    const char *behind = name + length;

    if (quoted && *behind != '"')
        return cs_fail(error, CS_ERR_CONFIG,
                       "a closing quote is missing; on a PAM line, words with blanks stand in "
                       "brackets: [exempt_group=domain admins,staff]");
    behind += quoted;
    if (length == 0 || (*behind != ',' && *behind != '\0'))
        return cs_fail(error, CS_ERR_CONFIG, "group names expected, with a comma between them");
    if (!quoted && (name[0] == ' ' || name[length - 1] == ' '))
        return cs_fail(error, CS_ERR_CONFIG,
                       "there are blanks beside a comma; without them, or the name in quotes");
    *at = behind;
    return cs_strlist_add(names, name, length);
}

enum cs_err cs_group_list_read(const char *list, struct cs_strlist *ret_names,
                               struct cs_error *error)
{
    size_t length = strlen(list);
    const char *at = list;
    enum cs_err result;

    if (length == 0 || length > LIST_BYTES_MAX || !cs_is_clean(list, length))
        return cs_fail(error, CS_ERR_CONFIG, "group names expected, at most %d bytes",
                       LIST_BYTES_MAX);
    for (;;) {
        result = read_name(&at, ret_names, error);
        if (result != CS_OK || *at == '\0')
            return result;
        at++; /* the comma */
    }
}

bool cs_group_list_add(struct cs_buffer *list, const char *name)
{
    size_t length = strlen(name);
    bool quoted;

    if (length == 0 || strchr(name, '"') != NULL)
        return false;
    quoted = strchr(name, ',') != NULL || name[0] == ' ' || name[length - 1] == ' ';
    cs_buffer_printf(list, quoted ? "%s\"%s\"" : "%s%s", list->length > 0 ? "," : "", name);
    return true;
}
