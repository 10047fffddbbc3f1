/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strlist.h"

#include <stdlib.h>
#include <string.h>

enum cs_err cs_strlist_add(struct cs_strlist *list, const char *text, size_t length)
{
    char *copy = strndup(text, length);
    char **items;

    if (copy == NULL)
        return CS_ERR_NOMEM;
    items = reallocarray(list->items, list->count + 1, sizeof *items);
    if (items == NULL) {
        free(copy);
        return CS_ERR_NOMEM;
    }
    list->items = items;
    items[list->count++] = copy;
    return CS_OK;
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

void cs_strlist_sort(struct cs_strlist *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof list->items[0], compare);
}

bool cs_strlist_contains(const struct cs_strlist *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], text) == 0)
            return true;
    }
    return false;
}

bool cs_strlist_has(const struct cs_strlist *sorted, const char *text)
{
    return sorted->count > 0 &&
           bsearch(&text, sorted->items, sorted->count, sizeof text, compare) != NULL;
}

void cs_strlist_free(struct cs_strlist *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct cs_strlist){0};
}

void cs_string_free(char **text)
{
    free(*text);
    *text = NULL;
}
