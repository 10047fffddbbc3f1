/* The UNIX account behind a login. */
#ifndef CS_LOGIN_ACCOUNT_H
#define CS_LOGIN_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct cs_account {
    bool known;     /* getpwnam found it */
    char name[256]; /* its canonical name, which may differ from the one typed */
    uid_t uid;
    gid_t gid;
};

/* Looks the account up. Not finding it is no error (`known` stays false); a look-up that failed is.
 */
enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error) CS_MUST_USE;

#endif
