/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security keys: which a user has, a challenge for all of them, what one of them answered. A
 * challenge is known to the login that began it and to nobody else, so that it is used once; what
 * is kept here is the counter, which only grows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lower.h"
#include "providers/local/local_priv.h"
#include "store/decoy.h"
#include "u2f/base64url.h"
#include "u2f/challenge.h"
#include "u2f/origins.h"
#include "u2f/relay.h"
#include "u2f/verify.h"

_Static_assert((int)CS_U2F_PUBLIC_KEY_BYTES + (int)CS_U2F_HANDLE_MAX <= (int)CS_FACTOR_SECRET_MAX,
               "a key and its handle are one secret");
_Static_assert((int)CS_FACTORS_PER_KIND_MAX <= (int)CS_U2F_RELAY_HANDLES,
               "one request holds every key of a user");

/* What this provider remembers of a challenge: the request as it was made, and the counter that
 * each of its handles had then. */
struct asked {
    struct cs_u2f_request request;
    int64_t counters[CS_U2F_RELAY_HANDLES];
};

/* ---- which keys ---- */

/* Those that may be used, newest first; borrowed from `all`. */
struct keys {
    const struct cs_factor *items[CS_U2F_RELAY_HANDLES];
    size_t count;
};

static void choose_keys(const struct cs_factors *all, const char *app_id, struct keys *ret_keys)
{
    for (size_t i = all->count; i-- > 0 && ret_keys->count < CS_ARRAY_SIZE(ret_keys->items);) {
        const struct cs_factor *factor = &all->items[i];

        if (!factor->suspect && app_id != NULL && strcmp(factor->app_id, app_id) == 0)
            ret_keys->items[ret_keys->count++] = factor;
    }
}

static bool split_secret(const struct cs_factor *factor, struct cs_u2f_handle *ret_handle)
{
    size_t length = factor->secret.length;

    if (length <= CS_U2F_PUBLIC_KEY_BYTES || length > CS_U2F_PUBLIC_KEY_BYTES + CS_U2F_HANDLE_MAX)
        return false;
    ret_handle->length = length - CS_U2F_PUBLIC_KEY_BYTES;
    memcpy(ret_handle->bytes, factor->secret.data + CS_U2F_PUBLIC_KEY_BYTES, ret_handle->length);
    return true;
}

enum cs_err cs_local_list_keys(const struct cs_transaction *transaction, const char *user,
                               const char *app_id, struct cs_listed_factors *ret_factors,
                               struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_listed_factor listed = {.kind = CS_FACTOR_U2F};
    struct keys keys = {0};
    enum cs_err result = cs_factor_list(transaction, user, CS_STORED_U2F, &factors, error);

    if (result != CS_OK)
        return result;
    choose_keys(&factors, app_id, &keys);
    if (keys.count == 0) {
        ret_factors->withheld = ret_factors->withheld || factors.count > 0;
        return CS_OK;
    }
    if (keys.count == 1)
        memcpy(listed.name, keys.items[0]->label, sizeof keys.items[0]->label);
    return cs_listed_factors_add(ret_factors, &listed, error);
}

/* ---- the challenge ---- */

static void free_asked(void *state)
{
    cs_wipe(state, sizeof(struct asked));
    free(state);
}

static enum cs_err write_line(const struct cs_u2f_request *request, char **ret_line,
                              struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_u2f_write_request(request, &line, error);

    if (result != CS_OK)
        return result;
    *ret_line = line.failed ? NULL : strdup(line.text);
    return *ret_line != NULL ? CS_OK : cs_fail_nomem(error);
}

/* A key of this machine signs for the first of the origins. */
static enum cs_err set_origin(const char *origins, struct cs_challenge *ret_challenge,
                              struct cs_error *error)
{
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    _Static_assert((int)CS_U2F_ORIGIN_MAX < (int)CS_CHALLENGE_ORIGIN_SIZE, "an origin fits");
    if (result == CS_OK)
        memcpy(ret_challenge->origin, list.items[0], sizeof list.items[0]);
    return result;
}

/* Fills the challenge for what `asked` names. */
static enum cs_err make_challenge(struct asked *asked, const char *origins, unsigned seconds,
                                  struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer id = {0};
    struct cs_u2f_request *request = &asked->request;
    enum cs_err result = cs_u2f_new_challenge(request->challenge, error);

    if (result == CS_OK)
        result = set_origin(origins, ret_challenge, error);
    if (result != CS_OK)
        return result;
    cs_base64url_add(&id, request->challenge, sizeof request->challenge);
    if (id.failed || id.length >= sizeof ret_challenge->id)
        return cs_fail_nomem(error);
    memcpy(ret_challenge->id, id.text, id.length + 1);
    ret_challenge->expires = cs_clock_ms() + (int64_t)seconds * 1000;
    return write_line(request, &ret_challenge->request, error);
}

/* The name as it may be written in several ways, by some directories: in lower case, without the
 * domain. */
static void fold_name(const char *name, char ret_folded[CS_STORE_USER_MAX + 1])
{
    const char *domain = strrchr(name, '\\');
    size_t length = 0;

    if (domain != NULL)
        name = domain + 1;
    for (; name[length] != '\0' && name[length] != '@' && length < CS_STORE_USER_MAX; length++)
        ret_folded[length] = cs_lower(name[length]);
    ret_folded[length] = '\0';
}

/* The handles of a user's keys, with their counters. */
static enum cs_err add_keys(const struct cs_transaction *transaction, const char *user,
                            struct asked *asked, struct cs_error *error)
{
    struct cs_u2f_request *request = &asked->request;
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct keys keys = {0};
    enum cs_err result = cs_factor_load(transaction, user, CS_STORED_U2F, &factors, error);

    if (result != CS_OK)
        return result;
    choose_keys(&factors, request->app_id, &keys);
    for (size_t i = 0; i < keys.count; i++) {
        if (!split_secret(keys.items[i], &request->handles[request->handle_count]))
            continue;
        asked->counters[request->handle_count++] = keys.items[i]->last_step;
    }
    return CS_OK;
}

/* Most keys have handles of this length. */
static enum cs_err add_decoy(const struct cs_transaction *transaction, const char *name,
                             struct cs_u2f_request *asked, struct cs_error *error)
{
    struct cs_u2f_handle *handle = &asked->handles[asked->handle_count++];

    _Static_assert((int)CS_DECOY_BYTES <= (int)CS_U2F_HANDLE_MAX, "a decoy is a handle");
    handle->length = CS_DECOY_BYTES;
    return cs_decoy(transaction, name, handle->bytes, error);
}

/*
 * Nobody shall see who has no key, or no account. All ways to write a name show the same handles,
 * where the system takes them for the same account and where it does not: those of the account's
 * keys, or one decoy. A name that is no account gets no further than this, whoever's keys it asks.
 * Identities that are not their own folding are beyond this: to find them is to read all users.
 */
enum cs_err cs_local_begin_keys(const struct cs_transaction *transaction, const char *user,
                                const struct cs_key_names *names,
                                const struct cs_challenge_request *request,
                                struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct asked *asked;
    char folded[CS_STORE_USER_MAX + 1];
    enum cs_err result;

    if (strlen(names->app_id) >= sizeof asked->request.app_id)
        return cs_fail(error, CS_ERR_CONFIG, "the application id is too long");
    asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        return cs_fail_nomem(error);
    ret_challenge->state = asked;
    ret_challenge->free_state = free_asked;
    asked->request.purpose = CS_U2F_AUTHENTICATE;
    memcpy(asked->request.app_id, names->app_id, strlen(names->app_id) + 1);
    fold_name(request->name ? request->name : user, folded);
    result = add_keys(transaction, user[0] != '\0' ? user : folded, asked, error);
    if (result == CS_OK && asked->request.handle_count == 0)
        result = add_decoy(transaction, folded, &asked->request, error);
    return result == CS_OK
               ? make_challenge(asked, names->origins, request->seconds, ret_challenge, error)
               : result;
}

/* ---- the answer ---- */

/* Whether the key signed this challenge for that origin. */
static enum cs_err signed_for(const unsigned char *public_key, const struct cs_u2f_request *asked,
                              const char *origin, const struct cs_u2f_assertion *assertion,
                              bool *ret_signed, struct cs_error *error)
{
    unsigned char app_hash[CS_U2F_HASH_BYTES], client_hash[CS_U2F_HASH_BYTES];
    enum cs_err result = cs_u2f_app_hash(asked->app_id, app_hash, error);

    if (result == CS_OK)
        result =
            cs_u2f_client_hash(CS_U2F_AUTHENTICATE, asked->challenge, origin, client_hash, error);
    if (result == CS_OK)
        result = cs_u2f_verify_assertion(public_key, app_hash, client_hash, assertion, error);
    *ret_signed = result == CS_OK;
    return result == CS_ERR_INPUT ? CS_OK : result;
}

static enum cs_err signed_for_any(const unsigned char *public_key,
                                  const struct cs_u2f_request *asked, const char *origins,
                                  const struct cs_u2f_assertion *assertion, bool *ret_signed,
                                  struct cs_error *error)
{
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    *ret_signed = false;
    for (size_t i = 0; i < list.count && result == CS_OK && !*ret_signed; i++)
        result = signed_for(public_key, asked, list.items[i], assertion, ret_signed, error);
    return result;
}

/*
 * The counter comes last: only an answer that the key itself signed may spend it, or show that it
 * went back. `before` is the one that was known when the challenge began: of two challenges that
 * are open at once, one may be signed first and come second. Such an answer is refused, but no copy
 * of the key needed to be there.
 */
static enum cs_err spend_counter(const struct cs_trial *trial, const struct cs_factor *key,
                                 uint32_t counter, int64_t before, struct cs_outcome *outcome,
                                 struct cs_error *error)
{
    bool won = false;
    enum cs_err result = cs_factor_spend(&trial->transaction, key->id, counter, 0, &won, error);

    if (result != CS_OK)
        return result;
    if (won) {
        outcome->judgement = CS_JUDGED_RIGHT;
        outcome->reason = "u2f";
        return CS_OK;
    }
    outcome->reason = "out-of-order";
    if (counter > before)
        return CS_OK;
    outcome->reason = "counter-went-back";
    (void)snprintf(outcome->alert, sizeof outcome->alert,
                   "the counter of a security key went back, from %lld to %lu: there may be a copy "
                   "of it, and it is not accepted any more; factor %lld of '%s'",
                   (long long)key->last_step, (unsigned long)counter, (long long)key->id,
                   trial->user);
    return cs_factor_suspect(&trial->transaction, key->id, error);
}

/* The key that the answer names by its place in the request. Keys may have come and gone since. */
static const struct cs_factor *find_key(const struct keys *keys, const struct cs_u2f_handle *handle)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct cs_u2f_handle own;

        if (split_secret(keys->items[i], &own) && own.length == handle->length &&
            cs_equal_ct(own.bytes, handle->bytes, own.length))
            return keys->items[i];
    }
    return NULL;
}

static enum cs_err judge_answer(const struct cs_trial *trial, const struct keys *keys,
                                const struct asked *asked, struct cs_outcome *outcome,
                                struct cs_error *error)
{
    const struct cs_u2f_request *request = &asked->request;
    const struct cs_secret *line = trial->attempt->answer;
    const char *origins = cs_key_names(trial->settings, trial->local->host_name).origins;
    const struct cs_factor *key;
    struct cs_u2f_answer answer;
    struct cs_error reason = {0};
    bool is_signed = false;
    enum cs_err result;

    outcome->reason = "wrong-form";
    if (cs_u2f_read_answer(line->data, line->length, request->handle_count, &answer, &reason) !=
        CS_OK)
        return CS_OK;
    outcome->reason = "not-touched";
    if ((answer.assertion.flags & 1) == 0)
        return CS_OK;
    key = find_key(keys, &request->handles[answer.key]);
    outcome->reason = key != NULL ? "wrong-signature" : "not-enrolled";
    /* The time must not tell who has a key. */
    result =
        signed_for_any(key != NULL ? (const unsigned char *)key->secret.data : cs_u2f_nobodys_key,
                       request, origins, &answer.assertion, &is_signed, error);
    return result == CS_OK && is_signed && key != NULL
               ? spend_counter(trial, key, answer.assertion.counter, asked->counters[answer.key],
                               outcome, error)
               : result;
}

bool cs_local_fits_key(const struct cs_secret *answer)
{
    struct cs_u2f_answer read;
    struct cs_error reason = {0};

    return cs_u2f_read_answer(answer->data, answer->length, CS_U2F_RELAY_HANDLES, &read, &reason) ==
           CS_OK;
}

enum cs_err cs_local_judge_key(const struct cs_trial *trial, struct cs_outcome *outcome,
                               bool *ret_registered, struct cs_error *error)
{
    const struct cs_challenge *challenge = trial->attempt->challenge;
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    const struct asked *asked;
    struct keys keys = {0};
    enum cs_err result =
        cs_factor_load(&trial->transaction, trial->user, CS_STORED_U2F, &factors, error);

    *ret_registered = factors.count > 0;
    if (result != CS_OK)
        return result;
    outcome->reason = "no-challenge";
    if (challenge == NULL || challenge->state == NULL)
        return CS_OK;
    outcome->reason = "expired";
    if (cs_clock_ms() > challenge->expires)
        return CS_OK;
    asked = challenge->state;
    choose_keys(&factors, asked->request.app_id, &keys);
    result = judge_answer(trial, &keys, asked, outcome, error);
    /* So that the log tells why nothing that this person does can help. */
    if (keys.count == 0 && factors.count > 0)
        outcome->reason = "no-usable-key";
    return result;
}
