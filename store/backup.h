/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the whole store: made while it is in use, and put in its place. The key file is apart
 * from both. */
#ifndef CS_STORE_BACKUP_H
#define CS_STORE_BACKUP_H

#include <limits.h>

#include "store/store.h"

/*
 * Writes the store as it is at one moment to `to`, an empty file, and syncs that. Logins go on: no
 * lock of ours is held, and SQLite's readers do not stop its writers. Needs as much room again
 * beside the store while it runs. CS_ERR_UNAVAILABLE if another one is being made.
 */
enum cs_err cs_store_back_up(struct cs_store *store, int to, struct cs_error *error) CS_MUST_USE;

/* A copy to be put in the place of the store `path`. Texts are borrowed. */
struct cs_restore {
    const char *path, *key_path;
    int from;              /* the copy */
    const char *from_name; /* for errors */
    cs_store_work *work;   /* done in the copy before anybody can use it; with it, or not at all */
    void *context;

    /* Found out: */
    char kept[PATH_MAX]; /* what the earlier store is called now; "": there was none */
    bool compared;       /* what was spent in it is spent in the new one */
};

/*
 * Safe while logins go on: they see the store of before or the one of after, and so does whoever
 * comes after a crash. Refuses a copy that is damaged, is newer than this program, or holds a
 * secret that no key of the key file opens; then nothing has changed. Every process notices the new
 * store at its next transaction. CS_ERR_UNAVAILABLE if another one is being put in place.
 */
enum cs_err cs_store_restore(struct cs_restore *restore, struct cs_error *error) CS_MUST_USE;

#endif
