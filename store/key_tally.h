/* SPDX-License-Identifier: Apache-2.0 */
/* How many security keys can do what: for whoever changes what logins demand of them. */
#ifndef CS_STORE_KEY_TALLY_H
#define CS_STORE_KEY_TALLY_H

#include "store/factor.h"

enum cs_key_sort {
    CS_KEYS_UNVERIFIED, /* registered without a PIN or a fingerprint */
    CS_KEYS_BEYOND_U2F, /* EdDSA, a long handle, or verification demanded: U2F cannot ask for them
                         */
    CS_KEYS_SUSPECT,    /* refused, because their counter went back */
    CS_KEY_SORTS
};

struct cs_key_tallies {
    struct {
        unsigned keys, users;
    } items[CS_KEY_SORTS];
    unsigned crowded; /* users whose keys do not fit into one request */
};

/* What a request has room for, in bytes. */
struct cs_key_bounds {
    size_t secret_max; /* the longest secret, public key and handle, that U2F can ask for */
    size_t room;       /* the application id and the handles, with one byte more for each */
};

/* Counts the keys of each sort, and the users who have one. Needs no key file. */
enum cs_err cs_key_tally(const struct cs_transaction *transaction,
                         const struct cs_key_bounds *bounds, struct cs_key_tallies *ret_tallies,
                         struct cs_error *error) CS_MUST_USE;

#endif
