/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that libpam does not understand as they were meant. */
#include <string.h>
#include <sys/stat.h>

#include "doctor/pam_look.h"
#include "doctor/pam_module.h"
#include "doctor/root.h"
#include "settings/suggest.h"

/* By enum cs_pam_fault: the finding, what libpam does, what to do. */
static const struct {
    const char *id, *what, *remedy;
} faults[] = {
    [CS_PAM_NO_KIND] = {"pam-line", "the line is empty but for blanks, and refuses every login",
                        "remove it"},
    [CS_PAM_BAD_KIND] = {"pam-line",
                         "the line begins with none of auth, account, password and session, and "
                         "libpam takes it for an auth line that refuses",
                         "correct the first word, or join the line to the one before it"},
    [CS_PAM_NO_CONTROL] = {"pam-line", "the line has no control, and refuses every login",
                           "write required, or what else is meant, behind the first word"},
    [CS_PAM_BAD_CONTROL] =
        {"pam-control",
         "libpam does not understand the control, and takes even success for a "
         "failure",
         "write required, requisite, sufficient, optional or [value=action ...]"},
    [CS_PAM_NO_MODULE] = {"pam-line", "the line names no module, and refuses every login",
                          "add the module's name, such as pam_countersign.so"},
    [CS_PAM_NO_FILE_NAME] = {"pam-include",
                             "the line includes a file without naming it, and programs that use "
                             "PAM crash",
                             "name the file, or remove the line"},
    [CS_PAM_MISSING_FILE] = {"pam-include",
                             "the file that the line includes is not in /etc/pam.d, and a failure "
                             "stands in its place",
                             "correct the name, or remove the line"},
    [CS_PAM_TOO_DEEP] = {"pam-include", "the file includes itself, or too many others",
                         "remove the line"},
    [CS_PAM_BROKEN_FILE] = {"pam-include",
                            "libpam gives up reading the file that the line includes",
                            "mend that file"},
    [CS_PAM_NAMELESS] = {"pam-line", "the module's path names no module, and libpam gives up",
                         "write the module's file name, such as pam_countersign.so"},
    [CS_PAM_OPEN_LINE] = {"pam-unreadable",
                          "the file ends behind a backslash, and every login is refused",
                          "remove the backslash at the end"},
    [CS_PAM_ENDLESS_LINE] = {"pam-unreadable",
                             "libpam before 1.6 reads a line of 1023 bytes with a backslash behind "
                             "them for ever",
                             "make the line shorter"},
    [CS_PAM_MISSING_BELOW] = {"pam-include",
                              "the file that the line includes does not exist, and libpam gives up "
                              "reading: every login is refused",
                              "correct the name, or remove the line"},
    [CS_PAM_TOO_MANY] = {"pam-unreadable", "the service has too many lines to look at",
                         "include fewer files"},
};

static void look_refused(struct cs_pam_look *look)
{
    const struct cs_pam_service *service = &look->service;

    if (service->at == NULL || service->why == CS_PAM_SOUND)
        return;
    cs_findings_add(look->all, CS_FINDING_WRONG, faults[service->why].id,
                    (struct cs_place){service->at, service->line}, faults[service->why].remedy,
                    "%s: %s", look->name, faults[service->why].what);
}

/* How many modules of its level follow an entry; a substack counts as one. */
static size_t followers(const struct cs_pam_stack *stack, size_t place)
{
    unsigned level = stack->items[place]->level;
    size_t count = 0;

    for (size_t i = place + 1; i < stack->count && stack->items[i]->level >= level; i++)
        count += stack->items[i]->level == level;
    return count;
}

static void look_jumps(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];
    size_t most = followers(&look->auth, place);

    for (int code = 0; code < CS_PAM_CODES; code++) {
        if (entry->actions[code] <= 0 || (size_t)entry->actions[code] <= most)
            continue;
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-jump", cs_pam_place(entry),
                        "make the number smaller, or add 'auth required pam_permit.so' at the end",
                        "%s: %s=%d skips more lines than the %zu that follow, which refuses the "
                        "login",
                        look->name, cs_pam_code_word(code), entry->actions[code], most);
        return;
    }
}

/* ---- modules ---- */

static bool is_there(const struct cs_pam_look *look, const char *path)
{
    struct stat status;

    return cs_root_stat(look->doctor->root, path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Where libpam of the distributions looks; Debian's has a folder for each machine's kind. */
static enum cs_err find_folders(const struct cs_pam_look *look, struct cs_strlist *folders)
{
    static const char *const patterns[] = {
        "/lib/security",       "/lib64/security",   "/usr/lib/security",
        "/usr/lib64/security", "/lib/*-*/security", "/usr/lib/*-*/security",
    };
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(patterns) && result == CS_OK; i++)
        result = cs_root_glob(look->doctor->root, patterns[i], folders);
    return result;
}

/* True as well if there is no folder of modules to look in. */
static bool exists(struct cs_pam_look *look, const struct cs_pam_entry *entry)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist folders = {0};
    bool found = false;

    if (entry->module[0] == '/')
        return is_there(look, entry->module);
    if (find_folders(look, &folders) != CS_OK) {
        look->all->failed = true;
        return true;
    }
    for (size_t i = 0; i < folders.count && !found; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

        cs_buffer_printf(&path, "%s/%s", folders.items[i], entry->module);
        found = path.failed || is_there(look, path.text);
    }
    return found || folders.count == 0;
}

/* A slip of the keyboard in our own name, or the name without .so. */
static bool is_misspelt(const struct cs_pam_entry *entry)
{
    const char *name = cs_pam_file_name(entry);
    struct cs_suggestion suggestion = cs_suggest_start(name, strlen(name));

    if (cs_pam_is_ours(entry))
        return false;
    cs_suggest_consider(&suggestion, CS_PAM_OURS_NAME ".so");
    cs_suggest_consider(&suggestion, CS_PAM_OURS_NAME);
    return cs_suggest_result(&suggestion) != NULL || suggestion.tie;
}

static void look_module(struct cs_pam_look *look, const struct cs_pam_entry *entry, bool names_us)
{
    if (is_misspelt(entry))
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-misspelt", cs_pam_place(entry),
                        "write " CS_PAM_OURS_NAME ".so",
                        "%s: there is no module %s; every call of it fails", look->name,
                        cs_pam_file_name(entry));
    else if (names_us && (!entry->quiet || cs_pam_is_ours(entry)) && !exists(look, entry))
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-module-missing", cs_pam_place(entry),
                        "install the package that has it, or remove the line",
                        "%s: there is no module %s; every call of it fails", look->name,
                        entry->module);
}

static void look_arguments(struct cs_pam_look *look, const struct cs_pam_entry *entry)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_error error = {0};

    cs_options_defaults(CS_PROFILE_OWN, &look->options);
    if (cs_options_from_arguments(&entry->arguments, &look->options, &warnings, &error) != CS_OK)
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-argument", cs_pam_place(entry),
                        "correct it: until then every login is refused", "%s: %s", look->name,
                        error.text);
    for (size_t i = 0; i < warnings.count; i++)
        cs_findings_add(look->all, CS_FINDING_RISKY, "pam-argument-unknown", cs_pam_place(entry),
                        "correct or remove it; 'countersign options' lists all of them", "%s: %s",
                        look->name, warnings.items[i]);
}

void cs_pam_look_words(struct cs_pam_look *look)
{
    bool names_us = cs_pam_names_us(look);

    if (names_us || look->service.refused)
        look_refused(look);
    for (size_t i = 0; i < look->service.count; i++) {
        const struct cs_pam_entry *entry = &look->service.items[i];

        if (entry->other || (entry->kind != CS_PAM_AUTH && entry->kind != CS_PAM_ACCOUNT))
            continue;
        if (names_us && entry->fault != CS_PAM_SOUND)
            cs_findings_add(look->all, CS_FINDING_WRONG, faults[entry->fault].id,
                            cs_pam_place(entry), faults[entry->fault].remedy, "%s: %s", look->name,
                            faults[entry->fault].what);
        if (entry->handling == CS_PAM_CALL && entry->module != NULL)
            look_module(look, entry, names_us);
        if (cs_pam_is_ours(entry))
            look_arguments(look, entry);
        if (cs_pam_is_ours(entry) && entry->cut)
            cs_findings_add(look->all, CS_FINDING_WRONG, "pam-hash", cs_pam_place(entry),
                            "move that text to the configuration file",
                            "%s: a # ends a PAM line, even in brackets", look->name);
    }
    for (size_t i = 0; i < look->auth.count && names_us; i++)
        look_jumps(look, i);
}
