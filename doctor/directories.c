/* SPDX-License-Identifier: Apache-2.0 */
/* The name services: how long they take, and whether they tell names apart by case. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "doctor/doctor.h"
#include "login/membership.h"

enum { PATIENCE_MS = 5000, SLOW_MS = 1000, NAME_SIZE = CS_ACCOUNT_NAME_SIZE };

static const char nobody[] = "countersign-nobody";

static enum cs_err look_up(struct cs_directory *directory, const char *name,
                           struct cs_account *ret_account, struct cs_error *error)
{
    const struct cs_patience patience = {cs_clock_ms() + PATIENCE_MS, -1};
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    enum cs_err result = cs_directory_search(directory, name, &search, error);

    return result == CS_OK ? cs_search_wait(search, &patience, ret_account, error) : result;
}

/* What took how long; `took` as long as there was patience: no answer came. */
static void judge_time(const char *what, bool answered, int64_t took, struct cs_findings *all)
{
    if (!answered)
        cs_findings_add(all, CS_FINDING_WRONG, "names-hang", (struct cs_place){0},
                        "look at SSSD, nslcd or winbind, and at their server",
                        "looking up %s, the name services have not answered after %lld ms: users "
                        "whom only they know cannot log in",
                        what, (long long)took);
    else if (took >= SLOW_MS)
        cs_findings_add(all, CS_FINDING_RISKY, "names-slow", (struct cs_place){0},
                        "cache names (SSSD does, or nscd), or look at the directory's server",
                        "looking up %s takes the name services %lld ms", what, (long long)took);
}

/* A name that no file has, so that the directories are asked. False: asking more is in vain. */
static bool judge_account(struct cs_directory *directory, struct cs_findings *all)
{
    struct cs_account account;
    struct cs_error error = {0};
    int64_t began = cs_clock_ms();
    enum cs_err result = look_up(directory, nobody, &account, &error);

    if (result != CS_OK && result != CS_ERR_TIMEOUT)
        cs_findings_add(all, CS_FINDING_WRONG, "names-fail", (struct cs_place){0},
                        "look at SSSD, nslcd or winbind, and at their server",
                        "the name services cannot say whether an account exists: %s", error.text);
    else
        judge_time("an account", result == CS_OK, cs_clock_ms() - began, all);
    return result == CS_OK;
}

/* The groups of an account are a question of their own to a directory, and often the slow one. */
static void judge_groups(struct cs_directory *directory, const struct cs_account *account,
                         struct cs_findings *all)
{
    const struct cs_policy_groups groups = {.asked = nobody};
    const struct cs_patience patience = {cs_clock_ms() + PATIENCE_MS, -1};
    int64_t began = cs_clock_ms(), took;

    (void)cs_memberships_find(directory, account, &groups, &patience);
    took = cs_clock_ms() - began;
    judge_time("the groups of an account", took < PATIENCE_MS, took, all);
}

static bool is_known(struct cs_directory *directory, const char *user,
                     struct cs_account *ret_account, struct cs_findings *all)
{
    if (look_up(directory, user, ret_account, NULL) != CS_OK)
        return false;
    if (!ret_account->known)
        cs_findings_add(all, CS_FINDING_WRONG, "user-unknown", (struct cs_place){0},
                        "create the account, or correct the name",
                        "there is no account '%s' on this machine", user);
    return ret_account->known;
}

/* What is stored about a user is stored under the canonical name, so another spelling does no harm
 * there; it does in settings of others that compare names. */
static void judge_case(struct cs_directory *directory, const struct cs_account *account,
                       const char *user, struct cs_findings *all)
{
    char other[NAME_SIZE];
    struct cs_account same;

    (void)snprintf(other, sizeof other, "%s", user);
    for (char *byte = other; *byte != '\0'; byte++)
        *byte = (char)toupper((unsigned char)*byte);
    if (strcmp(other, user) == 0 || look_up(directory, other, &same, NULL) != CS_OK ||
        !same.known || same.uid != account->uid)
        return;
    cs_findings_add(all, CS_FINDING_RISKY, "names-case", (struct cs_place){0},
                    "name groups rather than users in sshd_config and PAM, or have the directory "
                    "tell names apart (case_sensitive in sssd.conf)",
                    "'%s' is the same account as '%s': a line such as 'Match User %s' does not "
                    "count for the other spelling",
                    other, user, user);
}

enum cs_err cs_doctor_names(const struct cs_doctor *doctor, struct cs_findings *all,
                            struct cs_error *error)
{
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    struct cs_account account;

    if (directory == NULL)
        return cs_fail_nomem(error);
    if (!judge_account(directory, all) || doctor->user == NULL ||
        !is_known(directory, doctor->user, &account, all))
        return CS_OK;
    judge_groups(directory, &account, all);
    judge_case(directory, &account, doctor->user, all);
    return CS_OK;
}
