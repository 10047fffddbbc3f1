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
    char gecos[1025]; /* longer ones are left out: `gecos_cut` */
    bool gecos_cut;
    bool local_files; /* is in /etc/passwd */
};

/* Looks the account up. Not finding it is no error (`known` stays false); a look-up that failed is.
 */
enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error) CS_MUST_USE;

/* Whether the account stands in /etc/passwd, where its user may change the GECOS text with chfn.
 * True as well when that cannot be told. */
bool cs_account_is_local(const char *name);

#endif
