/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable state (factors, recovery codes, failure counters) in one SQLite file, written only by the
 * account that owns it. Every transaction, even a read, holds one lock among threads and one among
 * processes (store.lock, which the kernel frees when a process dies). All others wait meanwhile, so
 * never hold a transaction across a prompt.
 */
#ifndef CS_STORE_STORE_H
#define CS_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/meter.h"
#include "base/secret.h"

struct cs_store; /* one database connection; may be used by several threads */

/* Opens the store. With `create` it makes a missing one; otherwise a missing store is
 * CS_ERR_NOT_FOUND, so that losing the file never looks as if nobody were enrolled. */
enum cs_err cs_store_open(const char *path, const char *key_path, bool create,
                          struct cs_store **ret_store, struct cs_error *error) CS_MUST_USE;
void cs_store_close(struct cs_store **store);

/* One transaction. cs_store_end, for CS_AUTO, rolls back whatever was not committed. */
struct cs_transaction {
    struct cs_store *store; /* NULL once ended */
};

enum cs_store_access { CS_STORE_READ, CS_STORE_WRITE, CS_STORE_ACCESSES };

/* One login's work in the store. It may run on another thread than its own, and must neither wait
 * nor call cs_store_run. */
typedef enum cs_err cs_store_work(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error);

/*
 * Does `work` within a transaction and returns its result. With CS_STORE_WRITE what it changed is
 * committed if the result is CS_OK, and undone otherwise; logins that are ready together share the
 * commit, and a commit that fails is every one's error. With CS_STORE_READ it must change nothing.
 * Nothing that the work found out counts unless this returns CS_OK.
 */
enum cs_err cs_store_run(struct cs_store *store, enum cs_store_access access, cs_store_work *work,
                         void *context, struct cs_error *error) CS_MUST_USE;

/* A transaction alone, for the tool and for whatever is not a login's. */
enum cs_err cs_store_begin(struct cs_store *store, struct cs_transaction *ret_transaction,
                           struct cs_error *error) CS_MUST_USE;
enum cs_err cs_store_commit(struct cs_transaction *transaction, struct cs_error *error) CS_MUST_USE;
void cs_store_end(struct cs_transaction *transaction);

/* How long commits took since the store was opened, and how many logins wait for it now. */
void cs_store_measure(struct cs_store *store, struct cs_meter *ret_commits, unsigned *ret_waiting);

/* Reseals every secret with the key `key_id`, which has to be the first of the key file.
 * *ret_count: factors and passwords. Opens its own transaction. */
enum cs_err cs_store_reseal(struct cs_store *store, uint32_t key_id, unsigned *ret_count,
                            struct cs_error *error) CS_MUST_USE;

/* Opens every secret with the key `key_id` alone; CS_OK says that no other one is needed. Opens its
 * own transaction. */
enum cs_err cs_store_check_sealed(struct cs_store *store, uint32_t key_id,
                                  struct cs_error *error) CS_MUST_USE;

/* Opens every secret with the keys of the key file; CS_OK says that none is missing. Opens its own
 * transaction. */
enum cs_err cs_store_check_opens(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* SQLite's own integrity check. */
enum cs_err cs_store_check(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

/* Writes more than a login does, commits, and takes it back: what cannot be written refuses every
 * login. Opens its own transactions. */
enum cs_err cs_store_check_writable(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

#endif
