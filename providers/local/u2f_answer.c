/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of security keys. Only the counter is kept, and it only grows. */
#include <stdio.h>

#include "base/clock.h"
#include "providers/local/key_secret.h"
#include "providers/local/local_priv.h"
#include "providers/local/u2f_keys.h"
#include "u2f/challenge.h"
#include "u2f/origins.h"
#include "u2f/verify.h"

/* What an answer must prove. */
struct claim {
    const struct cs_u2f_public_key *key; /* NULL: nobody's */
    const struct cs_u2f_request *asked;
    const struct cs_u2f_assertion *assertion;
    bool must_verify;
};

/* Whether the key signed this challenge for that origin. The answer is verified once with each
 * algorithm, because the time it takes must tell neither who has a key nor of which kind. */
static enum cs_err signed_for(const struct claim *claim, const char *origin, bool *ret_signed,
                              struct cs_error *error)
{
    unsigned char app_hash[CS_U2F_HASH_BYTES], client_hash[CS_U2F_HASH_BYTES];
    enum cs_err result = cs_u2f_app_hash(claim->asked->app_id, app_hash, error);

    if (result == CS_OK)
        result = cs_u2f_client_hash(CS_U2F_AUTHENTICATE, claim->asked->challenge, origin,
                                    client_hash, error);
    for (int i = 0; i < CS_U2F_ALGORITHMS && result == CS_OK; i++) {
        bool own = claim->key != NULL && claim->key->algorithm == (enum cs_u2f_algorithm)i;

        result = cs_u2f_verify_assertion(own ? claim->key : &cs_u2f_nobodys_keys[i], app_hash,
                                         client_hash, claim->assertion, claim->must_verify, error);
        *ret_signed = *ret_signed || (own && result == CS_OK);
        if (result == CS_ERR_INPUT)
            result = CS_OK;
    }
    return result;
}

static enum cs_err signed_for_any(const struct claim *claim, const char *origins, bool *ret_signed,
                                  struct cs_error *error)
{
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    for (size_t i = 0; i < list.count && result == CS_OK && !*ret_signed; i++)
        result = signed_for(claim, list.items[i], ret_signed, error);
    return result;
}

/* The counter comes last: only an answer that the key itself signed may spend it, or show that it
 * went back. `before` is the counter known when the challenge began: of two challenges open at
 * once, one may be signed first and arrive second. Such an answer is refused, but does not show
 * that the key was copied. */
static enum cs_err spend_counter(const struct cs_trial *trial, const struct cs_factor *key,
                                 uint32_t counter, int64_t before, struct cs_outcome *outcome,
                                 struct cs_error *error)
{
    /* A key that has no counter always says 0 (WebAuthn, section 6.1.1); one that has one never
     * says it again. */
    bool none = counter == 0 && key->last_step <= 0;
    bool won = false, marked;
    enum cs_err result = cs_factor_spend(&trial->transaction, key->id, counter, 0, &won, error);

    if (result != CS_OK)
        return result;
    if (won || none) {
        outcome->judgement = CS_JUDGED_RIGHT;
        outcome->reason = CS_REASON_U2F;
        return won ? CS_OK : cs_factor_note_use(&trial->transaction, key->id, error);
    }
    outcome->reason = CS_REASON_OUT_OF_ORDER;
    if (counter > before)
        return CS_OK;
    outcome->reason = CS_REASON_COUNTER_WENT_BACK;
    (void)snprintf(outcome->alert, sizeof outcome->alert,
                   "the counter of a security key went back, from %lld to %lu: there may be a copy "
                   "of it, and it is no longer accepted; factor %lld of '%s'",
                   (long long)key->last_step, (unsigned long)counter, (long long)key->id,
                   trial->user);
    return cs_factor_suspect(&trial->transaction, key->id, &marked, error);
}

/* The key at the place in the request that the answer names. Keys may have come and gone since. */
static const struct cs_factor *find_key(const struct cs_keys *keys,
                                        const struct cs_u2f_handle *handle,
                                        struct cs_u2f_public_key *ret_key)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct cs_u2f_handle own;

        if (cs_key_get(keys->items[i], ret_key, &own) && own.length == handle->length &&
            cs_equal_ct(own.bytes, handle->bytes, own.length))
            return keys->items[i];
    }
    return NULL;
}

/* A key that signed, but did not verify its user though it had to: the log must say which of the
 * two went wrong. */
static enum cs_err explain(const struct claim *claim, const char *origins,
                           struct cs_outcome *outcome, struct cs_error *error)
{
    struct claim less = *claim;
    bool is_signed = false;
    enum cs_err result;

    less.must_verify = false;
    result = signed_for_any(&less, origins, &is_signed, error);
    if (is_signed)
        outcome->reason = CS_REASON_NOT_VERIFIED;
    return result;
}

static enum cs_err judge_answer(const struct cs_trial *trial, const struct cs_keys *keys,
                                const struct cs_keys_asked *asked, struct cs_outcome *outcome,
                                struct cs_error *error)
{
    const struct cs_u2f_request *request = &asked->request;
    const struct cs_secret *line = trial->attempt->answer;
    const char *origins = cs_key_names(trial->settings, trial->local->host_name).origins;
    const struct cs_factor *key;
    struct cs_u2f_public_key public_key;
    struct cs_u2f_answer answer;
    struct claim claim = {.asked = request, .assertion = &answer.assertion};
    struct cs_error reason = {0};
    bool is_signed = false;
    enum cs_err result;

    outcome->reason = CS_REASON_WRONG_FORM;
    if (cs_u2f_read_answer(line->data, line->length, request->handle_count, &answer, &reason) !=
        CS_OK)
        return CS_OK;
    outcome->reason = CS_REASON_NOT_TOUCHED;
    if ((answer.assertion.flags & CS_U2F_USER_PRESENT) == 0)
        return CS_OK;
    key = find_key(keys, &request->handles[answer.key], &public_key);
    outcome->reason = key != NULL ? CS_REASON_WRONG_SIGNATURE : CS_REASON_NOT_ENROLLED;
    claim.key = key != NULL ? &public_key : NULL;
    claim.must_verify = request->verification == CS_U2F_REQUIRED ||
                        (key != NULL && (key->key_flags & CS_KEY_VERIFIES) != 0);
    result = signed_for_any(&claim, origins, &is_signed, error);
    if (result == CS_OK && is_signed && key != NULL)
        return spend_counter(trial, key, answer.assertion.counter, asked->counters[answer.key],
                             outcome, error);
    if (result == CS_OK && claim.must_verify &&
        (answer.assertion.flags & CS_U2F_USER_VERIFIED) == 0)
        result = explain(&claim, origins, outcome, error);
    return result;
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
    const struct cs_keys_asked *asked;
    struct cs_keys keys = {0};
    enum cs_err result =
        cs_factor_load(&trial->transaction, trial->user, CS_STORED_U2F, &factors, error);

    *ret_registered = factors.count > 0;
    if (result != CS_OK)
        return result;
    outcome->reason = CS_REASON_NO_CHALLENGE;
    if (challenge == NULL || challenge->state == NULL)
        return CS_OK;
    outcome->reason = CS_REASON_EXPIRED;
    if (cs_clock_ms() > challenge->expires)
        return CS_OK;
    asked = challenge->state;
    cs_keys_choose(&factors, asked->request.app_id, &keys);
    result = judge_answer(trial, &keys, asked, outcome, error);
    /* Lets the log say why nothing that this user does can help. */
    if (keys.count == 0 && factors.count > 0)
        outcome->reason = CS_REASON_NO_USABLE_KEY;
    return result;
}
