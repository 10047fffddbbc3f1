/* SPDX-License-Identifier: Apache-2.0 */
/* Users whom an administrator has suspended: they keep what they enrolled, and none of it is
 * accepted. All functions need an open transaction. */
#ifndef CS_STORE_SUSPENSION_H
#define CS_STORE_SUSPENSION_H

#include "store/store.h"

/* Whether the user is suspended; if so, since when (seconds since 1970). */
enum cs_err cs_suspension_read(const struct cs_transaction *transaction, const char *user,
                               bool *ret_suspended, int64_t *ret_since,
                               struct cs_error *error) CS_MUST_USE;

/* Suspends the user. *ret_changed: was not suspended before; otherwise the earlier time stays. */
enum cs_err cs_suspension_add(const struct cs_transaction *transaction, const char *user,
                              int64_t now, bool *ret_changed, struct cs_error *error) CS_MUST_USE;

/* Ends it. *ret_changed: was suspended before. */
enum cs_err cs_suspension_remove(const struct cs_transaction *transaction, const char *user,
                                 bool *ret_changed, struct cs_error *error) CS_MUST_USE;

/* How many users are suspended. */
enum cs_err cs_suspension_count(const struct cs_transaction *transaction, unsigned *ret_count,
                                struct cs_error *error) CS_MUST_USE;

#endif
