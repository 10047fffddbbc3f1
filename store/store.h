/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable state: factors, recovery codes, failure counters, in one SQLite file. Written only by the
 * account that owns it. Every transaction, reading ones too, holds one lock among threads
 * and one among processes (flock on store.lock, freed by the kernel when a process dies), and so
 * waits at most for another's commit; never hold one across a prompt.
 */
#ifndef CS_STORE_STORE_H
#define CS_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

struct cs_store; /* one database connection; may be used by several threads */

/* Opens the store. `create`: makes it when it does not exist; otherwise a missing store is
 * CS_ERR_NOT_FOUND, so that losing the file never looks like nobody being enrolled. */
enum cs_err cs_store_open(const char *path, const char *key_path, bool create,
                          struct cs_store **ret_store, struct cs_error *error) CS_MUST_USE;
void cs_store_close(struct cs_store **store);

/* One transaction. cs_store_end is for CS_AUTO: it undoes whatever was not committed. */
struct cs_transaction {
    struct cs_store *store; /* NULL when ended */
};

enum cs_err cs_store_begin(struct cs_store *store, struct cs_transaction *ret_transaction,
                           struct cs_error *error) CS_MUST_USE;
enum cs_err cs_store_commit(struct cs_transaction *transaction, struct cs_error *error) CS_MUST_USE;
void cs_store_end(struct cs_transaction *transaction);

/* Seals every secret again with the key `key_id`, which has to be the first one of the key file.
 * *ret_count: factors and passwords. Needs no transaction of the caller. */
enum cs_err cs_store_reseal(struct cs_store *store, uint32_t key_id, unsigned *ret_count,
                            struct cs_error *error) CS_MUST_USE;

/* Opens every secret with the key `key_id` alone; CS_OK says that no other one is needed. Needs no
 * transaction of the caller. */
enum cs_err cs_store_check_sealed(struct cs_store *store, uint32_t key_id,
                                  struct cs_error *error) CS_MUST_USE;

/* SQLite's own integrity check. */
enum cs_err cs_store_check(struct cs_store *store, struct cs_error *error) CS_MUST_USE;

#endif
