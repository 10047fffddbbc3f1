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
