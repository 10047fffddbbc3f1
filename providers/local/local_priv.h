/* SPDX-License-Identifier: Apache-2.0 */
/* The local provider's internals, for the files in this folder. */
#ifndef CS_PROVIDERS_LOCAL_LOCAL_PRIV_H
#define CS_PROVIDERS_LOCAL_LOCAL_PRIV_H

#include <pthread.h>

#include "providers/enrolling.h"
#include "providers/local/hash.h"
#include "providers/local/key_names.h"
#include "providers/local/local.h"
#include "providers/local/slots.h"
#include "store/factor.h"
#include "store/throttle.h"

struct cs_local {
    struct cs_provider provider;
    const struct cs_local_settings *settings; /* store and keys; the rest comes with each login */
    char host_name[CS_KEY_HOST_SIZE];
    pthread_mutex_t mutex;   /* guards the opening of `store` */
    struct cs_store *store;  /* NULL until it can be opened */
    struct cs_factor nobody; /* judged in place of the factors that a user lacks ... */
    char nobodys_setting[CS_PASSWORD_SETTING_SIZE]; /* ... and in place of a missing password */
    struct cs_slots hashing; /* one for each password that may be hashed at once */
};

/* The slot self (providers/self_service.h). */
extern const struct cs_self_ops cs_local_self;

/* What judging an attempt works on. */
struct cs_trial {
    const struct cs_local *local;
    const struct cs_attempt *attempt;
    const struct cs_local_settings *settings; /* the login's */
    struct cs_transaction transaction;
    struct cs_try tried;      /* what it is counted as */
    const char *user;         /* "" if there is no identity */
    const struct cs_uid *uid; /* of the account, to be compared; NULL: not */
    int64_t now;
};

/* The slot `open` of the kind. */
enum cs_err cs_local_open(const void *settings, const struct cs_log *log,
                          struct cs_provider **ret_provider, struct cs_error *error) CS_MUST_USE;

/* cs_store_run in the provider's store, which is opened when needed and kept. */
enum cs_err cs_local_in_store(struct cs_local *local, enum cs_store_access access,
                              cs_store_work *work, void *context,
                              struct cs_error *error) CS_MUST_USE;

/* The store itself, opened if it is not open yet; it stays the provider's. */
enum cs_err cs_local_open_store(struct cs_local *local, struct cs_store **ret_store,
                                struct cs_error *error) CS_MUST_USE;

/* find_user(): a user without a factor here is not known here, and judge() finds that out; but one
 * who is suspended is not found. */
enum cs_err cs_local_find_user(struct cs_provider *provider, const struct cs_call *call,
                               const char *identity, struct cs_provider_user *ret_user,
                               struct cs_error *error) CS_MUST_USE;

/* account(): only a suspended user may not log in; about others there is nothing to say. */
enum cs_err cs_local_account(struct cs_provider *provider, const struct cs_call *call,
                             const struct cs_provider_user *user, struct cs_standing *ret_standing,
                             struct cs_error *error) CS_MUST_USE;

/* The slot shown_time. */
enum cs_err cs_local_shown_time(struct cs_provider *provider, int64_t *ret_time,
                                struct cs_error *error) CS_MUST_USE;

/* Why nothing that is stored for the user may be accepted. */
struct cs_local_bar {
    enum cs_reason reason; /* CS_REASON_NONE: there is no reason */
    bool unowned;          /* nobody knows whose it is, but the account is known */
};

/* In an open transaction. `uid` as in struct cs_trial. Until it returns CS_OK the reason is that
 * the user is suspended: who forgets to look refuses. */
enum cs_err cs_local_find_bar(const struct cs_transaction *transaction, const char *user,
                              const struct cs_uid *uid, struct cs_local_bar *ret_bar,
                              struct cs_error *error) CS_MUST_USE;

/* The uid that a login's account is compared by: see uid_check. */
const struct cs_uid *cs_local_uid(const struct cs_call *call);

/* What an attempt is counted as; see store/throttle.h. Borrows from the attempt. */
struct cs_try cs_tries_of(const struct cs_attempt *attempt,
                          const struct cs_local_settings *settings);

/* judge() for a code or a security key's answer, in an open transaction. The failure is written
 * first and taken back if there was none. So a right answer needs no less room than a wrong one,
 * and what cannot be counted is not judged. */
enum cs_err cs_local_count_and_judge(struct cs_trial *trial, struct cs_outcome *outcome,
                                     struct cs_error *error) CS_MUST_USE;

/* Of a spent code that came again: counts once, however often it comes. */
enum cs_err cs_local_note_repeat(const struct cs_trial *trial, const struct cs_factor *factor,
                                 int64_t step, enum cs_reason reason, struct cs_outcome *outcome,
                                 struct cs_error *error) CS_MUST_USE;

/* Compares `code` with those of a HOTP factor, in an open transaction; the failure is counted.
 * `*ret_found`: it is one of the factor's, and need not be compared with other factors'. */
enum cs_err cs_local_judge_hotp(const struct cs_trial *trial, const struct cs_factor *factor,
                                const struct cs_secret *code, bool *ret_found,
                                struct cs_outcome *outcome, struct cs_error *error) CS_MUST_USE;

/* The provider's functions for security keys, in an open transaction: list_factors() ... */
enum cs_err cs_local_list_keys(const struct cs_transaction *transaction, const char *user,
                               const char *app_id, struct cs_listed_factors *ret_factors,
                               struct cs_error *error) CS_MUST_USE;

/* ... begin(), with a decoy for a user without a key ... */
enum cs_err cs_local_begin_keys(const struct cs_transaction *transaction, const char *user,
                                const struct cs_key_names *names,
                                const struct cs_challenge_request *request,
                                struct cs_challenge *ret_challenge,
                                struct cs_error *error) CS_MUST_USE;

/* ... and judge(), without counting tries. `*ret_registered`: the user has a key, even if it may
 * not be used. */
enum cs_err cs_local_judge_key(const struct cs_trial *trial, struct cs_outcome *outcome,
                               bool *ret_registered, struct cs_error *error) CS_MUST_USE;

/* Whether an answer has the form of a key's. */
bool cs_local_fits_key(const struct cs_secret *answer);

/* judge() for a password. */
enum cs_err cs_local_judge_password(struct cs_local *local, const struct cs_call *call,
                                    const struct cs_attempt *attempt,
                                    struct cs_outcome *ret_outcome,
                                    struct cs_error *error) CS_MUST_USE;

/* Enrolling at a login. */
extern const struct cs_enrolling_ops cs_local_enrolling;

struct cs_enrolment;

/* Copies the recovery codes of a saved enrolment as users type them. */
enum cs_err cs_local_show_codes(const struct cs_enrolment *enrolment,
                                struct cs_enrolling *enrolling, struct cs_error *error) CS_MUST_USE;

#endif
