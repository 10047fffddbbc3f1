/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file: the keys that protect secrets at rest. Text, one key per line in base64 (32 bytes).
 * The first seals new secrets; the others only open what is still sealed with them (while
 * `countersign rekey` runs, or after it was interrupted).
 */
#ifndef CS_STORE_KEY_H
#define CS_STORE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CS_KEY_BYTES = 32, CS_KEYS_MAX = 4 };

struct cs_key {
    uint32_t id; /* derived from the key: the first bytes of its SHA-256 */
    unsigned char bytes[CS_KEY_BYTES];
};

struct cs_keys {
    struct cs_key items[CS_KEYS_MAX];
    size_t count; /* items[0] is current */
};

/* Reads the file (owned by root or our own uid, no access for others). The account countersign must
 * be able to read it: root:countersign 0640. */
enum cs_err cs_keys_load(const char *path, struct cs_keys *ret_keys,
                         struct cs_error *error) CS_MUST_USE;

/*
 * The lock of all who change the key file, from the first look at it to the last write. Without it
 * one of two would put a key into the file, and the other, who has read the file before, would
 * write that key away after secrets were sealed with it. It is a file beside it, PATH.lock, that
 * only root can open. Closing *ret_fd frees it; a child of fork() holds it too, so that nobody
 * follows before the last of both has ended. CS_ERR_UNAVAILABLE after a minute.
 *
 * Sealing needs no lock: it happens in a transaction of the store, with the first key of the file
 * as it is then (store/store_priv.h), and a key leaves the file only when nothing is sealed with it
 * and another one is the first.
 */
enum cs_err cs_keys_lock(const char *path, int *ret_fd, struct cs_error *error) CS_MUST_USE;

/* Replaces the file atomically, under cs_keys_lock; `group` may read it ((gid_t)-1: only the
 * owner). */
enum cs_err cs_keys_save(const char *path, const struct cs_keys *keys, unsigned group,
                         struct cs_error *error) CS_MUST_USE;

/* Puts a new random key first. CS_ERR_LIMIT if the ring is full. */
enum cs_err cs_keys_add(struct cs_keys *keys, struct cs_error *error) CS_MUST_USE;

const struct cs_key *cs_keys_find(const struct cs_keys *keys, uint32_t id);

void cs_keys_wipe(struct cs_keys *keys);

#endif
