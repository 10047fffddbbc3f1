/* SPDX-License-Identifier: Apache-2.0 */
#include "login/policy.h"

#include <limits.h>
#include <string.h>
#include <syslog.h>

#include "base/date.h"
#include "login/membership.h"

/* `absent`: a group that does not exist, or "". */
static void warn_unresolved(const struct cs_log *log, const char *option, const char *groups,
                            const char *absent, const struct cs_account *account,
                            const char *effect)
{
    bool known = absent[0] != '\0';

    cs_log(log, LOG_WARNING, "%s: whether '%s' is in a group of '%s' cannot be resolved%s%s%s; %s",
           option, account->name, groups, known ? ", because there is no group '" : "", absent,
           known ? "'" : "", effect);
}

enum cs_reason cs_policy_exemption(const struct cs_options *options,
                                   const struct cs_account *account, struct cs_directory *directory,
                                   const struct cs_patience *patience, const struct cs_log *log)
{
    const struct cs_policy_groups groups = {options->exempt_group, options->two_factor_group};
    struct cs_memberships found;

    if (!account->known || (groups.exempt == NULL && groups.asked == NULL))
        return CS_REASON_NONE;
    found = cs_memberships_find(directory, account, &groups, patience);
    if (found.exempt == CS_MEMBERSHIP_UNRESOLVED)
        warn_unresolved(log, "exempt_group", groups.exempt, found.no_exempt, account,
                        "it is not exempt");
    if (found.asked == CS_MEMBERSHIP_UNRESOLVED)
        warn_unresolved(log, "2fa_group", groups.asked, found.no_asked, account, "it is asked");
    if (found.exempt == CS_MEMBERSHIP_MEMBER)
        return CS_REASON_EXEMPT_GROUP;
    return groups.asked != NULL && found.asked == CS_MEMBERSHIP_NONE ? CS_REASON_NOT_IN_2FA_GROUP
                                                                     : CS_REASON_NONE;
}

unsigned cs_policy_days_to_enrol(const struct cs_options *options, int64_t now)
{
    int64_t last, today = cs_date_at(now);

    /* A program that gives one answer shows no notice. */
    if (options->enrol_by == NULL || options->method.one_answer ||
        !cs_date_parse(options->enrol_by, &last) || today > last)
        return 0;
    return last - today < UINT_MAX ? (unsigned)(last - today) + 1 : UINT_MAX;
}

/* An option for members of groups alone, and what it means not to be one. */
struct privilege {
    const char *option, *groups; /* NULL: for everybody */
    const char *effect;
};

/* As with exempt_group, membership lets in, so it must be certain. */
static bool has_privilege(const struct privilege *privilege, const struct cs_account *account,
                          struct cs_directory *directory, const struct cs_patience *patience,
                          const struct cs_log *log)
{
    const struct cs_policy_groups groups = {.exempt = privilege->groups};
    struct cs_memberships found;

    if (!account->known || groups.exempt == NULL)
        return account->known;
    found = cs_memberships_find(directory, account, &groups, patience);
    if (found.exempt == CS_MEMBERSHIP_UNRESOLVED)
        warn_unresolved(log, privilege->option, groups.exempt, found.no_exempt, account,
                        privilege->effect);
    return found.exempt == CS_MEMBERSHIP_MEMBER;
}

bool cs_policy_may_enrol_later(const struct cs_options *options, const struct cs_account *account,
                               struct cs_directory *directory, const struct cs_patience *patience,
                               const struct cs_log *log)
{
    const struct privilege later = {"enrol_by_group", options->enrol_by_group,
                                    "it is refused without a factor"};

    return has_privilege(&later, account, directory, patience, log);
}

bool cs_policy_may_enrol_freely(const struct cs_options *options, const struct cs_account *account,
                                struct cs_directory *directory, const struct cs_patience *patience,
                                const struct cs_log *log)
{
    const struct privilege freely = {"self_enroll_group", options->self_enrol_group,
                                     "it needs a ticket"};

    return has_privilege(&freely, account, directory, patience, log);
}

bool cs_policy_may_serve_itself(const struct cs_options *options, const struct cs_account *account,
                                struct cs_directory *directory, const struct cs_patience *patience,
                                const struct cs_log *log)
{
    const struct privilege self = {"self_service_group", options->self_service_group,
                                   "'countersign self' is not for it"};

    return options->self_service && has_privilege(&self, account, directory, patience, log);
}

/* Applications that show informational text at once, unless they pass PAM_SILENT as sudo always
 * does. sshd does so from 10.3 on; there is no way to ask it. */
static bool shows_text_at_once(const char *service)
{
    static const char *const services[] = {"sudo", "sudo-i", "su", "su-l", "login", "countersign"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(services); i++) {
        if (strcmp(services[i], service) == 0)
            return true;
    }
    return false;
}

/* With PAM_SILENT the module shows no text without a prompt, whatever the options say. */
bool cs_policy_live(const struct cs_options *options, const struct cs_request *request)
{
    if (request->phase == CS_PHASE_SELF) /* our own tool does */
        return true;
    if ((request->flags & CS_REQUEST_SILENT) != 0)
        return false;
    if (options->conversation == CS_CONVERSATION_AUTO)
        return shows_text_at_once(request->service);
    return options->conversation == CS_CONVERSATION_LIVE;
}

enum cs_wait_mode cs_policy_shown_mode(const struct cs_options *options,
                                       const struct cs_request *request)
{
    return cs_policy_live(options, request) ? CS_WAIT_LIVE : CS_WAIT_ENTER;
}

enum cs_wait_mode cs_policy_wait_mode(const struct cs_options *options,
                                      const struct cs_request *request)
{
    static const enum cs_wait_mode modes[] = {[CS_PUSH_LIVE] = CS_WAIT_LIVE,
                                              [CS_PUSH_ENTER] = CS_WAIT_ENTER,
                                              [CS_PUSH_SILENT] = CS_WAIT_SILENT};

    if (options->hide_instructions)
        return CS_WAIT_SILENT;
    /* IBM's product shows nothing unless it is told to. */
    if (options->push_wait == CS_PUSH_AUTO && options->profile == CS_PROFILE_IBM &&
        options->texts[CS_TEXT_DEVICE_PROMPT].count == 0)
        return CS_WAIT_SILENT;
    if (options->push_wait == CS_PUSH_AUTO)
        return cs_policy_shown_mode(options, request);
    if (options->push_wait == CS_PUSH_LIVE && (request->flags & CS_REQUEST_SILENT) != 0)
        return CS_WAIT_ENTER;
    return modes[options->push_wait];
}
