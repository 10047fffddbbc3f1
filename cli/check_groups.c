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

static enum cs_err keep(struct cs_strlist *list, const struct cs_buffer *text)
{
    return text->failed ? CS_ERR_NOMEM : cs_strlist_add(list, text->text, text->length);
}

static enum cs_err warn(const char *option, const char *name, const char *effect,
                        struct cs_strlist *warnings)
{
    struct cs_suggestion suggestion = cs_suggest_start(name, strlen(name));
    CS_AUTO(cs_strlist_free) struct cs_strlist groups = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    /* Without the names there is no suggestion. */
    if (cs_names_local_groups(&groups, NULL) == CS_NAMED_FOUND) {
        for (size_t i = 0; i < groups.count; i++)
            cs_suggest_consider(&suggestion, groups.items[i]);
    }
    cs_buffer_printf(&text, "%s: there is no group '%s', so %s", option, name, effect);
    cs_suggest_print(&suggestion, &text);
    return keep(warnings, &text);
}

static enum cs_err check_name(struct cs_group_check *check, const char *option, const char *name,
                              const char *effect, struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer key = {0};
    enum cs_err result;

    cs_buffer_printf(&key, "%s=%s", option, name);
    for (size_t i = 0; i < check->seen.count && !key.failed; i++) {
        if (strcmp(check->seen.items[i], key.text) == 0)
            return CS_OK;
    }
    result = keep(&check->seen, &key);
    return result == CS_OK && is_absent(check->directory, name)
               ? warn(option, name, effect, warnings)
               : result;
}

void cs_group_check_clear(struct cs_group_check *check)
{
    cs_directory_free(&check->directory);
    cs_strlist_free(&check->seen);
}

enum cs_err cs_group_check_run(struct cs_group_check *check, const struct cs_options *options,
                               struct cs_strlist *warnings)
{
    const struct {
        const char *option, *list, *effect;
    } rows[] = {{"exempt_group", options->exempt_group, "it exempts nobody"},
                {"2fa_group", options->two_factor_group, "everybody is asked"},
                {"enrol_by_group", options->enrol_by_group, "enrol_by is for nobody"}};
    enum cs_err result = CS_OK;

    if (check->directory == NULL && (check->directory = cs_directory_new()) == NULL)
        return CS_ERR_NOMEM;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) && result == CS_OK; i++) {
        CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

        if (rows[i].list == NULL)
            continue;
        result = cs_group_list_read(rows[i].list, &names, NULL);
        for (size_t j = 0; j < names.count && result == CS_OK; j++)
            result = check_name(check, rows[i].option, names.items[j], rows[i].effect, warnings);
    }
    return result;
}
