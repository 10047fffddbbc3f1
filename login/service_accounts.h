/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of daemons that are not root and may still ask for others: a web server, a RADIUS
 * server. */
#ifndef CS_LOGIN_SERVICE_ACCOUNTS_H
#define CS_LOGIN_SERVICE_ACCOUNTS_H

#include "base/names.h"
#include "login/options.h"

enum { CS_SERVICE_ACCOUNTS_MAX = 16 };

struct cs_service_accounts {
    uid_t uids[CS_SERVICE_ACCOUNTS_MAX];
    size_t count;
};

/* Reads the names in a value of allow_service_accounts. CS_ERR_CONFIG for what can be no account's
 * name, for root, and for too many. The caller frees `ret_names`. */
enum cs_err cs_service_accounts_read(const char *list, struct cs_strlist *ret_names,
                                     struct cs_error *error) CS_MUST_USE;

/* One of them. Only /etc/passwd counts: a directory that hangs must not keep the broker
 * from starting, nor name who may ask for everybody. CS_ERR_NOT_FOUND: there is no such account;
 * CS_ERR_CONFIG: its uid is 0. */
enum cs_err cs_service_account_find(const char *name, struct cs_account *ret_account,
                                    struct cs_error *error) CS_MUST_USE;

bool cs_service_accounts_have(const struct cs_service_accounts *accounts, uid_t uid);

/* Takes back whatever lets somebody in, sends something or hands something over without an answer
 * of the user's: nothing proves a first factor, and the daemon may be anybody's. */
void cs_service_account_restrict(struct cs_options *options);

#endif
