/* SPDX-License-Identifier: Apache-2.0 */
/* The UNIX account behind a login. */
#ifndef CS_LOGIN_ACCOUNT_H
#define CS_LOGIN_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "mapping/map.h"

struct cs_account {
    bool known;     /* getpwnam found it */
    char name[256]; /* its canonical name, which may differ from the one typed */
    uid_t uid;
    gid_t gid;
    char gecos[1025]; /* "" in place of a longer one */
};

/* Looks the account up. Not finding it is no error (`known` stays false); a look-up that failed is.
 */
enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error) CS_MUST_USE;

/* The account's name at a provider, as cs_map_identity; whether it stands in /etc/passwd is found
 * out where that matters. */
enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error) CS_MUST_USE;

#endif
