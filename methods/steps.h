/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that methods share: find the user, list factors, end in an error. */
#ifndef CS_METHODS_STEPS_H
#define CS_METHODS_STEPS_H

#include "methods/method.h"

/* Looks the user up at the provider, once. login->state.user.found stays false if the account has
 * no identity: then nobody is asked. */
enum cs_err cs_find_user(struct cs_method_login *login, struct cs_error *error) CS_MUST_USE;

/* Fills login->state.factors with the user's factors of these kinds, once for each set of kinds. */
enum cs_err cs_list_factors(struct cs_method_login *login, unsigned kinds,
                            struct cs_error *error) CS_MUST_USE;

/* Whether a user whom the provider knows has no factor of `kinds`, nor of `others`, which are
 * listed only if there is none of `kinds`. A factor that may not be used is not missing; otherwise
 * spoiling it would let people in. `factors` holds the last listing. */
enum cs_err cs_find_missing(struct cs_method_login *login, unsigned kinds, unsigned others,
                            bool *ret_missing, struct cs_error *error) CS_MUST_USE;

/* Whether a first factor is proven: before this login, or by its password. */
bool cs_is_proven(const struct cs_method_login *login);

/* How a login ends if its dialogue or judgement fails. */
enum cs_verdict cs_give_up(struct cs_method_login *login, const char *method, enum cs_err result,
                           const struct cs_error *error);

#endif
