/* Factors of users, and the one statement that spends a code. All need an open transaction. */
#ifndef CS_STORE_FACTOR_H
#define CS_STORE_FACTOR_H

#include "store/store.h"

enum {
    CS_FACTORS_PER_USER_MAX = 8,
    CS_FACTOR_SECRET_MAX = 128, /* bytes of a TOTP key */
    CS_FACTOR_LABEL_MAX = 64,
    CS_STORE_USER_MAX = 255,
};

/* A TOTP factor (RFC 6238). */
struct cs_factor {
    int64_t id; /* never used again after removal */
    char user[CS_STORE_USER_MAX + 1];
    char label[CS_FACTOR_LABEL_MAX + 1];
    char algorithm[8];       /* "sha1", "sha256", "sha512" */
    unsigned digits;         /* 6..8 */
    unsigned period;         /* seconds */
    struct cs_secret secret; /* the key; empty after cs_factor_list */
    int64_t last_step;       /* last time step that was accepted; -1: none */
    int64_t repeated_step;   /* last spent step that was sent again and counted */
    int64_t drift;           /* steps by which the token's clock is ahead */
    int64_t created;         /* seconds since 1970 */
};

void cs_factor_clear(struct cs_factor *factor); /* wipes */

struct cs_factors {
    struct cs_factor items[CS_FACTORS_PER_USER_MAX];
    size_t count;
};

void cs_factors_clear(struct cs_factors *factors);

/* The user's factors with their secrets, oldest first; none is not an error. */
enum cs_err cs_factor_load(const struct cs_transaction *transaction, const char *user,
                           struct cs_factors *ret_factors, struct cs_error *error) CS_MUST_USE;

/* The same without secrets: needs no key. */
enum cs_err cs_factor_list(const struct cs_transaction *transaction, const char *user,
                           struct cs_factors *ret_factors, struct cs_error *error) CS_MUST_USE;

/* Adds `factor`, whose id is set. CS_ERR_LIMIT when the user has too many. */
enum cs_err cs_factor_add(const struct cs_transaction *transaction, struct cs_factor *factor,
                          struct cs_error *error) CS_MUST_USE;

/* CS_ERR_NOT_FOUND when the user has no such factor. */
enum cs_err cs_factor_remove(const struct cs_transaction *transaction, const char *user, int64_t id,
                             struct cs_error *error) CS_MUST_USE;

/* Spends a step: *ret_won is true for exactly one caller per step, whoever else tries it, and for
 * none whose step is not after the last accepted one. */
enum cs_err cs_factor_spend(const struct cs_transaction *transaction, int64_t id, int64_t step,
                            int64_t drift, bool *ret_won, struct cs_error *error) CS_MUST_USE;

/* Notes that a spent step came again; *ret_first is true once per step. */
enum cs_err cs_factor_note_repeat(const struct cs_transaction *transaction, int64_t id,
                                  int64_t step, bool *ret_first,
                                  struct cs_error *error) CS_MUST_USE;

/* Forgets steps that lie after the one of `now` (the clock had been ahead); *ret_count factors were
 * changed. */
enum cs_err cs_factor_reset_future(const struct cs_transaction *transaction, const char *user,
                                   int64_t now, unsigned *ret_count,
                                   struct cs_error *error) CS_MUST_USE;

#endif
