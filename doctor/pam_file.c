/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "doctor/pam_entry.h"
#include "doctor/pam_open.h"
#include "doctor/root.h"

static void refuse(struct cs_pam_service *service, const struct cs_pam_parser *parser)
{
    service->refused = true;
    service->why = parser->why;
    service->at = parser->path;
    service->line = parser->line;
}

/* Reads the file of a service, or of "other". *ret_read: there is one, and it was read. */
static enum cs_err read_service(struct cs_pam_parser *parser, const char *name, bool *ret_read)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    enum cs_err result = cs_pam_open(parser->source, name, &path, &content);

    *ret_read = false;
    if (result != CS_OK)
        return result == CS_ERR_NOMEM ? result : CS_OK;
    if (strcasecmp(name, parser->service) == 0)
        parser->all->own_file = true;
    result = cs_pam_parse(parser, path.text, &content, name);
    *ret_read = result == CS_OK;
    if (result != CS_OK && result != CS_ERR_NOMEM) {
        refuse(parser->all, parser);
        result = CS_OK;
    }
    return result;
}

static enum cs_err read_folders(struct cs_pam_parser *parser)
{
    bool own = false, other = false;
    enum cs_err result = read_service(parser, parser->service, &own);

    if (result == CS_OK && !parser->all->refused)
        result = read_service(parser, "other", &other);
    if (result == CS_OK && !own && !other)
        parser->all->refused = true;
    return result;
}

static enum cs_err read_conf(struct cs_pam_parser *parser)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    enum cs_err result = cs_pam_read(parser->source, CS_PAM_CONF, &content);

    if (result == CS_OK)
        result = cs_pam_parse(parser, CS_PAM_CONF, &content, NULL);
    if (result == CS_OK || result == CS_ERR_NOMEM)
        return result;
    refuse(parser->all, parser);
    return CS_OK;
}

enum cs_err cs_pam_service_read(const struct cs_pam_source *source, const char *service,
                                struct cs_pam_service *ret_service)
{
    struct cs_pam_parser parser = {.source = source, .all = ret_service};
    char *name = strdup(service);
    enum cs_err result;

    *ret_service = (struct cs_pam_service){0};
    if (name == NULL)
        return CS_ERR_NOMEM;
    for (char *at = name; *at != '\0'; at++) /* as pam_start does */
        *at = (char)tolower((unsigned char)*at);
    parser.service = name;
    result = cs_pam_has_folders(source) ? read_folders(&parser) : read_conf(&parser);
    free(name);
    return result;
}

void cs_pam_service_clear(struct cs_pam_service *service)
{
    for (size_t i = 0; i < service->count; i++) {
        free(service->items[i].module);
        cs_strlist_free(&service->items[i].arguments);
    }
    free(service->items);
    cs_strlist_free(&service->files);
    *service = (struct cs_pam_service){0};
}

static void collect(const struct cs_pam_service *service, enum cs_pam_kind kind, bool other,
                    struct cs_pam_stack *stack)
{
    for (size_t i = 0; i < service->count && stack->count < CS_PAM_ENTRIES_MAX; i++) {
        const struct cs_pam_entry *entry = &service->items[i];

        if (entry->kind == kind && entry->other == other)
            stack->items[stack->count++] = entry;
    }
}

void cs_pam_stack_of(const struct cs_pam_service *service, enum cs_pam_kind kind,
                     struct cs_pam_stack *ret_stack)
{
    ret_stack->count = 0;
    collect(service, kind, false, ret_stack);
    if (ret_stack->count == 0)
        collect(service, kind, true, ret_stack);
}

/* ---- which services there are ---- */

static enum cs_err add_name(struct cs_strlist *names, const char *name)
{
    return cs_strlist_contains(names, name) ? CS_OK : cs_strlist_add(names, name, strlen(name));
}

static enum cs_err add_folder(const struct cs_pam_source *source, const char *folder,
                              struct cs_strlist *names)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist found = {0};
    enum cs_err result = cs_root_list(source->root, folder, &found);

    for (size_t i = 0; i < found.count && result == CS_OK; i++)
        result = add_name(names, found.items[i]);
    return result;
}

static enum cs_err add_conf(const struct cs_pam_source *source, struct cs_strlist *names)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    enum cs_err result = cs_pam_read(source, CS_PAM_CONF, &content);
    struct cs_pam_reader reader = {content.data, content.data + content.length, 1, source->newer};
    struct cs_pam_line line;

    if (result != CS_OK)
        return result == CS_ERR_NOMEM ? result : CS_OK;
    while (result == CS_OK && cs_pam_line_next(&reader, &line) == CS_PAM_LINE) {
        char *next = line.text.text, *word = cs_pam_word(&next);

        result = word != NULL ? add_name(names, word) : CS_OK;
        cs_buffer_free(&line.text);
    }
    return result;
}

enum cs_err cs_pam_services(const struct cs_pam_source *source, struct cs_strlist *ret_names)
{
    enum cs_err result;

    if (!cs_pam_has_folders(source))
        result = add_conf(source, ret_names);
    else
        result = add_folder(source, source->folder ? source->folder : CS_PAM_ETC, ret_names);
    if (result == CS_OK && cs_pam_has_folders(source) && source->folder == NULL)
        result = add_folder(source, CS_PAM_VENDOR, ret_names);
    cs_strlist_sort(ret_names);
    return result;
}
