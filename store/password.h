/* SPDX-License-Identifier: Apache-2.0 */
/* The local provider's passwords: one per user, stored as a hash that is sealed like the secrets of
 * factors. All functions need an open transaction. */
#ifndef CS_STORE_PASSWORD_H
#define CS_STORE_PASSWORD_H

#include "store/store.h"

enum { CS_PASSWORD_HASH_MAX = 128 }; /* bytes, in crypt(5)'s format */

/* The hash of the user's password; empty if there is none. */
enum cs_err cs_password_load(const struct cs_transaction *transaction, const char *user,
                             struct cs_secret *ret_hash, struct cs_error *error) CS_MUST_USE;

/* When the password was set, in seconds since 1970; *ret_has is false if there is none. Needs no
 * key. */
enum cs_err cs_password_changed(const struct cs_transaction *transaction, const char *user,
                                bool *ret_has, int64_t *ret_changed,
                                struct cs_error *error) CS_MUST_USE;

/* Sets or replaces the hash. `now` in seconds since 1970. */
enum cs_err cs_password_set(const struct cs_transaction *transaction, const char *user,
                            const struct cs_secret *hash, int64_t now,
                            struct cs_error *error) CS_MUST_USE;

/* CS_ERR_NOT_FOUND if the user has no password. */
enum cs_err cs_password_remove(const struct cs_transaction *transaction, const char *user,
                               struct cs_error *error) CS_MUST_USE;

#endif
