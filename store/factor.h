/* SPDX-License-Identifier: Apache-2.0 */
/* Factors of users, and the one statement that spends a code or a counter. All need an open
 * transaction. */
#ifndef CS_STORE_FACTOR_H
#define CS_STORE_FACTOR_H

#include "base/uid.h"
#include "base/user_name.h"
#include "store/store.h"

enum {
    CS_FACTORS_PER_KIND_MAX = 8, /* for one user; TOTP and HOTP together count as one kind */
    CS_FACTORS_PER_USER_MAX = 2 * CS_FACTORS_PER_KIND_MAX,
    CS_FACTOR_SECRET_MAX = 320, /* bytes */
    CS_FACTOR_AAGUID_MAX = 32,  /* hexadecimal digits */
    CS_FACTOR_LABEL_MAX = 64,
    CS_FACTOR_APP_ID_MAX = 255,
    CS_STORE_USER_MAX = CS_USER_NAME_MAX,
};

/* What holds for a security key. */
enum cs_key_flags {
    CS_KEY_VERIFIES = 1, /* registered with user verification: never accepted without */
};

enum cs_stored_kind {
    CS_STORED_TOTP, /* RFC 6238 */
    CS_STORED_HOTP, /* RFC 4226 */
    CS_STORED_U2F,  /* a security key */
    /* More than one kind, for those who ask; no factor is of it: */
    CS_STORED_CODES, /* TOTP and HOTP: one prompt takes the codes of both */
    CS_STORED_ANY,
};

struct cs_factor {
    int64_t id; /* never used again after removal */
    enum cs_stored_kind kind;
    char user[CS_STORE_USER_MAX + 1];
    char label[CS_FACTOR_LABEL_MAX + 1];
    /* For a security key: public key, then key handle. Empty after cs_factor_list. */
    struct cs_secret secret;
    struct cs_uid account; /* for cs_factor_add: whose it is; never read back */
    int64_t last_step;     /* the last time step or counter accepted (HOTP: the next is one more);
                            * -1: none */
    int64_t created;       /* seconds since 1970 */
    int64_t last_used;     /* the same; 0: never, or not since schema 7 */

    /* TOTP and HOTP: "sha1", "sha256", "sha512". A security key: "es256", "eddsa". */
    char algorithm[8];

    /* For TOTP and HOTP: */
    unsigned digits;       /* 6..8 */
    unsigned period;       /* seconds; 0 for HOTP */
    int64_t repeated_step; /* the last spent step that was sent again and counted */
    /* TOTP: steps by which the device's clock is ahead. HOTP: the counter whose code would complete
     * a resynchronisation, because the refused one just before it was right too; 0: none. */
    int64_t drift;

    /* For a security key: */
    char app_id[CS_FACTOR_APP_ID_MAX + 1]; /* the one it was registered for */
    unsigned key_flags;                    /* of enum cs_key_flags */
    char aaguid[CS_FACTOR_AAGUID_MAX + 1]; /* the key's model; "": unknown */
    bool suspect; /* its counter went back, so there may be a copy; never accepted again */
};

/* The name, "totp", "hotp" or "u2f", also used in JSON. */
const char *cs_stored_kind_name(enum cs_stored_kind kind);

void cs_factor_clear(struct cs_factor *factor); /* wiped on release */

struct cs_factors {
    struct cs_factor items[CS_FACTORS_PER_USER_MAX];
    size_t count;
};

void cs_factors_clear(struct cs_factors *factors);

/* The user's factors of that kind with their secrets, oldest first; none is not an error. */
enum cs_err cs_factor_load(const struct cs_transaction *transaction, const char *user,
                           enum cs_stored_kind kind, struct cs_factors *ret_factors,
                           struct cs_error *error) CS_MUST_USE;

/* The same without secrets; needs no key. */
enum cs_err cs_factor_list(const struct cs_transaction *transaction, const char *user,
                           enum cs_stored_kind kind, struct cs_factors *ret_factors,
                           struct cs_error *error) CS_MUST_USE;

/* How many the user has of that kind. */
enum cs_err cs_factor_count(const struct cs_transaction *transaction, const char *user,
                            enum cs_stored_kind kind, unsigned *ret_count,
                            struct cs_error *error) CS_MUST_USE;

enum { CS_KEY_APPS_MAX = 8 };

/* The applications that security keys are registered for, and how many users each has. */
struct cs_key_apps {
    struct {
        char app_id[CS_FACTOR_APP_ID_MAX + 1];
        unsigned users;
    } items[CS_KEY_APPS_MAX];
    size_t count;
};

/* Most users first; needs no key. */
enum cs_err cs_factor_key_apps(const struct cs_transaction *transaction,
                               struct cs_key_apps *ret_apps, struct cs_error *error) CS_MUST_USE;

/* Adds `factor` and sets its id. CS_ERR_LIMIT if the user has too many of its kind; CS_ERR_INPUT if
 * what the user has is another account's (owner.h). */
enum cs_err cs_factor_add(const struct cs_transaction *transaction, struct cs_factor *factor,
                          struct cs_error *error) CS_MUST_USE;

/* Leaves a note that the user had one (former.h). CS_ERR_NOT_FOUND if the user has no such factor.
 */
enum cs_err cs_factor_remove(const struct cs_transaction *transaction, const char *user, int64_t id,
                             struct cs_error *error) CS_MUST_USE;

/* The same without a note, for a factor that should not have been added and that nobody used. */
enum cs_err cs_factor_withdraw(const struct cs_transaction *transaction, const char *user,
                               int64_t id, struct cs_error *error) CS_MUST_USE;

/* Spends a step or counter. *ret_won is true for exactly one of all callers with the same value,
 * and only if the value is above the last accepted one. */
enum cs_err cs_factor_spend(const struct cs_transaction *transaction, int64_t id, int64_t step,
                            int64_t drift, bool *ret_won, struct cs_error *error) CS_MUST_USE;

/* Records that the factor was used now, where nothing was spent: a security key without a counter.
 */
enum cs_err cs_factor_note_use(const struct cs_transaction *transaction, int64_t id,
                               struct cs_error *error) CS_MUST_USE;

/* Records that a spent step was sent again; *ret_first is true once per step. */
enum cs_err cs_factor_note_repeat(const struct cs_transaction *transaction, int64_t id,
                                  int64_t step, bool *ret_first,
                                  struct cs_error *error) CS_MUST_USE;

/* Records, of a HOTP factor, which counter's code would complete a resynchronisation; 0: none. */
enum cs_err cs_factor_await(const struct cs_transaction *transaction, int64_t id, int64_t counter,
                            struct cs_error *error) CS_MUST_USE;

/* Marks a security key suspect, permanently; *ret_marked is false if it is gone, or was suspect. */
enum cs_err cs_factor_suspect(const struct cs_transaction *transaction, int64_t id,
                              bool *ret_marked, struct cs_error *error) CS_MUST_USE;

/* Forgets steps later than that of `now` (the clock had been ahead); *ret_count factors were
 * changed. */
enum cs_err cs_factor_reset_future(const struct cs_transaction *transaction, const char *user,
                                   int64_t now, unsigned *ret_count,
                                   struct cs_error *error) CS_MUST_USE;

/* How many TOTP factors, of all users, have accepted a code at a time later than `now`: the clock
 * has been set back since, and they accept no other until then. */
enum cs_err cs_factor_count_future(const struct cs_transaction *transaction, int64_t now,
                                   unsigned *ret_count, struct cs_error *error) CS_MUST_USE;

/* How many HOTP factors there are, of all users: what a restored backup says of their counters may
 * be old, and nothing else tells. */
enum cs_err cs_factor_count_hotp(const struct cs_transaction *transaction, unsigned *ret_count,
                                 struct cs_error *error) CS_MUST_USE;

/* Spends every TOTP code up to now, of all users: what a restored backup believes unspent.
 * *ret_count factors were changed. */
enum cs_err cs_factor_spend_all(const struct cs_transaction *transaction, int64_t now,
                                unsigned *ret_count, struct cs_error *error) CS_MUST_USE;

#endif
