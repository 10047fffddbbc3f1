/* SPDX-License-Identifier: Apache-2.0 */
/* The UNIX account behind a login. */
#ifndef CS_LOGIN_ACCOUNT_H
#define CS_LOGIN_ACCOUNT_H

#include "base/names.h"
#include "mapping/map.h"

/* Looks the account up, for at most five seconds. A missing account is no error (`known` stays
 * false). CS_ERR_UNRESOLVED: the name services did not say. */
enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error) CS_MUST_USE;

/* The account's name at a provider, as cs_map_identity. */
enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error) CS_MUST_USE;

#endif
