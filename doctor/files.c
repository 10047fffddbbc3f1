/* SPDX-License-Identifier: Apache-2.0 */
/* Files besides those of sshd, PAM and our own settings: the key, units, where names come from, how
 * the clock is kept, what was denied. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "doctor/doctor.h"
#include "doctor/files.h"
#include "doctor/root.h"
#include "doctor/sshd_text.h"
#include "login/options.h"
#include "paths.h"

enum { OTHERS = 0007, GROUP_WRITES = 0020, DAY = 24 * 60 * 60 };

/* ---- the key ---- */

/* On the running machine the key is read as a login reads it, by another part. */
static void judge_key(const struct cs_doctor *doctor, struct cs_findings *all)
{
    struct cs_options options;
    const char *path;
    struct stat status;

    cs_options_defaults(CS_PROFILE_OWN, &options);
    if (doctor->config != NULL)
        cs_config_options(doctor->config, "", NULL, &options);
    path = cs_options_provider_text(&options, "local", "key_file");
    if (doctor->root[0] == '\0' || path == NULL || cs_root_stat(doctor->root, path, &status) != 0)
        return;
    if (status.st_uid != 0 || (status.st_mode & (OTHERS | GROUP_WRITES)) != 0)
        cs_findings_add(all, CS_FINDING_WRONG, "key-mode", (struct cs_place){path, 0},
                        "chown root:countersign and chmod 0640; if somebody may have read it, "
                        "countersign rekey",
                        "others than root and the broker can get at the key that seals the store");
}

/* ---- units ---- */

/* The link itself: it leads to a path of the machine, and an image's /dev is empty. */
static int open_link(const char *root, const char *path)
{
    return cs_root_open(root, path, O_PATH | O_NOFOLLOW);
}

static bool is_masked(const char *root, const char *path)
{
    CS_AUTO(cs_fd_close) int link = open_link(root, path);
    char target[32] = "";

    return link >= 0 && readlinkat(link, "", target, sizeof target - 1) > 0 &&
           strcmp(target, "/dev/null") == 0;
}

static bool is_enabled(const char *root, const char *unit)
{
    static const char *const wants[] = {"/etc/systemd/system/sockets.target.wants",
                                        "/etc/systemd/system/multi-user.target.wants",
                                        CS_SYSTEMD_DIR "/sockets.target.wants"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(wants); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
        CS_AUTO(cs_fd_close) int link = -1;

        cs_buffer_printf(&path, "%s/%s", wants[i], unit);
        link = path.failed ? -1 : open_link(root, path.text);
        if (link >= 0)
            return true;
    }
    return false;
}

static void judge_hidden(const char *root, const char *unit, struct cs_findings *all)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
    struct stat status;

    cs_buffer_printf(&path, "/etc/systemd/system/%s", unit);
    if (path.failed)
        return;
    if (is_masked(root, path.text))
        cs_findings_add(all, CS_FINDING_RISKY, "unit-masked", (struct cs_place){path.text, 0},
                        "systemctl unmask, then enable --now countersignd.socket",
                        "%s is masked: every login starts a process of its own, and programs that "
                        "are not root cannot log in",
                        unit);
    else if (cs_root_stat(root, path.text, &status) == 0 && S_ISREG(status.st_mode))
        cs_findings_add(
            all, CS_FINDING_RISKY, "unit-replaced", (struct cs_place){path.text, 0},
            "put what you changed into a drop-in (systemctl edit), and remove this file",
            "hides the unit that was installed, whose hardening and upgrades it misses");
}

static void judge_units(const struct cs_doctor *doctor, struct cs_findings *all)
{
    static const char *const units[] = {"countersignd.socket", "countersignd.service"};
    struct stat status;
    size_t before = all->count;

    if (cs_root_stat(doctor->root, CS_SYSTEMD_DIR "/countersignd.socket", &status) != 0)
        return;
    for (size_t i = 0; i < CS_ARRAY_SIZE(units); i++)
        judge_hidden(doctor->root, units[i], all);
    if (all->count == before && !is_enabled(doctor->root, units[0]) &&
        !is_enabled(doctor->root, units[1]))
        cs_findings_add(all, CS_FINDING_RISKY, "unit-disabled",
                        (struct cs_place){CS_SYSTEMD_DIR "/countersignd.socket", 0},
                        "systemctl enable --now countersignd.socket",
                        "is not enabled: after a start of the machine every login starts a process "
                        "of its own, and programs that are not root cannot log in");
}

/* ---- where names come from ---- */

static void judge_sources(const struct cs_strlist *words, const char *what, unsigned line,
                          struct cs_findings *all)
{
    static const char *const remote[] = {"sss", "ldap", "winbind", "nis", "systemd-userdb"};
    const struct cs_place place = {"/etc/nsswitch.conf", line};
    const char *before = NULL;
    bool files = false;

    for (size_t i = 1; i < words->count && !files; i++) {
        files = strcmp(words->items[i], "files") == 0 || strcmp(words->items[i], "compat") == 0;
        for (size_t j = 0; j < CS_ARRAY_SIZE(remote) && !files; j++)
            before = strcmp(words->items[i], remote[j]) == 0 ? remote[j] : before;
    }
    if (!files)
        cs_findings_add(all, CS_FINDING_WRONG, "names-without-files", place,
                        "begin it with 'files'",
                        "'%s' does not name 'files': root and the broker's own account are not "
                        "found",
                        what);
    else if (before != NULL)
        cs_findings_add(all, CS_FINDING_RISKY, "names-order", place, "put 'files' first",
                        "'%s' asks %s before 'files': while the directory hangs, so do root's "
                        "logins, and it can give names of this machine another meaning",
                        what, before);
}

/* ---- lines of files ---- */

typedef void take_line(const char *line, unsigned number, void *context);

static void each_line(struct cs_secret *content, take_line *take, void *context)
{
    unsigned number = 0;

    for (char *next = content->data; next != NULL;) {
        char *newline = strchr(next, '\n');

        if (newline != NULL)
            *newline = '\0';
        take(next, ++number, context);
        next = newline != NULL ? newline + 1 : NULL;
    }
}

/* A file that does not exist has no lines. */
static void judge_lines(const char *root, const char *path, take_line *take,
                        struct cs_findings *all)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};

    if (cs_root_read(root, path, &content, NULL) == CS_OK)
        each_line(&content, take, all);
}

static void take_names(const char *line, unsigned number, void *context)
{
    struct cs_findings *all = context;
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};

    if (cs_sshd_words(line, &words) != CS_OK)
        all->failed = true;
    if (words.count > 0 &&
        (strcmp(words.items[0], "passwd:") == 0 || strcmp(words.items[0], "group:") == 0))
        judge_sources(&words, words.items[0], number, all);
}

static void take_clock(const char *line, unsigned number, void *context)
{
    if (strcmp(line, "LOCAL") == 0)
        cs_findings_add(context, CS_FINDING_RISKY, "clock-local",
                        (struct cs_place){"/etc/adjtime", number}, "timedatectl set-local-rtc 0",
                        "the hardware clock keeps local time: after a start, or when summer time "
                        "begins or ends, this machine's clock can be hours off, and codes are "
                        "refused");
}

/* ---- what was denied ---- */

bool cs_is_denial(const char *line)
{
    return (strstr(line, "apparmor=\"DENIED\"") != NULL || strstr(line, "avc:  denied") != NULL) &&
           strstr(line, "countersign") != NULL;
}

/* audit(SECONDS.MILLISECONDS:SERIAL). Without a time, or in an image, every line counts. */
static bool is_recent(const struct cs_doctor *doctor, const char *line)
{
    const char *stamp = strstr(line, "audit(");
    long long seconds;

    return doctor->root[0] != '\0' || stamp == NULL || sscanf(stamp, "audit(%lld", &seconds) != 1 ||
           seconds > cs_clock_seconds() - DAY;
}

struct denials {
    const struct cs_doctor *doctor;
    unsigned last, count; /* the number of the last line, and how many there are */
};

static void take_denial(const char *line, unsigned number, void *context)
{
    struct denials *denials = context;

    if (!cs_is_denial(line) || !is_recent(denials->doctor, line))
        return;
    denials->last = number;
    denials->count++;
}

static void judge_log(const struct cs_doctor *doctor, const char *path, struct cs_findings *all)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct denials denials = {.doctor = doctor};

    if (cs_root_read_tail(doctor->root, path, &content, NULL) != CS_OK)
        return;
    each_line(&content, take_denial, &denials);
    if (denials.count > 0)
        cs_findings_add(
            all, CS_FINDING_WRONG, "access-denied",
            (struct cs_place){path, content.length < CS_ROOT_FILE_MAX ? denials.last : 0},
            "look at that line, and allow what it names in the policy of AppArmor or "
            "SELinux",
            "%u times within a day the system's policy kept something of ours from its "
            "work",
            denials.count);
}

enum cs_err cs_doctor_files(const struct cs_doctor *doctor, struct cs_findings *all,
                            struct cs_error *error)
{
    static const char *const logs[] = {"/var/log/audit/audit.log", "/var/log/kern.log"};

    (void)error;
    judge_key(doctor, all);
    judge_units(doctor, all);
    judge_lines(doctor->root, "/etc/nsswitch.conf", take_names, all);
    judge_lines(doctor->root, "/etc/adjtime", take_clock, all);
    for (size_t i = 0; i < CS_ARRAY_SIZE(logs); i++)
        judge_log(doctor, logs[i], all);
    return CS_OK;
}
