/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_user.h"

#include "base/clock.h"
#include "cli/check_enrol_by.h"
#include "login/policy.h"

enum { GROUPS_MS = 5000 };

static bool lets_in_until_a_date(const struct cs_doctor_user *user)
{
    const struct cs_patience patience = {cs_clock_ms() + GROUPS_MS, -1};
    const struct cs_log silent = {0};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();

    return directory != NULL && cs_policy_days_to_enrol(user->options, cs_clock_seconds()) > 0 &&
           cs_policy_may_enrol_later(user->options, &user->account, directory, &patience, &silent);
}

static void add_enrol_by(const struct cs_doctor_user *user, const char *what, const char *remedy)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer left = {0};

    cs_enrol_by_text(user->options, cs_policy_days_to_enrol(user->options, cs_clock_seconds()),
                     &left);
    cs_findings_add(user->all, CS_FINDING_RISKY, "user-no-factor", (struct cs_place){0}, remedy,
                    "%s has no factor %s, and is let in without one after a first factor for %s: "
                    "enrol_by",
                    user->doctor->user, what, left.failed ? "some days" : left.text);
}

/* Whether one of the two options that are for newcomers is set. */
static bool has_option(const struct cs_doctor_user *user)
{
    return user->options->enrol_by != NULL || user->options->method.self_enrol != CS_SELF_ENROL_NO;
}

void cs_doctor_user_lacks(const struct cs_doctor_user *user, const char *hindrance,
                          const char *what, const char *remedy)
{
    const char *name = user->doctor->user;

    if (user->exempt)
        cs_findings_add(user->all, CS_FINDING_FINE, "user-no-factor", (struct cs_place){0}, NULL,
                        "%s has no factor %s, and needs none", name, what);
    else if (user->options->method.accept_on_missing_auth_method)
        cs_findings_add(user->all, CS_FINDING_RISKY, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s, and is let in without one: "
                        "accept_on_missing_auth_method",
                        name, what);
    else if (hindrance != NULL && has_option(user))
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s: every answer is refused, and enrol_by and "
                        "self_enroll are not for whoever %s; 'countersign forget' makes a "
                        "newcomer",
                        name, what, hindrance);
    else if (lets_in_until_a_date(user))
        add_enrol_by(user, what, remedy);
    else if (user->options->method.self_enrol != CS_SELF_ENROL_NO)
        cs_findings_add(user->all, CS_FINDING_RISKY, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s, and may set one up at a login as self_enroll says: "
                        "whoever has the first factor can",
                        name, what);
    else
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s: every answer is refused", name, what);
}
