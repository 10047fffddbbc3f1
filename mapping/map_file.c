/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/map_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/sanitise.h"
#include "mapping/map_grammar.h"

enum { FIRST_ENTRIES = 64, WARNINGS_MAX = 5 };

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct cs_map_file {
    char *name;
    const struct cs_map_grammar *grammar;
    char *text; /* cut into words, which the entries are */
    struct cs_map_entry *entries;
    size_t count, room;
    unsigned others; /* line, or 0 */
};

void cs_map_file_free(struct cs_map_file **file)
{
    struct cs_map_file *old = *file;

    *file = NULL;
    if (old == NULL)
        return;
    free(old->entries);
    free(old->text);
    free(old->name);
    free(old);
}

/* ---- entries ---- */

static enum cs_err make_room(struct cs_map_file *file, struct cs_error *error)
{
    size_t room = file->room > 0 ? file->room * 2 : FIRST_ENTRIES;
    struct cs_map_entry *entries;

    if (file->count < file->room)
        return CS_OK;
    entries = reallocarray(file->entries, room, sizeof *entries);
    if (entries == NULL)
        return cs_fail_nomem(error);
    file->entries = entries;
    file->room = room;
    return CS_OK;
}

/* The line for the others must be the last: of a file that was cut off, the accounts that are
 * missing must not get another name. */
static enum cs_err add(struct cs_map_file *file, const struct cs_map_entry *entry,
                       struct cs_error *error)
{
    enum cs_err result;

    if (file->others != 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s:%u: a line follows the * of line %u; move the * to the end", file->name,
                       entry->line, file->others);
    if (entry->identity == NULL) {
        file->others = entry->line;
        return CS_OK;
    }
    result = make_room(file, error);
    if (result == CS_OK)
        file->entries[file->count++] = *entry;
    return result;
}

static int by_account(const void *a, const void *b)
{
    const struct cs_map_entry *left = a, *right = b;
    int order = strcmp(left->account, right->account);

    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Names the first line, counted from the top, that repeats an account. */
static enum cs_err refuse_duplicates(const struct cs_map_file *file, struct cs_error *error)
{
    const struct cs_map_entry *again = NULL;

    for (size_t i = 1; i < file->count; i++) {
        const struct cs_map_entry *entry = &file->entries[i];

        if (strcmp(entry[-1].account, entry->account) == 0 &&
            (again == NULL || entry->line < again->line))
            again = entry;
    }
    if (again == NULL)
        return CS_OK;
    return cs_fail(error, CS_ERR_CONFIG,
                   "%s:%u: the account of line %u again, '%s'; remove one of the two lines",
                   file->name, again->line, again[-1].line, again->account);
}

/* A file without an entry would refuse everybody as unknown. */
static enum cs_err complete(struct cs_map_file *file, struct cs_error *error)
{
    if (file->count == 0 && file->others == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: has no entry; write ACCOUNT IDENTITY, one to a line", file->name);
    if (file->count > 1)
        qsort(file->entries, file->count, sizeof *file->entries, by_account);
    return refuse_duplicates(file, error);
}

/* ---- lines ---- */

static bool is_clean_but_for_tabs(const char *line, size_t length)
{
    while (length > 0) {
        const char *tab = memchr(line, '\t', length);
        size_t part = tab != NULL ? (size_t)(tab - line) : length;

        if (!cs_is_clean(line, part))
            return false;
        line += part;
        length -= part;
        if (tab != NULL) {
            line++;
            length--;
        }
    }
    return true;
}

/* What is wrong with a line, comments included: in them too, what shows must be what is there. */
static const char *fault_of(const char *line, size_t length, unsigned number)
{
    if (number == 1 && strncmp(line, byte_order_mark, sizeof byte_order_mark - 1) == 0)
        return "the file begins with a byte order mark; save it as UTF-8 without one";
    if (memchr(line, '\0', length) != NULL)
        return "the line has a NUL byte; save the file as text in UTF-8";
    if (length > 0 && line[length - 1] == '\r')
        return "the line ends in CR LF; save the file with UNIX line ends (sed -i 's/\\r$//')";
    if (!is_clean_but_for_tabs(line, length))
        return "the line has control or direction characters, or bytes that are not UTF-8; "
               "rewrite it";
    return NULL;
}

static enum cs_err read_line(struct cs_map_file *file, char *line, size_t length, unsigned number,
                             struct cs_error *error)
{
    struct cs_map_entry entry = {0};
    const char *fault;
    size_t blanks;
    enum cs_err result;

    if (file->grammar->crlf && length > 0 && line[length - 1] == '\r')
        length--;
    if (length > file->grammar->line_bytes)
        return cs_fail(error, CS_ERR_CONFIG, "%s:%u: the line is longer than %u bytes; shorten it",
                       file->name, number, file->grammar->line_bytes);
    fault = fault_of(line, length, number);
    if (fault != NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s:%u: %s", file->name, number, fault);
    while (length > 0 && strchr(" \t", line[length - 1]) != NULL)
        length--;
    line[length] = '\0';
    blanks = strspn(line, " \t");
    if (blanks == length || line[blanks] == '#')
        return CS_OK;
    result = file->grammar->read(
        &(struct cs_map_line){.file = file->name, .number = number, .text = line + blanks}, &entry,
        error);
    return result == CS_OK ? add(file, &entry, error) : result;
}

/* A last line without an end may have lost a part of its identity. */
static enum cs_err read_lines(struct cs_map_file *file, size_t length, struct cs_error *error)
{
    char *line = file->text, *end = file->text + length;
    enum cs_err result = CS_OK;

    for (unsigned number = 1; line < end && result == CS_OK; number++) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline != NULL ? newline : end;

        result = read_line(file, line, (size_t)(stop - line), number, error);
        if (result == CS_OK && newline == NULL)
            return cs_fail(error, CS_ERR_CONFIG,
                           "%s:%u: the last line has no end, as if the file had been cut off; "
                           "complete it, and end it with a newline",
                           file->name, number);
        line = stop + 1;
    }
    return result;
}

enum cs_err cs_map_file_parse(const char *name, enum cs_map_format format, const char *text,
                              size_t length, struct cs_map_file **ret_file, struct cs_error *error)
{
    static const struct cs_map_grammar *const grammars[CS_MAP_FORMATS] = {
        [CS_MAP_COUNTERSIGN] = &cs_map_grammar_words, [CS_MAP_SECSIGN] = &cs_map_grammar_secsign};
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = calloc(1, sizeof *file);
    enum cs_err result;

    if (length > CS_MAP_FILE_BYTES)
        return cs_fail(error, CS_ERR_CONFIG, "%s: larger than %d MiB; shorten it", name,
                       CS_MAP_FILE_BYTES / 1024 / 1024);
    if (file == NULL || (file->name = strdup(name)) == NULL ||
        (file->text = malloc(length + 1)) == NULL)
        return cs_fail_nomem(error);
    file->grammar = grammars[format];
    if (length > 0)
        memcpy(file->text, text, length);
    file->text[length] = '\0';
    result = read_lines(file, length, error);
    if (result == CS_OK)
        result = complete(file, error);
    if (result != CS_OK)
        return result;
    *ret_file = file;
    file = NULL;
    return CS_OK;
}

/* ---- use ---- */

const char *cs_map_file_name(const struct cs_map_file *file)
{
    return file->name;
}

unsigned cs_map_file_others(const struct cs_map_file *file)
{
    return file->others;
}

static int is_account(const void *key, const void *element)
{
    const struct cs_map_entry *entry = element;

    return strcmp(key, entry->account);
}

const struct cs_map_entry *cs_map_file_find(const struct cs_map_file *file, const char *account)
{
    if (file->count == 0)
        return NULL;
    return bsearch(account, file->entries, file->count, sizeof *file->entries, is_account);
}

/* ---- what may be a slip ---- */

static int by_identity(const void *a, const void *b)
{
    const struct cs_map_entry *left = a, *right = b;
    int order = strcmp(left->identity, right->identity);

    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

static struct cs_map_entry *sorted_by_identity(const struct cs_map_file *file)
{
    struct cs_map_entry *sorted = reallocarray(NULL, file->count, sizeof *sorted);

    if (sorted == NULL)
        return NULL;
    memcpy(sorted, file->entries, file->count * sizeof *sorted);
    qsort(sorted, file->count, sizeof *sorted, by_identity);
    return sorted;
}

static void free_entries(struct cs_map_entry **entries)
{
    free(*entries);
}

static enum cs_err keep(const struct cs_buffer *text, struct cs_strlist *warnings)
{
    return text->failed ? CS_ERR_NOMEM : cs_strlist_add(warnings, text->text, text->length);
}

static enum cs_err warn_shared(const struct cs_map_file *file, const struct cs_map_entry *entry,
                               struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_buffer_printf(&text,
                     "%s: lines %u and %u give '%s' and '%s' one identity, '%s': whoever proves it "
                     "may log in to both accounts",
                     file->name, entry[-1].line, entry->line, entry[-1].account, entry->account,
                     entry->identity);
    return keep(&text, warnings);
}

static enum cs_err warn_more(const struct cs_map_file *file, size_t more,
                             struct cs_strlist *warnings)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_buffer_printf(&text, "%s: %zu more accounts share an identity with another", file->name,
                     more);
    return keep(&text, warnings);
}

enum cs_err cs_map_file_warn(const struct cs_map_file *file, struct cs_strlist *warnings)
{
    CS_AUTO(free_entries) struct cs_map_entry *sorted = NULL;
    enum cs_err result = CS_OK;
    size_t shared = 0;

    if (file->count < 2)
        return CS_OK;
    sorted = sorted_by_identity(file);
    if (sorted == NULL)
        return CS_ERR_NOMEM;
    for (size_t i = 1; i < file->count && result == CS_OK; i++) {
        if (strcmp(sorted[i - 1].identity, sorted[i].identity) == 0 && ++shared <= WARNINGS_MAX)
            result = warn_shared(file, &sorted[i], warnings);
    }
    if (result == CS_OK && shared > WARNINGS_MAX)
        result = warn_more(file, shared - WARNINGS_MAX, warnings);
    return result;
}
