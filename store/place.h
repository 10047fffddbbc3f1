/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks from which a user got in lately: from those nobody elsewhere can keep the user out.
 * Bounded, so that what they are allowed on top of everybody's tries is bounded too: the newest
 * CS_PLACES of a user and kind, and none takes the place of one that was used within a day. So at
 * most twice as many are known in any one day. All need an open transaction.
 */
#ifndef CS_STORE_PLACE_H
#define CS_STORE_PLACE_H

#include "store/store.h"

enum {
    CS_PLACES = 16,
    CS_PLACE_MEMORY = 30 * 86400, /* seconds */
};

/* What the user got in with: who knows the password alone makes no place known for codes. */
enum cs_place_kind { CS_PLACE_CODE, CS_PLACE_PASSWORD };

struct cs_place {
    enum cs_place_kind kind;
    const char *user, *network;
};

enum cs_err cs_place_known(const struct cs_transaction *transaction, const struct cs_place *place,
                           int64_t now, bool *ret_known, struct cs_error *error) CS_MUST_USE;

/* The user got in from there at `now`, in seconds since 1970. */
enum cs_err cs_place_note(const struct cs_transaction *transaction, const struct cs_place *place,
                          int64_t now, struct cs_error *error) CS_MUST_USE;

#endif
