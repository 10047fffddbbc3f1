/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_pam_files.h"

#include <string.h>

#include "base/buffer.h"
#include "doctor/pam_file.h"
#include "doctor/pam_line.h"
#include "doctor/pam_module.h"
#include "doctor/pam_open.h"

/* A # in brackets, or more than libpam before 1.6 reads. */
static enum cs_err warn_line(const char *path, const struct cs_pam_line *line,
                             struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (line->hash_in_brackets)
        cs_buffer_printf(&text,
                         "%s:%u: a # ends a PAM line, even in brackets; move that text to the "
                         "configuration file",
                         path, line->number);
    else if (line->length > CS_PAM_LINE_MAX)
        cs_buffer_printf(&text,
                         "%s:%u: the line has %zu bytes, and libpam before 1.6 takes what is "
                         "behind %d for another line; move options to the configuration file",
                         path, line->number, line->length, CS_PAM_LINE_MAX);
    else
        return CS_OK;
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

/* Lines as they were meant, without the limit. */
static enum cs_err check_lines(const struct cs_pam_source *source, const char *path,
                               struct cs_strlist *warnings)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct cs_pam_reader reader = {.number = 1, .newer = true};
    enum cs_err result = cs_pam_read(source, path, &content);
    struct cs_pam_line line;

    if (result != CS_OK)
        return result == CS_ERR_NOMEM ? result : CS_OK;
    reader.next = content.data;
    reader.end = content.data + content.length;
    while (result == CS_OK && cs_pam_line_next(&reader, &line) == CS_PAM_LINE) {
        if (strstr(line.text.text, CS_PAM_OURS_NAME) != NULL)
            result = warn_line(path, &line, warnings);
        cs_buffer_free(&line.text);
    }
    return result;
}

/* Every line of the account stack is our module's; what cannot be followed counts as another:
 * nobody is warned without a reason. */
static enum cs_err check_accounts(const struct cs_pam_service *service, struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const struct cs_pam_entry *own = NULL;

    for (size_t i = 0; i < service->count; i++) {
        const struct cs_pam_entry *entry = &service->items[i];

        if (entry->other || entry->kind != CS_PAM_ACCOUNT)
            continue;
        if (!cs_pam_is_ours(entry))
            return CS_OK;
        if (own == NULL && strcmp(entry->path, service->files.items[0]) == 0)
            own = entry;
    }
    if (own == NULL || service->refused)
        return CS_OK;
    cs_buffer_printf(&text,
                     "%s:%u: nothing else is in the account stack, so PAM refuses every login that "
                     "this module did not authenticate itself and has nothing to say about, such "
                     "as one by a key alone; add '@include common-account' or 'account required "
                     "pam_permit.so' after it",
                     own->path, own->line);
    return text.failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text.text, text.length);
}

static enum cs_err check_service(const struct cs_pam_source *source, const char *name,
                                 struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
    CS_AUTO(cs_pam_service_clear) struct cs_pam_service service = {0};
    enum cs_err result;

    cs_buffer_printf(&path, "%s/%s", source->folder, name);
    result = path.failed ? CS_ERR_NOMEM : check_lines(source, path.text, warnings);
    if (result == CS_OK)
        result = cs_pam_service_read(source, name, &service);
    return result == CS_OK ? check_accounts(&service, warnings) : result;
}

enum cs_err cs_check_pam_files(const char *folder, struct cs_strlist *warnings)
{
    const struct cs_pam_source source = {.root = "", .folder = folder, .newer = true};
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    enum cs_err result = cs_pam_services(&source, &names);

    for (size_t i = 0; i < names.count && result == CS_OK; i++)
        result = check_service(&source, names.items[i], warnings);
    return result;
}
