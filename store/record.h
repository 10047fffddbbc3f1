/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that belong to what a transaction changes, and go to the log after it: written with the
 * change, so that a kill between the two loses none; read and written to the log by whoever comes
 * next. A record is forgotten after it was written, so a kill between these two makes it come
 * again, under the same id.
 */
#ifndef CS_STORE_RECORD_H
#define CS_STORE_RECORD_H

#include <stddef.h>

#include "store/store.h"

/* One record in both forms. Borrowed. */
struct cs_record {
    const char *id, *text, *json;
};

/* Keeps a record for the log; it is there if the transaction is committed. */
enum cs_err cs_record_add(const struct cs_transaction *transaction, const struct cs_record *record,
                          struct cs_error *error) CS_MUST_USE;

/* Gets one record after the other; a failure keeps it and all that follow. */
typedef enum cs_err cs_record_writer(const struct cs_record *record, void *context,
                                     struct cs_error *error);

/* Hands every record that is kept to `write`, in their order, and forgets those that it
 * accepted. `write` runs without the store's lock, so it may wait. One process does this at a time;
 * another waits for it, 10 s at most. Opens transactions of its own. */
enum cs_err cs_records_drain(struct cs_store *store, cs_record_writer *write, void *context,
                             struct cs_error *error) CS_MUST_USE;

/* As cs_store_open with `create`; `first` is the first record of a store that this makes, and of no
 * other. */
enum cs_err cs_store_create(const char *path, const char *key_path, const struct cs_record *first,
                            struct cs_store **ret_store, struct cs_error *error) CS_MUST_USE;

#endif
