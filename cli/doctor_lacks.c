/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_user.h"

void cs_doctor_user_lacks(const struct cs_doctor_user *user, const char *what, const char *remedy)
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
    else if (user->options->method.self_enrol != CS_SELF_ENROL_NO)
        cs_findings_add(user->all, CS_FINDING_RISKY, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s, and may set one up at a login as self_enroll says: "
                        "whoever has the first factor can",
                        name, what);
    else
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-no-factor", (struct cs_place){0}, remedy,
                        "%s has no factor %s: every answer is refused", name, what);
}
