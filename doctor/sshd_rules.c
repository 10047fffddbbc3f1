/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of sshd that decide whether our module is asked, and has the time and the tries that
 * it needs. sshd_config(5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "doctor/root.h"
#include "doctor/sshd_case.h"

enum {
    TRIES_MIN = 3,    /* a wrong key or two from the user's agent, and one try */
    STARTUPS_MIN = 5, /* people take their time over a code */
    PENALTY_BAR = 15, /* sshd's default for `min` */
    NUMBER_SIZE = 24,
};

/* A line further down that would be right, had sshd not taken the first one already. */
static void add_later(const struct cs_sshd_case *found, const char *keyword, const char *right,
                      struct cs_buffer *out)
{
    const struct cs_sshd_line *first = cs_sshd_text_find(found->text, 0, keyword);

    cs_buffer_text(out, "");
    for (size_t i = 0; i < found->text->line_count && first != NULL; i++) {
        const struct cs_sshd_line *line = &found->text->lines[i];

        if (line == first || line->block != 0 || strcmp(line->keyword, keyword) != 0 ||
            strcasecmp(line->value, right) != 0)
            continue;
        cs_buffer_printf(out, "; %s:%u says otherwise, but the first line counts", line->path,
                         line->line);
        return;
    }
}

/* ---- the rules ---- */

static void judge_switch(const struct cs_sshd_case *found, const char *keyword, const char *id,
                         const char *remedy, const char *reason)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer later = {0};

    if (cs_sshd_is(found, keyword, "yes"))
        return;
    add_later(found, keyword, "yes", &later);
    cs_findings_add(found->all, CS_FINDING_WRONG, id, cs_sshd_place(found, keyword), remedy, "%s%s",
                    reason, later.text ? later.text : "");
}

static void judge_pam(const struct cs_sshd_case *found)
{
    judge_switch(found, "usepam", "sshd-use-pam", "set UsePAM yes and reload sshd",
                 "UsePAM is 'no': sshd asks no PAM module, so nobody is asked for a second factor");
}

/* Debian's sshd_config says `no`. Where no list wants it, it may. */
static void judge_interactive(const struct cs_sshd_case *found)
{
    const char *methods = cs_sshd_value(found->view, "authenticationmethods");

    if (strcmp(methods, "any") == 0 && cs_sshd_in_block(found, "authenticationmethods") &&
        found->view->reach != CS_SSHD_EVERYBODY)
        return; /* whoever wrote it lets them in without PAM */
    if (strcmp(methods, "any") != 0 && strstr(methods, "keyboard-interactive") == NULL)
        return;
    judge_switch(found, "kbdinteractiveauthentication", "sshd-kbdint-off",
                 "set KbdInteractiveAuthentication yes in a file that sshd reads first",
                 "KbdInteractiveAuthentication is 'no': no prompt for a code can reach the user");
}

static void judge_empty(const struct cs_sshd_case *found)
{
    if (cs_sshd_is(found, "permitemptypasswords", "yes"))
        cs_findings_add(found->all, CS_FINDING_RISKY, "sshd-empty-passwords",
                        cs_sshd_place(found, "permitemptypasswords"), "set PermitEmptyPasswords no",
                        "an account without a password needs none, so a code is all that is asked "
                        "of it");
}

/* sshd answers root's prompts with junk, and the person reads that the code was wrong. */
static void judge_root(const struct cs_sshd_case *found)
{
    bool root = found->view->user != NULL && strcmp(found->view->user, "root") == 0;
    const char *value = cs_sshd_value(found->view, "permitrootlogin");

    if (!root || strcmp(value, "yes") == 0 ||
        strstr(cs_sshd_value(found->view, "authenticationmethods"), "keyboard-interactive") == NULL)
        return;
    cs_findings_add(
        found->all, CS_FINDING_WRONG, "sshd-root-refused", cs_sshd_place(found, "permitrootlogin"),
        "set PermitRootLogin yes if root may log in with key and code; if not, there is "
        "nothing to do",
        "PermitRootLogin %s: sshd refuses root however right the code is, and root is "
        "told that the code was wrong",
        value);
}

static bool number_of(const struct cs_sshd_case *found, const char *keyword, unsigned *ret_number)
{
    return sscanf(cs_sshd_value(found->view, keyword), "%9u", ret_number) == 1;
}

static void judge_tries(const struct cs_sshd_case *found)
{
    unsigned tries;

    if (number_of(found, "maxauthtries", &tries) && tries < TRIES_MIN)
        cs_findings_add(found->all, CS_FINDING_RISKY, "sshd-few-tries",
                        cs_sshd_place(found, "maxauthtries"), "set MaxAuthTries 6",
                        "MaxAuthTries %u: every key of the user's agent that is not accepted takes "
                        "a try, so a user with %u keys does not reach the code",
                        tries, tries + 1);
}

static void judge_grace(const struct cs_sshd_case *found)
{
    unsigned seconds, ours = found->options->login_timeout;
    char remedy[128];

    if (!number_of(found, "logingracetime", &seconds) || seconds == 0 || seconds >= ours)
        return;
    (void)snprintf(remedy, sizeof remedy,
                   "set LoginGraceTime %u, or login_timeout below %u for sshd", ours + 10, seconds);
    cs_findings_add(found->all, CS_FINDING_RISKY, "sshd-grace-time",
                    cs_sshd_place(found, "logingracetime"), remedy,
                    "LoginGraceTime ends a login after %u s, and login_timeout gives it %u s: sshd "
                    "hangs up on users who still wait or type",
                    seconds, ours);
}

static void judge_startups(const struct cs_sshd_case *found)
{
    unsigned start;

    if (number_of(found, "maxstartups", &start) && start < STARTUPS_MIN)
        cs_findings_add(
            found->all, CS_FINDING_RISKY, "sshd-few-startups", cs_sshd_place(found, "maxstartups"),
            "set MaxStartups 10:30:100",
            "MaxStartups begins to refuse at %u connections that are not logged in yet: "
            "so many people who look for their phones shut everybody out",
            start);
}

/* From OpenSSH 9.8 on. Below the bar, several failures are needed. */
static void judge_penalties(const struct cs_sshd_case *found)
{
    const char *value = cs_sshd_value(found->view, "persourcepenalties");
    const char *failure = strstr(value, "authfail:");
    unsigned seconds;

    if (failure != NULL && sscanf(failure, "authfail:%9u", &seconds) == 1 && seconds >= PENALTY_BAR)
        cs_findings_add(
            found->all, CS_FINDING_RISKY, "sshd-penalty",
            cs_sshd_place(found, "persourcepenalties"),
            "set authfail:5 in PersourcePenalties, or name your networks in "
            "PerSourcePenaltyExemptList",
            "one login that failed shuts its address out for %u s, and everybody behind "
            "it",
            seconds);
}

static bool has_service(const char *root, const char *service)
{
    static const char *const folders[] = {"/etc/pam.d", "/usr/lib/pam.d"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(folders); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
        struct stat status;

        cs_buffer_printf(&path, "%s/%s", folders[i], service);
        if (path.failed || cs_root_stat(root, path.text, &status) == 0)
            return true;
    }
    return false;
}

/* From OpenSSH 9.8 on. Without a line of its own it is sshd, which the part about PAM looks at. */
void cs_sshd_judge_service(const struct cs_sshd_case *found)
{
    struct cs_place place = cs_sshd_place(found, "pamservicename");

    if (place.line != 0 && !has_service(found->doctor->root, found->service))
        cs_findings_add(found->all, CS_FINDING_WRONG, "sshd-pam-service", place,
                        "write that file, or remove PAMServiceName",
                        "PAMServiceName %s, but there is no /etc/pam.d/%s: PAM uses its service "
                        "'other'",
                        cs_sshd_value(found->view, "pamservicename"), found->service);
}

void cs_sshd_judge(const struct cs_sshd_case *found)
{
    static void (*const rules[])(const struct cs_sshd_case *) = {
        judge_interactive, judge_empty,    judge_root,      judge_tries,
        judge_grace,       judge_startups, judge_penalties, cs_sshd_judge_methods,
    };

    judge_pam(found);
    /* Without PAM the rest does not matter. */
    for (size_t i = 0; i < CS_ARRAY_SIZE(rules) && cs_sshd_is(found, "usepam", "yes"); i++)
        rules[i](found);
}
