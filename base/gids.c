/* SPDX-License-Identifier: Apache-2.0 */
#include "base/gids.h"

#include <stdlib.h>

bool cs_gids_add(struct cs_gids *gids, gid_t gid)
{
    gid_t *grown = reallocarray(gids->items, gids->count + 1, sizeof *grown);

    if (grown == NULL)
        return false;
    gids->items = grown;
    gids->items[gids->count++] = gid;
    return true;
}

void cs_gids_free(struct cs_gids *gids)
{
    free(gids->items);
    *gids = (struct cs_gids){0};
}

bool cs_gids_have(const struct cs_gids *gids, gid_t gid)
{
    for (size_t i = 0; i < gids->count; i++) {
        if (gids->items[i] == gid)
            return true;
    }
    return false;
}
