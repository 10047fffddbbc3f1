/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/typed_code.h"
#include "providers/local/codes.h"
#include "providers/local/local_priv.h"
#include "providers/local/totp.h"
#include "providers/self_service.h"
#include "store/preference.h"

/* One attempt, and what it led to. */
struct judging {
    struct cs_trial trial;
    struct cs_outcome outcome;
};

static enum cs_err judge_in_store(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    struct judging *judging = context;
    enum cs_err result;

    judging->trial.transaction = *transaction;
    /* Read only now: a login that waited for the lock must not be judged by an earlier time. */
    judging->trial.now = cs_clock_seconds();
    result = cs_local_count_and_judge(&judging->trial, &judging->outcome, error);
    cs_foresee(judging->trial.attempt, &judging->outcome);
    return result;
}

static enum cs_err local_judge(struct cs_provider *provider, const struct cs_call *call,
                               const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                               struct cs_error *error)
{
    struct cs_local *local = (struct cs_local *)provider;
    struct judging judging = {.trial = {.local = local,
                                        .attempt = attempt,
                                        .settings = call->settings,
                                        .tried = cs_tries_of(attempt, call->settings),
                                        .user = attempt->identity ? attempt->identity : "",
                                        .uid = cs_local_uid(call)}};
    enum cs_err result;

    if (attempt->kind == CS_FACTOR_PASSWORD)
        return cs_local_judge_password(local, call, attempt, ret_outcome, error);
    result = cs_local_in_store(local, CS_STORE_WRITE, judge_in_store, &judging, error);
    /* What was not committed does not count. */
    if (result == CS_OK)
        *ret_outcome = judging.outcome;
    return result;
}

/* One line however many there are: an answer is compared with all of them. */
static enum cs_err list_totp(const struct cs_transaction *transaction, const char *user,
                             struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    static const struct cs_listed_factor totp = {.kind = CS_FACTOR_TOTP};
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    enum cs_err result = cs_factor_list(transaction, user, CS_STORED_CODES, &factors, error);

    if (result == CS_OK && factors.count > 0)
        result = cs_listed_factors_add(ret_factors, &totp, error);
    return result;
}

/* What to list, and where to. */
struct listing {
    const char *user, *app_id;
    bool totp, keys;
    struct cs_listed_factors *factors;
};

static enum cs_err list_in_store(const struct cs_transaction *transaction, void *context,
                                 struct cs_error *error)
{
    const struct listing *listing = context;
    enum cs_err result = CS_OK;

    if (listing->totp)
        result = list_totp(transaction, listing->user, listing->factors, error);
    if (result == CS_OK && listing->keys)
        result = cs_local_list_keys(transaction, listing->user, listing->app_id, listing->factors,
                                    error);
    return result;
}

static enum cs_err local_list_factors(struct cs_provider *provider, const struct cs_call *call,
                                      const struct cs_provider_user *user,
                                      const struct cs_listing *asked,
                                      struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    struct cs_local *local = (struct cs_local *)provider;
    struct listing listing = {.user = user->name,
                              .app_id = cs_key_names(call->settings, local->host_name).app_id,
                              .totp = (asked->kinds & CS_KIND(CS_FACTOR_TOTP)) != 0,
                              .keys = (asked->kinds & CS_KIND(CS_FACTOR_U2F)) != 0,
                              .factors = ret_factors};

    if (!listing.totp && !listing.keys)
        return CS_OK;
    return cs_local_in_store(local, CS_STORE_READ, list_in_store, &listing, error);
}

/* A challenge for security keys to begin. */
struct beginning {
    const char *user;
    struct cs_key_names names;
    const struct cs_challenge_request *request;
    struct cs_challenge *challenge;
};

static enum cs_err begin_in_store(const struct cs_transaction *transaction, void *context,
                                  struct cs_error *error)
{
    const struct beginning *beginning = context;

    return cs_local_begin_keys(transaction, beginning->user, &beginning->names, beginning->request,
                               beginning->challenge, error);
}

static enum cs_err local_begin(struct cs_provider *provider, const struct cs_call *call,
                               const struct cs_provider_user *user,
                               const struct cs_listed_factor *factor,
                               const struct cs_challenge_request *request,
                               struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_local *local = (struct cs_local *)provider;
    struct beginning beginning = {user->name, cs_key_names(call->settings, local->host_name),
                                  request, ret_challenge};

    (void)factor; /* begin() serves only security keys, and one challenge serves all of them */
    return cs_local_in_store(local, CS_STORE_READ, begin_in_store, &beginning, error);
}

/* Whose language to read, and where to. */
struct preferred {
    const char *identity;
    char *language;
};

static enum cs_err language_in_store(const struct cs_transaction *transaction, void *context,
                                     struct cs_error *error)
{
    const struct preferred *preferred = context;

    return cs_preference_language(transaction, preferred->identity, preferred->language, error);
}

static enum cs_err local_language(struct cs_provider *provider, const char *identity,
                                  char ret_language[CS_PROVIDER_LANGUAGE_SIZE],
                                  struct cs_error *error)
{
    struct preferred preferred = {identity, ret_language};

    ret_language[0] = '\0';
    return cs_local_in_store((struct cs_local *)provider, CS_STORE_READ, language_in_store,
                             &preferred, error);
}

static unsigned local_kinds(const struct cs_provider *provider)
{
    (void)provider;
    return CS_KIND(CS_FACTOR_PASSWORD) | CS_KIND(CS_FACTOR_TOTP) | CS_KIND(CS_FACTOR_U2F);
}

/* A code, a recovery code in its place, or the answer of a security key. */
static bool local_fits(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    if (kind == CS_FACTOR_PASSWORD || cs_recovery_parse(answer, &code))
        return true;
    return kind == CS_FACTOR_U2F ? cs_local_fits_key(answer) : cs_is_digits(answer);
}

/* One store is open at a time in most brokers; if there are more, the last one counts. */
static void local_measure(const struct cs_provider *provider, struct cs_measures *measures)
{
    struct cs_local *local = (struct cs_local *)(uintptr_t)provider;

    pthread_mutex_lock(&local->mutex);
    if (local->store != NULL)
        cs_store_measure(local->store, &measures->commits, &measures->waiting);
    pthread_mutex_unlock(&local->mutex);
}

static void local_close(struct cs_provider *provider)
{
    struct cs_local *local = (struct cs_local *)provider;

    cs_store_close(&local->store);
    cs_factor_clear(&local->nobody);
    cs_slots_close(&local->hashing);
    pthread_mutex_destroy(&local->mutex);
    free(local);
}

static const struct cs_provider_ops local_ops = {
    .name = "local",
    .kinds = local_kinds,
    .judges_unlisted = true,
    .spends_codes = true,
    .fits = local_fits,
    .find_user = cs_local_find_user,
    .list_factors = local_list_factors,
    .language = local_language,
    .begin = local_begin,
    .judge = local_judge,
    .account = cs_local_account,
    .shown_time = cs_local_shown_time,
    .measure = local_measure,
    .enrolling = &cs_local_enrolling,
    .self = &cs_local_self,
    .close = local_close,
};

static enum cs_err name_host(struct cs_local *local, struct cs_error *error)
{
    struct utsname host;

    if (uname(&host) != 0)
        return cs_fail_errno(error, "the name of this host cannot be read");
    cs_key_host_name(host.nodename, local->host_name);
    return CS_OK;
}

/* A factor like most users', with a key that nobody has. */
static enum cs_err make_nobody(struct cs_factor *nobody, struct cs_error *error)
{
    unsigned char key[20];
    enum cs_err result;

    if (RAND_priv_bytes(key, sizeof key) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    *nobody = (struct cs_factor){
        .algorithm = "sha1", .digits = 6, .period = 30, .last_step = INT64_MAX, .id = -1};
    result = cs_secret_set(&nobody->secret, key, sizeof key);
    cs_wipe(key, sizeof key);
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_local_open(const void *settings, const struct cs_log *log,
                          struct cs_provider **ret_provider, struct cs_error *error)
{
    struct cs_local *local = calloc(1, sizeof *local);
    enum cs_err result;

    (void)log; /* the login logs what happens here */
    if (local == NULL)
        return cs_fail_nomem(error);
    local->provider.ops = &local_ops;
    local->settings = settings;
    local->hashing.fd = -1;
    pthread_mutex_init(&local->mutex, NULL);
    result = name_host(local, error);
    if (result == CS_OK)
        result = make_nobody(&local->nobody, error);
    if (result == CS_OK)
        result = cs_password_setting(local->nobodys_setting, error);
    if (result != CS_OK) {
        local_close(&local->provider);
        return result;
    }
    *ret_provider = &local->provider;
    return CS_OK;
}
