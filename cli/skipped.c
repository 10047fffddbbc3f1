/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/skipped.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

struct cs_skipped_entry {
    size_t line, key;
    const char *user;
    char reason[160];
};

/* Pages without entries take no memory. */
enum cs_err cs_skipped_open(struct cs_skipped *ret_skipped, struct cs_error *error)
{
    struct cs_skipped_entry *items = calloc(CS_SKIPPED_MAX, sizeof *items);

    if (items == NULL)
        return cs_fail_nomem(error);
    *ret_skipped = (struct cs_skipped){.items = items};
    return CS_OK;
}

void cs_skipped_clear(struct cs_skipped *skipped)
{
    free(skipped->items);
    *skipped = (struct cs_skipped){0};
}

void cs_skipped_add(struct cs_skipped *skipped, size_t line, const char *user, size_t key,
                    const char *reason)
{
    struct cs_skipped_entry *entry = &skipped->items[skipped->count];

    skipped->total++;
    if (skipped->count == CS_SKIPPED_MAX)
        return;
    skipped->count++;
    *entry = (struct cs_skipped_entry){.line = line, .key = key, .user = user};
    (void)snprintf(entry->reason, sizeof entry->reason, "%.*s", (int)sizeof entry->reason - 1,
                   reason);
}

static int by_place(const void *left, const void *right)
{
    const struct cs_skipped_entry *a = left, *b = right;

    return a->line != b->line ? (a->line > b->line) - (a->line < b->line)
                              : (a->key > b->key) - (a->key < b->key);
}

static void print_entry(const struct cs_skipped_entry *entry, const char *path)
{
    struct cs_error text = {0};

    if (entry->key > 0)
        (void)cs_fail(&text, CS_ERR_INPUT, "%s:%zu: key %zu of '%.64s' is skipped: %s", path,
                      entry->line, entry->key, entry->user, entry->reason);
    else
        (void)cs_fail(&text, CS_ERR_INPUT, "%s:%zu: the line of '%.64s' is skipped: %s", path,
                      entry->line, entry->user, entry->reason);
    (void)cs_complain(&text);
}

void cs_skipped_print(struct cs_skipped *skipped, const char *path)
{
    struct cs_error text = {0};

    qsort(skipped->items, skipped->count, sizeof *skipped->items, by_place);
    for (size_t i = 0; i < skipped->count; i++)
        print_entry(&skipped->items[i], path);
    if (skipped->total == skipped->count)
        return;
    (void)cs_fail(&text, CS_ERR_LIMIT, "%s: %zu more are skipped; fix these and import again", path,
                  skipped->total - skipped->count);
    (void)cs_complain(&text);
}

void cs_skipped_write(struct cs_skipped *skipped, struct cs_json_writer *writer, const char *name)
{
    qsort(skipped->items, skipped->count, sizeof *skipped->items, by_place);
    cs_json_write_array(writer, name);
    for (size_t i = 0; i < skipped->count; i++) {
        const struct cs_skipped_entry *entry = &skipped->items[i];

        cs_json_write_object(writer, NULL);
        cs_json_write_integer(writer, "line", (int64_t)entry->line);
        cs_json_write_string(writer, "user", entry->user);
        if (entry->key > 0)
            cs_json_write_integer(writer, "key", (int64_t)entry->key);
        else
            cs_json_write_null(writer, "key");
        cs_json_write_string(writer, "reason", entry->reason);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
}
