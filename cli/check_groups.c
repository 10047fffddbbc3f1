/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_groups.h"

#include <string.h>

#include "base/clock.h"
#include "login/group_list.h"
#include "login/membership.h"
#include "settings/suggest.h"

enum { LOOK_UP_MS = 500 };

/* Asked about root, a local account. What cannot be found out is not said to be absent. */
static bool is_absent(struct cs_directory *directory, const char *name)
{
    const struct cs_account root = {.known = true, .local = true, .name = "root"};
    const struct cs_patience patience = {cs_clock_ms() + LOOK_UP_MS, -1};
    CS_AUTO(cs_buffer_free) struct cs_buffer list = {0};
    const struct cs_policy_groups groups = {.asked =
                                                cs_group_list_add(&list, name) ? list.text : NULL};
    struct cs_memberships found;

    if (groups.asked == NULL)
        return false;
    found = cs_memberships_find(directory, &root, &groups, &patience);
    return found.no_asked[0] != '\0';
}

static enum cs_err add_once(struct cs_strlist *warnings, const struct cs_buffer *text)
{
    if (text->failed)
        return CS_ERR_NOMEM;
    for (size_t i = 0; i < warnings->count; i++) {
        if (strcmp(warnings->items[i], text->text) == 0)
            return CS_OK;
    }
    return cs_strlist_add(warnings, text->text, text->length);
}

static enum cs_err warn(const char *option, const char *name, const char *effect,
                        struct cs_strlist *warnings)
{
    struct cs_suggestion suggestion = cs_suggest_start(name, strlen(name));
    CS_AUTO(cs_strlist_free) struct cs_strlist groups = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const char *meant;

    /* Without the names there is no suggestion. */
    if (cs_names_local_groups(&groups, NULL) == CS_NAMED_FOUND) {
        for (size_t i = 0; i < groups.count; i++)
            cs_suggest_consider(&suggestion, groups.items[i]);
    }
    meant = cs_suggest_result(&suggestion);
    cs_buffer_printf(&text, "%s: there is no group '%s', so %s%s%s%s", option, name, effect,
                     meant ? "; '" : "", meant ? meant : "", meant ? "' was probably meant" : "");
    return add_once(warnings, &text);
}

enum cs_err cs_check_group_names(const struct cs_options *options, struct cs_strlist *warnings)
{
    const struct {
        const char *option, *list, *effect;
    } rows[] = {{"exempt_group", options->exempt_group, "it exempts nobody"},
                {"2fa_group", options->two_factor_group, "everybody is asked"}};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    enum cs_err result = directory ? CS_OK : CS_ERR_NOMEM;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) && result == CS_OK; i++) {
        CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

        if (rows[i].list == NULL)
            continue;
        result = cs_group_list_read(rows[i].list, &names, NULL);
        for (size_t j = 0; j < names.count && result == CS_OK; j++) {
            if (is_absent(directory, names.items[j]))
                result = warn(rows[i].option, names.items[j], rows[i].effect, warnings);
        }
    }
    return result;
}
