/* SPDX-License-Identifier: Apache-2.0 */
#include "login/policy.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/lower.h"
#include "base/strlist.h"

enum { GROUPS_START = 64, GROUPS_MAX = 65536, ENTRY_BYTES_MIN = 1024, ENTRY_BYTES_MAX = 4 << 20 };

struct groups {
    gid_t *items;
    int count;
};

static void groups_free(struct groups *groups)
{
    free(groups->items);
}

/* All gids of the account, primary and supplementary. */
static bool load_groups(const struct cs_account *account, struct groups *ret_groups)
{
    for (int size = GROUPS_START; size <= GROUPS_MAX; size *= 4) {
        int count = size;

        free(ret_groups->items);
        ret_groups->items = calloc((size_t)size, sizeof *ret_groups->items);
        if (ret_groups->items == NULL)
            return false;
        if (getgrouplist(account->name, account->gid, ret_groups->items, &count) >= 0) {
            ret_groups->count = count;
            return true;
        }
    }
    return false;
}

enum membership { NOT_MEMBER, MEMBER, UNRESOLVED };

static bool is_listed(const struct group *entry, const char *name)
{
    for (size_t i = 0; entry->gr_mem[i] != NULL; i++) {
        if (strcmp(entry->gr_mem[i], name) == 0)
            return true;
    }
    return false;
}

/* getgrouplist does not report a directory that failed to answer, so the group's own list of
 * members is looked at as well. */
static enum membership member_of(const char *name, const struct cs_account *account,
                                 const struct groups *groups)
{
    for (size_t size = ENTRY_BYTES_MIN; size <= ENTRY_BYTES_MAX; size *= 4) {
        CS_AUTO(cs_string_free) char *buffer = malloc(size);
        struct group entry, *found = NULL;
        int failed = buffer ? getgrnam_r(name, &entry, buffer, size, &found) : ENOMEM;

        if (failed == ERANGE)
            continue;
        if (failed != 0 || found == NULL)
            return UNRESOLVED;
        for (int i = 0; i < groups->count; i++) {
            if (groups->items[i] == entry.gr_gid)
                return MEMBER;
        }
        return is_listed(found, account->name) ? MEMBER : NOT_MEMBER;
    }
    return UNRESOLVED;
}

/* Membership in any of the listed groups: one that is found counts more than one that cannot be
 * resolved, and that more than not being a member. */
static enum membership member_of_any(const char *list, const struct cs_account *account,
                                     const struct groups *groups)
{
    CS_AUTO(cs_string_free) char *names = strdup(list);
    enum membership best = NOT_MEMBER;
    char *rest = names, *name;

    if (names == NULL)
        return UNRESOLVED;
    while ((name = strsep(&rest, ",")) != NULL) {
        enum membership membership = member_of(name, account, groups);

        if (membership == MEMBER)
            return MEMBER;
        if (membership == UNRESOLVED)
            best = UNRESOLVED;
    }
    return best;
}

const char *cs_policy_exemption(const struct cs_options *options, const struct cs_account *account,
                                const struct cs_log *log)
{
    CS_AUTO(groups_free) struct groups groups = {0};
    enum membership exempt, asked;

    if (!account->known || (options->exempt_group == NULL && options->two_factor_group == NULL))
        return NULL;
    if (!load_groups(account, &groups)) {
        cs_log(log, LOG_WARNING, "the groups of '%s' cannot be read: nobody is exempt",
               account->name);
        return NULL;
    }
    exempt =
        options->exempt_group ? member_of_any(options->exempt_group, account, &groups) : NOT_MEMBER;
    asked = options->two_factor_group ? member_of_any(options->two_factor_group, account, &groups)
                                      : MEMBER;
    if (exempt == UNRESOLVED)
        cs_log(log, LOG_WARNING,
               "exempt_group: a group of '%s' cannot be resolved and exempts "
               "nobody",
               options->exempt_group);
    if (asked == UNRESOLVED)
        cs_log(log, LOG_WARNING,
               "2fa_group: a group of '%s' cannot be resolved; everybody is asked",
               options->two_factor_group);
    if (exempt == MEMBER)
        return "exempt_group";
    return asked == NOT_MEMBER ? "2fa_group" : NULL;
}

/* Applications that show informational text at once. sshd does from 10.3 on; it cannot be asked. */
static bool shows_text_at_once(const char *service)
{
    static const char *const services[] = {"sudo", "sudo-i", "su", "su-l", "login", "countersign"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(services); i++) {
        if (strcmp(services[i], service) == 0)
            return true;
    }
    return false;
}

bool cs_policy_live(const struct cs_options *options, const char *service)
{
    if (options->conversation == CS_CONVERSATION_AUTO)
        return shows_text_at_once(service);
    return options->conversation == CS_CONVERSATION_LIVE;
}

enum cs_wait_mode cs_policy_shown_mode(const struct cs_options *options, const char *service)
{
    return cs_policy_live(options, service) ? CS_WAIT_LIVE : CS_WAIT_ENTER;
}

struct cs_judging cs_policy_judging(const struct cs_options *options, const char *host,
                                    char name[CS_PROVIDER_NAME_SIZE])
{
    (void)snprintf(name, CS_PROVIDER_NAME_SIZE, "pam://%s", host);
    /* As ssh writes the host it talks to, whatever the case of what was typed. */
    for (char *byte = name; *byte != '\0'; byte++)
        *byte = cs_lower(*byte);
    return (struct cs_judging){.window = options->totp_window,
                               .drift_max = options->totp_drift,
                               .throttle = options->throttle,
                               .app_id = options->u2f_app_id ? options->u2f_app_id : name,
                               .origins = options->u2f_origins ? options->u2f_origins : name};
}

enum cs_wait_mode cs_policy_wait_mode(const struct cs_options *options, const char *service)
{
    static const enum cs_wait_mode modes[] = {[CS_PUSH_LIVE] = CS_WAIT_LIVE,
                                              [CS_PUSH_ENTER] = CS_WAIT_ENTER,
                                              [CS_PUSH_SILENT] = CS_WAIT_SILENT};

    /* That product shows nothing unless it is told what. */
    if (options->push_wait == CS_PUSH_AUTO && options->profile == CS_PROFILE_IBM &&
        options->texts[CS_TEXT_DEVICE_PROMPT].count == 0)
        return CS_WAIT_SILENT;
    if (options->push_wait == CS_PUSH_AUTO)
        return cs_policy_shown_mode(options, service);
    return modes[options->push_wait];
}
