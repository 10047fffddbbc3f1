/* SPDX-License-Identifier: Apache-2.0 */
/* Who had a factor that an administrator removed. Such a user is no newcomer: nobody enrols in that
 * name by a first factor alone. All functions need an open transaction. */
#ifndef CS_STORE_FORMER_H
#define CS_STORE_FORMER_H

#include "base/uid.h"
#include "store/store.h"

/* A factor of the user is removed, and so is a ticket from before: one that lets the user begin
 * anew is made afterwards. */
enum cs_err cs_former_note(const struct cs_transaction *transaction, const char *user,
                           struct cs_error *error) CS_MUST_USE;

/* What a user has, or had, that makes the user no newcomer. */
enum cs_past {
    CS_PAST_NONE,
    CS_PAST_SUSPENDED, /* a suspension */
    CS_PAST_FACTOR,    /* a factor of any kind, whether it may be used or not */
    CS_PAST_RECOVERY,  /* recovery codes */
    CS_PAST_PENDING,   /* a registration of a security key that was begun */
    CS_PAST_FORMER,    /* a factor that was removed */
    CS_PASTS
};

/* The first of them that is there. Until it returns CS_OK, that is a factor: who forgets to look
 * enrols nobody. */
enum cs_err cs_past_find(const struct cs_transaction *transaction, const char *user,
                         enum cs_past *ret_past, struct cs_error *error) CS_MUST_USE;

/* Whether another name of the account with this uid has or had a factor: the account has got
 * another name since, or has two. */
enum cs_err cs_past_elsewhere(const struct cs_transaction *transaction, const char *user, uid_t uid,
                              bool *ret_elsewhere, struct cs_error *error) CS_MUST_USE;

/* "has a factor", ...: what a user with that past has or had. */
const char *cs_past_text(enum cs_past past);

#endif
