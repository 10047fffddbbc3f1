/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time recovery codes, stored as keyed hashes: HMAC-SHA-256 (RFC 2104) over user, NUL, code, so
 * that one user's code is worthless for another. Those of a user are one row: that is a tenth of
 * what must be written while logins wait. Functions with a transaction need an open one.
 */
#ifndef CS_STORE_RECOVERY_H
#define CS_STORE_RECOVERY_H

#include "store/store.h"

enum {
    CS_RECOVERY_CODES = 10, /* at most, for one user */
    CS_RECOVERY_HASH_BYTES = 32,
    CS_RECOVERY_BYTES_MAX = CS_RECOVERY_CODES * CS_RECOVERY_HASH_BYTES
};

/* Replaces all of the user's codes with the `count` normalised `codes` (0 removes them). */
enum cs_err cs_recovery_replace(const struct cs_transaction *transaction, const char *user,
                                const struct cs_secret *codes, size_t count,
                                struct cs_error *error) CS_MUST_USE;

/* Spends a normalised code: *ret_won is true for exactly one caller. *ret_left codes remain. */
enum cs_err cs_recovery_spend(const struct cs_transaction *transaction, const char *user,
                              const struct cs_secret *code, bool *ret_won, unsigned *ret_left,
                              struct cs_error *error) CS_MUST_USE;

/* Makes hashes of codes outside of a transaction, for many users with one key. */
struct cs_recovery_hasher;

enum cs_err cs_recovery_hasher_new(const struct cs_transaction *transaction,
                                   struct cs_recovery_hasher **ret_hasher,
                                   struct cs_error *error) CS_MUST_USE;
void cs_recovery_hasher_free(struct cs_recovery_hasher **hasher);

/* The hash of a normalised code. */
enum cs_err cs_recovery_hash(const struct cs_recovery_hasher *hasher, const char *user,
                             const struct cs_secret *code,
                             unsigned char ret_hash[CS_RECOVERY_HASH_BYTES],
                             struct cs_error *error) CS_MUST_USE;

/* CS_ERR_STORE if its hashes are not for this store: the file is another one than before. */
enum cs_err cs_recovery_hasher_check(const struct cs_transaction *transaction,
                                     const struct cs_recovery_hasher *hasher,
                                     struct cs_error *error) CS_MUST_USE;

/* Gives the user the codes with these `count` hashes, one after the other, unless there are some
 * already; *ret_added says whether. */
enum cs_err cs_recovery_add(const struct cs_transaction *transaction, const char *user,
                            const unsigned char *hashes, size_t count, bool *ret_added,
                            struct cs_error *error) CS_MUST_USE;

enum cs_err cs_recovery_count(const struct cs_transaction *transaction, const char *user,
                              unsigned *ret_left, struct cs_error *error) CS_MUST_USE;

/* The hashes of the codes that are left, one after the other: to see later whether all are still of
 * the same set. */
enum cs_err cs_recovery_hashes(const struct cs_transaction *transaction, const char *user,
                               unsigned char ret_hashes[CS_RECOVERY_BYTES_MAX], size_t *ret_length,
                               struct cs_error *error) CS_MUST_USE;

/* Spends all codes of all users; *ret_users had some. */
enum cs_err cs_recovery_spend_all(const struct cs_transaction *transaction, unsigned *ret_users,
                                  struct cs_error *error) CS_MUST_USE;

#endif
