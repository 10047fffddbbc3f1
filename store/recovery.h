/* SPDX-License-Identifier: Apache-2.0 */
/* One-time recovery codes, stored as keyed hashes. All functions need an open transaction. */
#ifndef CS_STORE_RECOVERY_H
#define CS_STORE_RECOVERY_H

#include "store/store.h"

enum { CS_RECOVERY_CODES = 10 };

/* Replaces all of the user's codes with the `count` normalised `codes` (0 removes them). */
enum cs_err cs_recovery_replace(const struct cs_transaction *transaction, const char *user,
                                const struct cs_secret *codes, size_t count,
                                struct cs_error *error) CS_MUST_USE;

/* Spends a normalised code: *ret_won is true for exactly one caller. *ret_left codes remain. */
enum cs_err cs_recovery_spend(const struct cs_transaction *transaction, const char *user,
                              const struct cs_secret *code, bool *ret_won, unsigned *ret_left,
                              struct cs_error *error) CS_MUST_USE;

enum cs_err cs_recovery_count(const struct cs_transaction *transaction, const char *user,
                              unsigned *ret_left, struct cs_error *error) CS_MUST_USE;

/* Spends all codes of all users; *ret_users had some. */
enum cs_err cs_recovery_spend_all(const struct cs_transaction *transaction, unsigned *ret_users,
                                  struct cs_error *error) CS_MUST_USE;

#endif
