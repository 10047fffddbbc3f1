/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what was read to the store: all of it in one transaction, or none. All logins wait for that
 * transaction, so what can be made before it is.
 */
#ifndef CS_IMPORT_SAVE_H
#define CS_IMPORT_SAVE_H

#include "import/imported.h"

struct cs_import_plan;

/* In a short transaction: the keys and the number of the next factor. `imports` must outlive the
 * plan and have its accounts by now. */
enum cs_err cs_import_plan_new(const struct cs_transaction *transaction, struct cs_imports *imports,
                               int64_t now, struct cs_import_plan **ret_plan,
                               struct cs_error *error) CS_MUST_USE;
void cs_import_plan_free(struct cs_import_plan **plan);

/* Without a transaction: seals the secrets, hashes the emergency codes, finds what is there twice.
 */
enum cs_err cs_import_seal(struct cs_import_plan *plan, struct cs_error *error) CS_MUST_USE;

/*
 * Adds the factors and sets `outcome` of each row. Those whose users had a factor with codes before
 * this are left out, unless `add`; one with the same secret is left out in any case. Codes from
 * before the current step of the device are spent: they may have been used where they come from.
 * The store remembers who got one (store/last_batch.h).
 * The first error ends it, and the transaction has to be rolled back.
 */
enum cs_err cs_import_save(struct cs_import_plan *plan, bool add,
                           const struct cs_transaction *transaction,
                           struct cs_error *error) CS_MUST_USE;

#endif
