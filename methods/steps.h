/* SPDX-License-Identifier: Apache-2.0 */
/* What several methods do alike: find the user, list factors, end in an error. */
#ifndef CS_METHODS_STEPS_H
#define CS_METHODS_STEPS_H

#include "methods/method.h"

/* Looks the user up at the provider, once. login->state.user.found stays false where the account
 * has no identity: then nobody is asked. */
enum cs_err cs_find_user(struct cs_method_login *login, struct cs_error *error) CS_MUST_USE;

/* Fills login->state.factors with the user's factors of these kinds, once for each set. */
enum cs_err cs_list_factors(struct cs_method_login *login, unsigned kinds,
                            struct cs_error *error) CS_MUST_USE;

/* Whether a user that the provider knows has no factor of `kinds`, nor of `others`, which are asked
 * for only where there is none of `kinds`. One that may not be used is not missing: else spoiling
 * it would let in. `factors` holds what was listed last. */
enum cs_err cs_find_missing(struct cs_method_login *login, unsigned kinds, unsigned others,
                            bool *ret_missing, struct cs_error *error) CS_MUST_USE;

/* A first factor is proven: before this login, or by its password. */
bool cs_is_proven(const struct cs_method_login *login);

/* How a login ends whose dialogue or judgement broke. */
enum cs_verdict cs_give_up(struct cs_method_login *login, const char *method, enum cs_err result,
                           const struct cs_error *error);

#endif
