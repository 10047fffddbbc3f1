/* SPDX-License-Identifier: Apache-2.0 */
/* The groups of an account, by number. */
#ifndef CS_BASE_GIDS_H
#define CS_BASE_GIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cs_gids {
    gid_t *items;
    size_t count;
};

/* False if memory ran out. */
bool cs_gids_add(struct cs_gids *gids, gid_t gid);
bool cs_gids_have(const struct cs_gids *gids, gid_t gid);
void cs_gids_free(struct cs_gids *gids);

#endif
