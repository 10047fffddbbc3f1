/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing the secrets of many factors before the transaction that adds them, for which all logins
 * wait. */
#ifndef CS_STORE_FACTOR_AHEAD_H
#define CS_STORE_FACTOR_AHEAD_H

#include "store/factor.h"
#include "store/seal.h"

/* The keys of that moment. */
struct cs_factor_sealer;

/* *ret_id: the id of the next factor, which a secret is bound to. */
enum cs_err cs_factor_sealer_new(const struct cs_transaction *transaction,
                                 struct cs_factor_sealer **ret_sealer, int64_t *ret_id,
                                 struct cs_error *error) CS_MUST_USE;
void cs_factor_sealer_free(struct cs_factor_sealer **sealer);

/* Seals the factor's secret for its id; no transaction. `ret_sealed` must have room for its length
 * and CS_SEAL_OVERHEAD. */
enum cs_err cs_factor_seal(const struct cs_factor_sealer *sealer, const struct cs_factor *factor,
                           unsigned char *ret_sealed, struct cs_error *error) CS_MUST_USE;

/* cs_factor_add of such a one. If its id was taken or the key changed meanwhile, it is sealed anew;
 * the id is set in any case. */
enum cs_err cs_factor_add_sealed(const struct cs_transaction *transaction, struct cs_factor *factor,
                                 const unsigned char *sealed, struct cs_error *error) CS_MUST_USE;

#endif
