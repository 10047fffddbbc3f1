/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/notes.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

struct cs_note {
    size_t line, key;
    const char *user;
    char reason[160];
};

/* Pages that no note is written to take no memory. */
enum cs_err cs_notes_open(struct cs_notes *ret_notes, struct cs_error *error)
{
    struct cs_note *items = calloc(CS_NOTES_MAX, sizeof *items);

    if (items == NULL)
        return cs_fail_nomem(error);
    *ret_notes = (struct cs_notes){.items = items};
    return CS_OK;
}

void cs_notes_clear(struct cs_notes *notes)
{
    free(notes->items);
    *notes = (struct cs_notes){0};
}

void cs_notes_add(struct cs_notes *notes, size_t line, const char *user, size_t key,
                  const char *reason)
{
    struct cs_note *note = &notes->items[notes->count];

    notes->total++;
    if (notes->count == CS_NOTES_MAX)
        return;
    notes->count++;
    *note = (struct cs_note){.line = line, .key = key, .user = user};
    (void)snprintf(note->reason, sizeof note->reason, "%.*s", (int)sizeof note->reason - 1, reason);
}

static int by_place(const void *left, const void *right)
{
    const struct cs_note *a = left, *b = right;

    return a->line != b->line ? (a->line > b->line) - (a->line < b->line)
                              : (a->key > b->key) - (a->key < b->key);
}

static void print_note(const struct cs_note *note, const char *path)
{
    struct cs_error text = {0};

    if (note->key > 0)
        (void)cs_fail(&text, CS_ERR_INPUT, "%s:%zu: key %zu of '%.64s' is skipped: %s", path,
                      note->line, note->key, note->user, note->reason);
    else
        (void)cs_fail(&text, CS_ERR_INPUT, "%s:%zu: the line of '%.64s' is skipped: %s", path,
                      note->line, note->user, note->reason);
    (void)cs_complain(&text);
}

void cs_notes_print(struct cs_notes *notes, const char *path)
{
    struct cs_error text = {0};

    qsort(notes->items, notes->count, sizeof *notes->items, by_place);
    for (size_t i = 0; i < notes->count; i++)
        print_note(&notes->items[i], path);
    if (notes->total == notes->count)
        return;
    (void)cs_fail(&text, CS_ERR_LIMIT, "%s: %zu more are skipped; mend these and import again",
                  path, notes->total - notes->count);
    (void)cs_complain(&text);
}

void cs_notes_write(struct cs_notes *notes, struct cs_json_writer *writer, const char *name)
{
    qsort(notes->items, notes->count, sizeof *notes->items, by_place);
    cs_json_write_array(writer, name);
    for (size_t i = 0; i < notes->count; i++) {
        const struct cs_note *note = &notes->items[i];

        cs_json_write_object(writer, NULL);
        cs_json_write_integer(writer, "line", (int64_t)note->line);
        cs_json_write_string(writer, "user", note->user);
        if (note->key > 0)
            cs_json_write_integer(writer, "key", (int64_t)note->key);
        else
            cs_json_write_null(writer, "key");
        cs_json_write_string(writer, "reason", note->reason);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
}
