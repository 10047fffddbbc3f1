/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the local provider, for the files of this folder. */
#ifndef CS_PROVIDERS_LOCAL_LOCAL_PRIV_H
#define CS_PROVIDERS_LOCAL_LOCAL_PRIV_H

#include <pthread.h>

#include "providers/local/hash.h"
#include "providers/local/key_names.h"
#include "providers/local/local.h"
#include "providers/local/slots.h"
#include "providers/provider.h"
#include "store/factor.h"
#include "store/throttle.h"

struct cs_local {
    struct cs_provider provider;
    const struct cs_local_settings *settings; /* store and keys; the rest is each login's */
    char host_name[CS_KEY_HOST_SIZE];
    pthread_mutex_t mutex;   /* guards the opening of `store` */
    struct cs_store *store;  /* NULL until it could be opened */
    struct cs_factor nobody; /* judged in place of a user who has no factor, for equal time ... */
    char nobodys_setting[CS_PASSWORD_SETTING_SIZE]; /* ... and in place of one without password */
    struct cs_slots hashing; /* one for each password that may be hashed at the same time */
};

/* What judging one attempt works on. */
struct cs_trial {
    const struct cs_local *local;
    const struct cs_attempt *attempt;
    const struct cs_local_settings *settings; /* the login's */
    struct cs_transaction transaction;
    struct cs_try tried; /* as what it is counted */
    const char *user;    /* "" when there is no identity */
    int64_t now;
};

/* The slot `open` of the kind. */
enum cs_err cs_local_open(const void *settings, const struct cs_log *log,
                          struct cs_provider **ret_provider, struct cs_error *error) CS_MUST_USE;

/* The store, opened when it is needed. It stays the provider's. */
enum cs_err cs_local_store(struct cs_local *local, struct cs_store **ret_store,
                           struct cs_error *error) CS_MUST_USE;

/* As what an attempt is counted, see store/throttle.h. Borrows from the attempt. */
struct cs_try cs_tries_of(const struct cs_attempt *attempt,
                          const struct cs_local_settings *settings);

/*
 * judge() for a code or a security key's answer, in an open transaction. The failure is written
 * first and taken back when there was none: so a right answer needs no less room than a wrong one,
 * and what cannot be counted is not judged.
 */
enum cs_err cs_local_count_and_judge(struct cs_trial *trial, struct cs_outcome *outcome,
                                     struct cs_error *error) CS_MUST_USE;

/* What the provider does for security keys, in an open transaction: list_factors() ... */
enum cs_err cs_local_list_keys(const struct cs_transaction *transaction, const char *user,
                               const char *app_id, struct cs_listed_factors *ret_factors,
                               struct cs_error *error) CS_MUST_USE;

/* ... begin(), with a decoy for who has no key ... */
enum cs_err cs_local_begin_keys(const struct cs_transaction *transaction, const char *user,
                                const struct cs_key_names *names,
                                const struct cs_challenge_request *request,
                                struct cs_challenge *ret_challenge,
                                struct cs_error *error) CS_MUST_USE;

/* ... and judge(), without the counting of tries; `*ret_registered`: the user has a key, be it one
 * that may not be used. */
enum cs_err cs_local_judge_key(const struct cs_trial *trial, struct cs_outcome *outcome,
                               bool *ret_registered, struct cs_error *error) CS_MUST_USE;

/* Whether an answer has the form of a key's at all. */
bool cs_local_fits_key(const struct cs_secret *answer);

/* judge() for a password. */
enum cs_err cs_local_judge_password(struct cs_local *local, const struct cs_call *call,
                                    const struct cs_attempt *attempt,
                                    struct cs_outcome *ret_outcome,
                                    struct cs_error *error) CS_MUST_USE;

#endif
