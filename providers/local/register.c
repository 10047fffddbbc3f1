/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "providers/local/key_secret.h"
#include "u2f/challenge.h"
#include "u2f/credential.h"
#include "u2f/origins.h"
#include "u2f/verify.h"

_Static_assert((int)CS_PENDING_CHALLENGE_BYTES == (int)CS_U2F_CHALLENGE_BYTES,
               "a challenge is kept whole");

/* ---- the request ---- */

static enum cs_err copy_text(const char *what, const char *text, char *out, size_t size,
                             struct cs_error *error)
{
    size_t length = text ? strlen(text) : 0;

    if (length >= size || (length > 0 && !cs_is_clean(text, length)))
        return cs_fail(error, CS_ERR_INPUT,
                       "the %s is longer than %zu bytes or holds control characters", what,
                       size - 1);
    memcpy(out, text ? text : "", length + 1);
    return CS_OK;
}

enum cs_err cs_register_start(const char *user, const char *label, const char *app_id,
                              const char *origins, struct cs_pending *ret_pending,
                              struct cs_error *error)
{
    struct cs_pending *pending = ret_pending;
    const struct {
        const char *what, *text;
        char *out;
        size_t size;
    } texts[] = {
        {"user name", user, pending->user, sizeof pending->user},
        {"label", label, pending->label, sizeof pending->label},
        {"application id", app_id, pending->app_id, sizeof pending->app_id},
        {"list of origins", origins, pending->origins, sizeof pending->origins},
    };
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    *pending = (struct cs_pending){0};
    if (result == CS_OK)
        result = cs_u2f_new_challenge(pending->challenge, error);
    if (result == CS_OK)
        result = cs_user_name_check(user, error);
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts) && result == CS_OK; i++)
        result = copy_text(texts[i].what, texts[i].text, texts[i].out, texts[i].size, error);
    return result;
}

/* As much of the name as a key shows, in whole characters. */
static void copy_display_name(const char *user, char ret_name[CS_U2F_USER_MAX + 1])
{
    size_t length = strnlen(user, CS_U2F_USER_MAX);

    while (length > 0 && ((unsigned char)user[length] & 0xc0U) == 0x80)
        length--;
    memcpy(ret_name, user, length);
    ret_name[length] = '\0';
}

enum cs_err cs_register_request(const struct cs_transaction *transaction,
                                const struct cs_pending *pending,
                                const struct cs_register_wishes *wishes,
                                struct cs_u2f_request *ret_request, struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_u2f_request *request = ret_request;
    enum cs_err result = cs_factor_load(transaction, pending->user, CS_STORED_U2F, &factors, error);

    if (result == CS_OK && factors.count >= CS_FACTORS_PER_KIND_MAX)
        result = cs_fail(error, CS_ERR_LIMIT,
                         "%s has %zu security keys, and may not have more; remove one first, with "
                         "'countersign remove'",
                         pending->user, factors.count);
    if (result != CS_OK)
        return result;
    *request = (struct cs_u2f_request){
        .purpose = CS_U2F_REGISTER, .fido2 = !wishes->u2f_only, .attestation = wishes->attestation};
    if (request->fido2) {
        request->verification = (enum cs_u2f_verification)pending->verification;
        copy_display_name(pending->user, request->user);
    }
    memcpy(request->app_id, pending->app_id, sizeof pending->app_id);
    memcpy(request->challenge, pending->challenge, sizeof pending->challenge);
    for (size_t i = 0; i < factors.count; i++) {
        const struct cs_factor *factor = &factors.items[i];
        struct cs_u2f_public_key key;

        if (strcmp(factor->app_id, pending->app_id) != 0 ||
            !cs_key_get(factor, &key, &request->handles[request->handle_count]))
            continue;
        /* A key that knows U2F only did not make longer ones. */
        if (wishes->u2f_only &&
            request->handles[request->handle_count].length > CS_U2F_RELAY1_HANDLE_MAX)
            continue;
        request->handle_count++;
    }
    return CS_OK;
}

/* ---- the answer ---- */

/* One of the two forms, parsed. */
struct parsed {
    enum cs_u2f_form form;
    struct cs_u2f_registration registration;
    struct cs_u2f_credential credential; /* borrows from what the key yielded */
};

static void clear_parsed(struct parsed *parsed)
{
    cs_u2f_registration_free(&parsed->registration);
}

static enum cs_err parse(const struct cs_u2f_enrolled *enrolled, struct parsed *parsed,
                         struct cs_error *error)
{
    parsed->form = enrolled->form;
    return enrolled->form == CS_U2F_FORM_FIDO2
               ? cs_u2f_read_credential(enrolled->data, enrolled->length, &parsed->credential,
                                        error)
               : cs_u2f_read_registration(enrolled->data, enrolled->length, &parsed->registration,
                                          error);
}

static enum cs_err verify(const struct parsed *parsed, const unsigned char *app_hash,
                          const unsigned char *client_hash, struct cs_error *error)
{
    return parsed->form == CS_U2F_FORM_FIDO2
               ? cs_u2f_verify_credential(&parsed->credential, app_hash, client_hash, error)
               : cs_u2f_verify_registration(&parsed->registration, app_hash, client_hash, error);
}

/* If no origin fits, the last error says why. */
static enum cs_err verify_for_any(const struct parsed *parsed, const struct cs_pending *pending,
                                  struct cs_error *error)
{
    unsigned char app_hash[CS_U2F_HASH_BYTES], client_hash[CS_U2F_HASH_BYTES];
    struct cs_u2f_origins origins;
    struct cs_error why = {0};
    enum cs_err result = cs_u2f_app_hash(pending->app_id, app_hash, error);

    if (result == CS_OK)
        result = cs_u2f_read_origins(pending->origins, &origins, error);
    if (result != CS_OK)
        return result;
    for (size_t i = 0; i < origins.count; i++) {
        result = cs_u2f_client_hash(CS_U2F_REGISTER, pending->challenge, origins.items[i],
                                    client_hash, &why);
        if (result == CS_OK)
            result = verify(parsed, app_hash, client_hash, &why);
        if (result != CS_ERR_INPUT)
            return result == CS_OK ? CS_OK : cs_fail(error, result, "%s", why.text);
    }
    return cs_fail(error, CS_ERR_INPUT,
                   "the key did not sign this request for any of the origins '%s': %s",
                   pending->origins, why.text);
}

/* The model, in hexadecimal; a key that does not tell says 0. */
static void write_aaguid(const unsigned char aaguid[CS_U2F_AAGUID_BYTES],
                         char ret_text[CS_FACTOR_AAGUID_MAX + 1])
{
    static const unsigned char none[CS_U2F_AAGUID_BYTES];

    _Static_assert(2 * (int)CS_U2F_AAGUID_BYTES == (int)CS_FACTOR_AAGUID_MAX, "it fits");
    ret_text[0] = '\0';
    for (size_t i = 0; i < CS_U2F_AAGUID_BYTES && !cs_equal_ct(aaguid, none, sizeof none); i++)
        (void)snprintf(ret_text + 2 * i, 3, "%02x", aaguid[i]);
}

/* Whether the key will be held to it: it has shown, in what it signed, that it can verify again
 * after the registration. What only the registration says could have been put there by anybody on
 * the way, and would lock out a key without a PIN. */
static bool verifies(const struct cs_u2f_credential *credential)
{
    return (credential->proof.flags & CS_U2F_USER_VERIFIED) != 0;
}

/* A key that verifies nobody would be refused at every login. Without an attestation nobody signed
 * the flags of the registration, but the key signed those of the proof. */
static enum cs_err check_verified(const struct parsed *parsed, const struct cs_pending *pending,
                                  struct cs_error *error)
{
    if (pending->verification != CS_U2F_REQUIRED)
        return CS_OK;
    if (parsed->form != CS_U2F_FORM_FIDO2)
        return cs_fail(error, CS_ERR_INPUT,
                       "the key knows U2F only, which has no PIN, but user verification is "
                       "required (u2f_verification)");
    if ((parsed->credential.flags & CS_U2F_USER_VERIFIED) == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "the key did not make sure of who touched it, by a PIN or a fingerprint, "
                       "but that is required (u2f_verification): set a PIN on the key first");
    if (!verifies(&parsed->credential))
        return cs_fail(error, CS_ERR_INPUT,
                       "the registration says that the key made sure of who touched it, but the "
                       "key's own proof does not, and that is required (u2f_verification): use an "
                       "up-to-date countersign-touch, and a key with a PIN");
    return CS_OK;
}

static enum cs_err keep_key(const struct parsed *parsed, struct cs_factor *factor,
                            struct cs_error *error)
{
    const struct cs_u2f_credential *credential = &parsed->credential;

    if (parsed->form != CS_U2F_FORM_FIDO2)
        return cs_key_put(&parsed->registration.public_key, &parsed->registration.handle, factor,
                          error);
    if (verifies(credential))
        factor->key_flags |= CS_KEY_VERIFIES;
    write_aaguid(credential->aaguid, factor->aaguid);
    return cs_key_put(&credential->public_key, &credential->handle, factor, error);
}

enum cs_err cs_register_finish(const struct cs_transaction *transaction,
                               const struct cs_pending *pending,
                               const struct cs_u2f_enrolled *enrolled, struct cs_factor *ret_factor,
                               bool *ret_attested, struct cs_error *error)
{
    CS_AUTO(clear_parsed) struct parsed parsed = {0};
    enum cs_err result = parse(enrolled, &parsed, error);

    if (result == CS_OK)
        result = verify_for_any(&parsed, pending, error);
    if (result == CS_OK)
        result = check_verified(&parsed, pending, error);
    if (result == CS_OK)
        result = keep_key(&parsed, ret_factor, error);
    if (result != CS_OK)
        return result;
    /* U2F's registration data always have one. */
    *ret_attested = parsed.form != CS_U2F_FORM_FIDO2 || parsed.credential.certificate_length > 0;
    ret_factor->kind = CS_STORED_U2F;
    ret_factor->last_step = -1; /* any first counter is fine */
    ret_factor->created = cs_clock_seconds();
    memcpy(ret_factor->user, pending->user, sizeof pending->user);
    memcpy(ret_factor->label, pending->label, sizeof pending->label);
    memcpy(ret_factor->app_id, pending->app_id, sizeof pending->app_id);
    return cs_factor_add(transaction, ret_factor, error);
}
