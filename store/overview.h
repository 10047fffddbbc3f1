/* SPDX-License-Identifier: Apache-2.0 */
/* Who has what, of all users: for whoever looks after them, not for logins. */
#ifndef CS_STORE_OVERVIEW_H
#define CS_STORE_OVERVIEW_H

#include "base/uid.h"
#include "store/factor.h"

/* What one user has. The name is last, so that the rest can be copied without all of its room. */
struct cs_stored_user {
    unsigned totp, keys; /* factors */
    unsigned suspect;    /* of the keys: never accepted again */
    unsigned recovery_left;
    bool has_password, suspended;
    int64_t suspended_since; /* seconds since 1970 */
    int64_t last_used;       /* of the factor that was used last; 0: none was, since schema 7 */
    struct cs_uid owner;     /* as cs_owner_read */
    char name[CS_STORE_USER_MAX + 1];
};

/* Gets one user after the other. Anything but CS_OK ends it. */
typedef enum cs_err cs_stored_user_reader(const struct cs_stored_user *user, void *context,
                                          struct cs_error *error);

/*
 * Hands every user who has a factor, recovery codes or a password, or is suspended, to `read`, in
 * the order of strcmp(), as the store is at one moment. Needs no key. Logins go on: no lock of ours
 * is held, and SQLite's readers do not stop its writers; but its log grows until this is over, so
 * `read` must not wait for anybody.
 */
enum cs_err cs_store_overview(struct cs_store *store, cs_stored_user_reader *read, void *context,
                              struct cs_error *error) CS_MUST_USE;

#endif
