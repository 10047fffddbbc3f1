/* SPDX-License-Identifier: Apache-2.0 */
/* Which factors the last batch or import added, so that it can be undone (schema 11). Rows name
 * factors by their ids, which are never used again; users who are renamed or removed need no care.
 * All functions need an open transaction. */
#ifndef CS_STORE_LAST_BATCH_H
#define CS_STORE_LAST_BATCH_H

#include "store/factor.h"

/* Forgets the batch before. */
enum cs_err cs_last_batch_begin(const struct cs_transaction *transaction,
                                struct cs_error *error) CS_MUST_USE;

/* Remembers a factor; `codes`: how many recovery codes its user, who had none before, got with it.
 */
enum cs_err cs_last_batch_add(const struct cs_transaction *transaction, int64_t factor,
                              size_t codes, struct cs_error *error) CS_MUST_USE;

/* A factor of the batch that is still there. */
struct cs_batch_factor {
    int64_t id;
    char user[CS_STORE_USER_MAX + 1];
    int64_t created;
    bool codes;
    bool used;      /* the factor, or one of those recovery codes, has let somebody in since */
    bool traceless; /* nothing shows that its user has ever got in with a factor or code */
};

/* The next one after the factor `after`, by id; *ret_found is false at the end. */
enum cs_err cs_last_batch_next(const struct cs_transaction *transaction, int64_t after,
                               struct cs_batch_factor *ret_factor, bool *ret_found,
                               struct cs_error *error) CS_MUST_USE;

/* Removes the factor with what came with it: the recovery codes go if the batch gave them, or if
 * this was the user's last factor. One that is not traceless leaves a note that the user had one
 * (former.h). */
enum cs_err cs_last_batch_undo(const struct cs_transaction *transaction,
                               const struct cs_batch_factor *factor,
                               struct cs_error *error) CS_MUST_USE;

/* The user's recovery codes are no longer those of a batch. */
enum cs_err cs_last_batch_keep_codes(const struct cs_transaction *transaction, const char *user,
                                     struct cs_error *error) CS_MUST_USE;

#endif
