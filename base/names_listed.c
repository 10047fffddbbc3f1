/* SPDX-License-Identifier: Apache-2.0 */
/* A list of accounts, as cs_names_local_accounts makes it. */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

struct named {
    const char *name;
    size_t length;
};

/* Of all entries only the one of that name has it with the colon behind it, which no name has. */
static int compare(const void *key, const void *entry)
{
    const struct named *named = key;
    const char *text = *(char *const *)entry;
    int order = strncmp(named->name, text, named->length);

    return order != 0 ? order : ':' - (unsigned char)text[named->length];
}

struct cs_uid cs_names_listed_uid(const struct cs_strlist *accounts, const char *name)
{
    const struct named named = {name, strlen(name)};
    char *const *found = accounts->count == 0 ? NULL
                                              : bsearch(&named, accounts->items, accounts->count,
                                                        sizeof *accounts->items, compare);

    return found == NULL
               ? (struct cs_uid){0}
               : (struct cs_uid){.known = true,
                                 .value = (uid_t)strtoul(*found + named.length + 1, NULL, 10)};
}
