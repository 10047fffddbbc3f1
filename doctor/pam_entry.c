/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/pam_open.h"

/* libpam 1.5.2 counts substacks alone, and follows an include of itself until it has no descriptor
 * left. Nobody means so many. */
enum { INCLUDES_OLD = 40, ENTRIES_STEP = 32 };

/* One line while it is read. */
struct reading {
    struct cs_pam_parser *parser;
    struct cs_pam_entry entry;
    const char *service; /* that the line is for */
    bool include;        /* or a substack */
    bool substack;
    bool at;          /* @include */
    const char *name; /* the module's, or the file's */
    char *rest;       /* of the line */
    int *actions;     /* libpam's, which survive the line: @include takes what the last one left */
};

static enum cs_err give_up(struct cs_pam_parser *parser, enum cs_pam_fault why, unsigned line)
{
    parser->why = why;
    parser->line = line;
    return CS_ERR_CONFIG;
}

/* Faults that end everything, in whichever file they are. */
static bool is_fatal(enum cs_pam_fault why)
{
    return why == CS_PAM_NO_FILE_NAME || why == CS_PAM_ENDLESS_LINE || why == CS_PAM_TOO_MANY;
}

static void fail(struct reading *reading, enum cs_pam_fault fault)
{
    reading->entry.handling = CS_PAM_MUST_FAIL;
    if (reading->entry.fault == CS_PAM_SOUND)
        reading->entry.fault = fault;
}

static enum cs_pam_kind wanted_or(const struct reading *reading, enum cs_pam_kind kind)
{
    return reading->parser->kind != CS_PAM_ANY ? reading->parser->kind : kind;
}

static void take_kind(struct reading *reading, const char *word)
{
    static const struct {
        const char *word;
        enum cs_pam_kind kind;
    } kinds[] = {{"auth", CS_PAM_AUTH},
                 {"session", CS_PAM_SESSION},
                 {"account", CS_PAM_ACCOUNT},
                 {"password", CS_PAM_PASSWORD}};

    reading->entry.kind = wanted_or(reading, CS_PAM_AUTH); /* as libpam: the most sensitive */
    if (word == NULL) {
        fail(reading, CS_PAM_NO_KIND);
        return;
    }
    reading->entry.quiet = word[0] == '-';
    word += word[0] == '-';
    for (size_t i = 0; i < CS_ARRAY_SIZE(kinds); i++) {
        if (strcasecmp(word, kinds[i].word) == 0) {
            reading->entry.kind = kinds[i].kind;
            return;
        }
    }
    reading->at = strcasecmp(word, "@include") == 0;
    if (reading->at)
        reading->entry.kind = reading->parser->kind;
    else
        fail(reading, CS_PAM_BAD_KIND);
}

static void take_control(struct reading *reading, const char *word)
{
    cs_pam_control_clear(reading->actions);
    if (word == NULL) {
        cs_pam_control_default(reading->actions, CS_PAM_BAD);
        fail(reading, CS_PAM_NO_CONTROL);
        return;
    }
    reading->substack = strcasecmp(word, "substack") == 0;
    reading->include = reading->substack || strcasecmp(word, "include") == 0;
    if (!reading->include && !cs_pam_control_read(reading->actions, word) &&
        reading->entry.fault == CS_PAM_SOUND)
        reading->entry.fault = CS_PAM_BAD_CONTROL;
}

/* ---- entries ---- */

static bool make_room(struct cs_pam_service *all)
{
    struct cs_pam_entry *items;

    if (all->count % ENTRIES_STEP != 0)
        return true;
    items = reallocarray(all->items, all->count + ENTRIES_STEP, sizeof *items);
    if (items == NULL)
        return false;
    all->items = items;
    return true;
}

/* Adds the entry with its own copies. */
static enum cs_err add(struct reading *reading, enum cs_pam_handling handling)
{
    struct cs_pam_service *all = reading->parser->all;
    struct cs_pam_entry *entry;

    if (all->count >= CS_PAM_ENTRIES_MAX)
        return give_up(reading->parser, CS_PAM_TOO_MANY, reading->entry.line);
    if (!make_room(all))
        return CS_ERR_NOMEM;
    entry = &all->items[all->count];
    *entry = reading->entry;
    entry->handling = handling;
    for (size_t i = 0; i < CS_PAM_CODES; i++)
        entry->actions[i] = reading->actions[i];
    entry->module = reading->name != NULL ? strdup(reading->name) : NULL;
    if (reading->name != NULL && entry->module == NULL)
        return CS_ERR_NOMEM;
    all->count++;
    return CS_OK;
}

static enum cs_err add_arguments(struct cs_pam_entry *entry, char *rest)
{
    enum cs_err result = CS_OK;
    const char *word;

    while (result == CS_OK && (word = cs_pam_word(&rest)) != NULL)
        result = cs_strlist_add(&entry->arguments, word, strlen(word));
    return result;
}

/* Whether libpam finds a name in the path: it drops the folders and what follows the last dot. */
static bool has_name(const char *path)
{
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot != NULL ? (size_t)(dot - name) : strlen(name);

    return length > 0 && (length != 1 || name[0] != '?');
}

static enum cs_err add_module(struct reading *reading)
{
    struct cs_pam_service *all = reading->parser->all;
    enum cs_err result;

    if (reading->name == NULL)
        fail(reading, CS_PAM_NO_MODULE);
    result = add(reading, reading->entry.handling);
    if (result == CS_OK)
        result = add_arguments(&all->items[all->count - 1], reading->rest);
    if (result == CS_OK && reading->name != NULL && !has_name(reading->name))
        return give_up(reading->parser, CS_PAM_NAMELESS, reading->entry.line);
    return result;
}

/* ---- includes ---- */

static bool is_too_deep(const struct cs_pam_parser *parser)
{
    return parser->source->newer
               ? parser->includes >= CS_PAM_LEVELS
               : parser->level >= CS_PAM_LEVELS || parser->includes >= INCLUDES_OLD;
}

/* CS_ERR_CONFIG: *ret_fault says why libpam puts a failure there instead. */
static enum cs_err load(struct reading *reading, enum cs_pam_fault *ret_fault)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0}, name = {0};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct cs_pam_parser *parser = reading->parser, inner = *parser;
    enum cs_err result;

    inner.kind = reading->entry.kind;
    inner.level += reading->substack;
    inner.includes++;
    if (is_too_deep(&inner)) {
        *ret_fault = CS_PAM_TOO_DEEP;
        return CS_ERR_CONFIG;
    }
    *ret_fault = CS_PAM_MISSING_FILE;
    if (reading->name[0] != '/' && !cs_pam_has_etc(parser->source))
        return CS_ERR_CONFIG;
    cs_buffer_printf(&name, "%s%s", reading->name[0] == '/' ? "" : CS_PAM_ETC "/", reading->name);
    result = name.failed ? CS_ERR_NOMEM : cs_pam_open(parser->source, name.text, &path, &content);
    if (result != CS_OK)
        return result == CS_ERR_NOMEM ? result : CS_ERR_CONFIG;
    result = cs_pam_parse(&inner, path.text, &content, reading->service);
    *ret_fault = CS_PAM_BROKEN_FILE;
    if (result == CS_ERR_CONFIG && is_fatal(inner.why)) {
        parser->why = *ret_fault = inner.why;
        parser->line = inner.line;
        parser->path = inner.path;
    }
    return result;
}

static enum cs_err add_include(struct reading *reading)
{
    enum cs_pam_fault fault = CS_PAM_SOUND;
    enum cs_err result = CS_OK;

    if (reading->name == NULL)
        return give_up(reading->parser, CS_PAM_NO_FILE_NAME, reading->entry.line);
    if (reading->substack)
        result = add(reading, CS_PAM_SUBSTACK);
    if (result == CS_OK)
        result = load(reading, &fault);
    if (result != CS_ERR_CONFIG || is_fatal(fault))
        return result;
    if (reading->entry.kind == CS_PAM_ANY)
        return give_up(reading->parser, CS_PAM_MISSING_BELOW, reading->entry.line);
    fail(reading, fault);
    cs_pam_control_default(reading->actions, CS_PAM_BAD);
    return add(reading, CS_PAM_MUST_FAIL);
}

static enum cs_err take_line(struct reading *reading, char *text, const char *known)
{
    struct cs_pam_parser *parser = reading->parser;

    reading->rest = text;
    reading->service = known != NULL ? known : cs_pam_word(&reading->rest);
    if (reading->service == NULL)
        return CS_OK;
    reading->entry.other = strcasecmp(reading->service, "other") == 0;
    if (!reading->entry.other && strcasecmp(reading->service, parser->service) != 0)
        return CS_OK;
    take_kind(reading, cs_pam_word(&reading->rest));
    if (!reading->at && parser->kind != CS_PAM_ANY && parser->kind != reading->entry.kind)
        return CS_OK;
    if (!reading->at)
        take_control(reading, cs_pam_word(&reading->rest));
    reading->name = cs_pam_word(&reading->rest);
    return reading->at || reading->include ? add_include(reading) : add_module(reading);
}

/* The file's path as the entries name it. */
static enum cs_err keep_path(struct cs_pam_parser *parser, const char *path)
{
    struct cs_strlist *files = &parser->all->files;
    enum cs_err result =
        cs_strlist_contains(files, path) ? CS_OK : cs_strlist_add(files, path, strlen(path));

    for (size_t i = 0; i < files->count && result == CS_OK; i++) {
        if (strcmp(files->items[i], path) == 0)
            parser->path = files->items[i];
    }
    return result;
}

enum cs_err cs_pam_parse(struct cs_pam_parser *parser, const char *path,
                         const struct cs_secret *content, const char *known)
{
    struct cs_pam_reader reader = {content->data, content->data + content->length, 1,
                                   parser->source->newer};
    int actions[CS_PAM_CODES];
    enum cs_err result = keep_path(parser, path);

    cs_pam_control_clear(actions);
    while (result == CS_OK) {
        struct cs_pam_line line;
        enum cs_pam_line_result got = cs_pam_line_next(&reader, &line);
        struct reading reading = {.parser = parser, .actions = actions};

        reading.entry = (struct cs_pam_entry){.level = parser->level,
                                              .line = line.number,
                                              .path = parser->path,
                                              .cut = line.hash_in_brackets};
        if (got == CS_PAM_LINE)
            result = take_line(&reading, line.text.text, known);
        cs_buffer_free(&line.text);
        if (got == CS_PAM_LINE_NOMEM)
            return CS_ERR_NOMEM;
        if (got == CS_PAM_LINE_BROKEN)
            return give_up(parser, CS_PAM_OPEN_LINE, line.number);
        if (got == CS_PAM_LINE_HANGS)
            return give_up(parser, CS_PAM_ENDLESS_LINE, line.number);
        if (got == CS_PAM_LINE_END)
            return CS_OK;
    }
    return result;
}
