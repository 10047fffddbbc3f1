/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the store has about one user, taken together: counted, removed, or given to
 * another name. All functions need an open transaction. */
#ifndef CS_STORE_USER_H
#define CS_STORE_USER_H

#include "store/store.h"

/* First what somebody gave to the user; then what came by itself. */
enum cs_user_thing {
    CS_USER_TOTP,
    CS_USER_HOTP,
    CS_USER_U2F,
    CS_USER_RECOVERY,
    CS_USER_PASSWORD,
    CS_USER_SUSPENSION,
    CS_USER_LANGUAGE,
    CS_USER_PENDING, /* a registration that was begun */
    CS_USER_TICKET,  /* for enrolling at a login */
    CS_USER_GIVEN,
    CS_USER_TRIES = CS_USER_GIVEN, /* counters of failed tries */
    CS_USER_PLACES,                /* networks from which the user got in */
    CS_USER_FORMER,                /* had a factor that was removed */
    CS_USER_OWNER,                 /* the uid of the account that all this is for */
    CS_USER_THINGS
};

/* How many of each there are. */
struct cs_user_tally {
    unsigned counts[CS_USER_THINGS];
};

/* The word for a thing, also used in JSON: "totp", "recovery_codes", ... */
const char *cs_user_thing_name(enum cs_user_thing thing);

/* Of the things before `end`: is there any? */
bool cs_user_tally_has(const struct cs_user_tally *tally, enum cs_user_thing end);

/* Needs no key. */
enum cs_err cs_user_count(const struct cs_transaction *transaction, const char *user,
                          struct cs_user_tally *ret_tally, struct cs_error *error) CS_MUST_USE;

/* Removes everything; *ret_removed says what there was, and nothing is not an error. Needs no key.
 */
enum cs_err cs_user_forget(const struct cs_transaction *transaction, const char *user,
                           struct cs_user_tally *ret_removed, struct cs_error *error) CS_MUST_USE;

/*
 * Gives everything that `from` has to `to`; *ret_moved says what there was, the recovery codes
 * and a ticket among it: these are removed, because only hashes of user and code are stored. Spent
 * codes stay spent. Secrets are sealed again for the new name, so this needs the key.
 * CS_ERR_NOT_FOUND if `from` has nothing that was given; CS_ERR_INPUT if `to` has, or is `from`.
 */
enum cs_err cs_user_rename(const struct cs_transaction *transaction, const char *from,
                           const char *to, struct cs_user_tally *ret_moved,
                           struct cs_error *error) CS_MUST_USE;

#endif
