/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction that writes much more than a login does. SQLite would merge its log into the file
 * as part of the commit, and all would wait for that as well. Here it is merged when the lock is
 * free again, under SQLite's own locks: logins append to the log meanwhile, and nobody starts it
 * anew before all of it is in the file. For the same reason a copy that somebody makes under our
 * lock is whole: what the file has in part is still in the log.
 */
#include "base/clock.h"
#include "store/store_priv.h"

/* A failure is nobody's error: the next login's commit merges what is left. */
static void merge(struct cs_store *store, bool committed)
{
    if (cs_store_enter(store, cs_clock_ms() + CS_LOCK_WAIT_MS, NULL) != CS_OK)
        return;
    if (store->db != NULL) {
        sqlite3_wal_autocheckpoint(store->db, CS_CHECKPOINT_PAGES);
        if (committed)
            (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    cs_store_leave(store);
}

enum cs_err cs_store_run_large(struct cs_store *store, cs_store_work *work, void *context,
                               struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = work(&transaction, context, error);
    if (result != CS_OK)
        return result;
    sqlite3_wal_autocheckpoint(store->db, 0);
    result = cs_store_commit(&transaction, error);
    cs_store_end(&transaction);
    merge(store, result == CS_OK);
    return result;
}
