/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose the factors, the password and the recovery codes under a name are: the account's uid when
 * they were given to it. A name may come to another person with a new account, what is stored under
 * it must not. One uid for each name; all functions need an open transaction.
 */
#ifndef CS_STORE_OWNER_H
#define CS_STORE_OWNER_H

#include "base/uid.h"
#include "store/store.h"

/* Not known if there is nothing to own, or if nobody ever said it: enrolled before there was an
 * account, or before schema 10. */
enum cs_err cs_owner_read(const struct cs_transaction *transaction, const char *user,
                          struct cs_uid *ret_owner, struct cs_error *error) CS_MUST_USE;

/* From now on it is that account's, whoever's it was. */
enum cs_err cs_owner_set(const struct cs_transaction *transaction, const char *user, uid_t owner,
                         struct cs_error *error) CS_MUST_USE;

/* Before something is given to an account: takes what has no owner, and refuses with CS_ERR_INPUT
 * what has another one. Does nothing if the account is not known. */
enum cs_err cs_owner_claim(const struct cs_transaction *transaction, const char *user,
                           const struct cs_uid *account, struct cs_error *error) CS_MUST_USE;

#endif
