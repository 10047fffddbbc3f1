/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_advice.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "cli/check_enrol_by.h"
#include "cli/check_groups.h"
#include "cli/check_map_file.h"
#include "methods/plan.h"
#include "settings/suggest.h"

/* Where libpam looks for a service, in order. */
static const char *const pam_folders[] = {"/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"};

/* ---- services without a PAM file ---- */

/* `countersign try` uses this service without a PAM file. If there is no folder, all services may
 * be in one file, pam.conf. */
static bool is_service(const char *name)
{
    bool found = strcmp(name, "countersign") == 0 || access(pam_folders[0], F_OK) != 0;

    for (size_t i = 0; i < CS_ARRAY_SIZE(pam_folders) && !found; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

        cs_buffer_printf(&path, "%s/%s", pam_folders[i], name);
        found = path.failed || access(path.text, F_OK) == 0;
    }
    return found && strchr(name, '/') == NULL;
}

static void consider_folder(const char *path, struct cs_suggestion *suggestion,
                            struct cs_strlist *names)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' &&
            cs_strlist_add(names, entry->d_name, strlen(entry->d_name)) == CS_OK)
            cs_suggest_consider(suggestion, names->items[names->count - 1]);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

/* Options may be written before their service is installed: only a name like another service's is a
 * mistake. */
static void warn_service(const char *name, struct cs_buffer *out)
{
    struct cs_suggestion suggestion = cs_suggest_start(name, strlen(name));
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

    if (is_service(name))
        return;
    for (size_t i = 0; i < CS_ARRAY_SIZE(pam_folders); i++)
        consider_folder(pam_folders[i], &suggestion, &names);
    if (cs_suggest_result(&suggestion) == NULL)
        return;
    cs_buffer_printf(out, "services: there is no PAM file for '%s', so no login uses its options",
                     name);
    cs_suggest_print(&suggestion, out);
}

/* ---- only a missing factor ---- */

static void warn_missing(const struct cs_options *options, const char *service,
                         struct cs_buffer *out)
{
    const struct cs_plan *plan = cs_plan_find(options->auth_method);

    if (!options->method.accept_on_missing_auth_method || plan == NULL ||
        options->missing_result == CS_MISSING_IGNORE || options->stack_first_factor ||
        cs_plan_has_first(plan))
        return;
    if (service[0] != '\0')
        cs_buffer_printf(out, "service '%s': ", service);
    cs_buffer_text(
        out,
        "accept_on_missing_auth_method lets in users without a factor, and nothing says that a "
        "first factor was proven: under 'sufficient' they log in with nothing; set "
        "stack_first_factor if the modules before this line prove one, or missing_result=ignore");
}

/* ---- everything ---- */

static enum cs_err keep(struct cs_buffer *text, struct cs_strlist *warnings)
{
    if (text->failed)
        return CS_ERR_NOMEM;
    return text->length > 0 ? cs_strlist_add(warnings, text->text, text->length) : CS_OK;
}

static enum cs_err advise(const struct cs_cli_line *line, const char *service,
                          struct cs_group_check *groups, struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer unknown = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer missing = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer enrol_by = {0};
    struct cs_options options;
    enum cs_err result = CS_OK;

    if (service[0] != '\0')
        warn_service(service, &unknown);
    /* Mistakes on the line are reported elsewhere. */
    if (cs_config_line(line->config, service, &line->arguments, &options, NULL, NULL) == CS_OK) {
        warn_missing(&options, service, &missing);
        cs_check_enrol_by_warn(&options, service, &enrol_by);
        result = cs_group_check_run(groups, &options, warnings);
        if (result == CS_OK)
            result = cs_check_map_file(&options.mapping, warnings);
    }
    if (result == CS_OK)
        result = keep(&unknown, warnings);
    if (result == CS_OK)
        result = keep(&enrol_by, warnings);
    return result == CS_OK ? keep(&missing, warnings) : result;
}

static enum cs_err warn_syslog(struct cs_strlist *warnings)
{
    static const char text[] =
        "nothing listens at /dev/log: the broker writes its log to its standard error instead, and "
        "the module and stand-alone sessions write none; start a syslog service, or give the "
        "container its host's /dev/log";

    return cs_syslog_listens() ? CS_OK : cs_strlist_add(warnings, text, strlen(text));
}

enum cs_err cs_check_advice(const struct cs_cli_line *line, bool running,
                            struct cs_strlist *warnings)
{
    const struct cs_strlist *services = cs_config_services(line->config);
    CS_AUTO(cs_group_check_clear) struct cs_group_check groups = {0};
    enum cs_err result = advise(line, "", &groups, warnings);

    for (size_t i = 0; i < services->count && result == CS_OK; i++)
        result = advise(line, services->items[i], &groups, warnings);
    return result == CS_OK && running ? warn_syslog(warnings) : result;
}
