/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/id_token.h"

#include <string.h>

#include "providers/openid/claim.h"
#include "providers/openid/jose.h"
#include "providers/openid/jws.h"

/* One rule of cs_id_token_check: true, or the refusal is in the result. */
typedef bool rule(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                  struct cs_id_token_result *result);

static bool is_text(const struct cs_json_value *value, const char *wanted)
{
    const char *text = cs_json_string(value, NULL);

    return text != NULL && strcmp(text, wanted) == 0;
}

/* ---- for whom, and by whom ---- */

static bool issuer(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                   struct cs_id_token_result *result)
{
    const char *iss = cs_json_string(cs_json_get(claims, "iss"), NULL);

    return is_text(cs_json_get(claims, "iss"), wanted->issuer) ||
           cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "iss is '%.100s', not the issuer",
                           iss != NULL ? iss : "");
}

static bool audience(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                     struct cs_id_token_result *result)
{
    const struct cs_json_value *aud = cs_json_get(claims, "aud"), *item;
    bool found = is_text(aud, wanted->client_id);

    if (cs_json_type(aud) == CS_JSON_ARRAY) {
        for (item = cs_json_first(aud); item != NULL; item = cs_json_next(item)) {
            if (cs_json_type(item) != CS_JSON_STRING)
                return cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "aud is not of texts");
            found = found || is_text(item, wanted->client_id);
        }
    }
    return found ||
           cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "aud does not have the client_id");
}

/* OpenID Connect Core section 3.1.3.7, 4 and 5. */
static bool authorised_party(const struct cs_json_value *claims,
                             const struct cs_id_token_wanted *wanted,
                             struct cs_id_token_result *result)
{
    const struct cs_json_value *azp = cs_json_get(claims, "azp");
    bool needed = cs_json_count(cs_json_get(claims, "aud")) > 1;

    if (azp == NULL && needed)
        return cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED,
                               "aud has several values and azp is missing");
    return azp == NULL || is_text(azp, wanted->client_id) ||
           cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "azp is not the client_id");
}

/* ---- when ---- */

/* The end of the year 9999: larger numbers are milliseconds, or nonsense. */
static const double time_max = 253402300799.0;

/* A token without a time that it must have makes no sense; that is not what TOKEN_TIME is for. */
static bool get_time(const struct cs_json_value *claims, const char *key,
                     struct cs_id_token_result *result, double *ret_time)
{
    return (cs_json_number(cs_json_get(claims, key), ret_time) && *ret_time >= 0.0 &&
            *ret_time <= time_max) ||
           cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "%s is missing or not a time", key);
}

/* The earliest and the latest moment that a clock as wrong as is allowed could take for now. */
static double earliest_now(const struct cs_id_token_wanted *wanted)
{
    return (double)wanted->now - (double)wanted->skew;
}

static double latest_now(const struct cs_id_token_wanted *wanted)
{
    return (double)wanted->now + (double)wanted->skew;
}

static bool expiry(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                   struct cs_id_token_result *result)
{
    double time = 0.0;

    return get_time(claims, "exp", result, &time) &&
           (time > earliest_now(wanted) ||
            cs_claim_refuse(result, CS_REASON_TOKEN_TIME, "exp was %.0f s ago",
                            (double)wanted->now - time));
}

static bool not_before(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                       struct cs_id_token_result *result)
{
    double time = 0.0;

    if (cs_json_get(claims, "nbf") == NULL)
        return true;
    return get_time(claims, "nbf", result, &time) &&
           (time <= latest_now(wanted) ||
            cs_claim_refuse(result, CS_REASON_TOKEN_TIME, "nbf is in %.0f s",
                            time - (double)wanted->now));
}

static bool issued(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                   struct cs_id_token_result *result)
{
    double time = 0.0;

    if (!get_time(claims, "iat", result, &time))
        return false;
    if (time > latest_now(wanted))
        return cs_claim_refuse(result, CS_REASON_TOKEN_TIME, "iat is in %.0f s",
                               time - (double)wanted->now);
    return time >= earliest_now(wanted) - CS_ID_TOKEN_AGE_MAX ||
           cs_claim_refuse(result, CS_REASON_TOKEN_TIME, "iat was %.0f s ago",
                           (double)wanted->now - time);
}

static bool signed_in(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                      struct cs_id_token_result *result)
{
    const struct cs_json_value *value = cs_json_get(claims, "auth_time");
    double time = 0.0, earliest = (double)wanted->not_before_auth - (double)wanted->skew;

    if (wanted->not_before_auth == 0)
        return true;
    if (!cs_json_number(value, &time) || time > time_max)
        return cs_claim_refuse(result, CS_REASON_OLD_SIGN_IN, "auth_time is %s",
                               value == NULL ? "missing" : "not a time");
    return time >= earliest || cs_claim_refuse(result, CS_REASON_OLD_SIGN_IN,
                                               "auth_time is %.0f s too early", earliest - time);
}

/* ---- how strongly ---- */

static bool is_among(const char *levels, const char *acr)
{
    const size_t length = strlen(acr);

    for (levels += strspn(levels, " "); *levels != '\0'; levels += strspn(levels, " ")) {
        size_t word = strcspn(levels, " ");

        if (word == length && strncmp(levels, acr, word) == 0)
            return true;
        levels += word;
    }
    return false;
}

static bool level(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                  struct cs_id_token_result *result)
{
    const char *acr = cs_json_string(cs_json_get(claims, "acr"), NULL);

    if (wanted->levels == NULL)
        return true;
    if (acr == NULL)
        return cs_claim_refuse(result, CS_REASON_LEVEL_MISSING, "acr is missing or not a text");
    return is_among(wanted->levels, acr) ||
           cs_claim_refuse(result, CS_REASON_LEVEL_MISSING, "acr is '%.80s'", acr);
}

/* ---- who ---- */

static bool subject(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                    struct cs_id_token_result *result)
{
    size_t length = 0;
    const char *sub = cs_json_string(cs_json_get(claims, "sub"), &length);

    (void)wanted;
    return (sub != NULL && length > 0 && length < CS_ID_TOKEN_SUBJECT_SIZE) ||
           cs_claim_refuse(result, CS_REASON_TOKEN_REFUSED, "sub is not a text of 1 to 255 bytes");
}

static rule *const rules[] = {issuer,    audience, authorised_party, expiry, not_before, issued,
                              signed_in, level,    subject};

/* All rules hold; only the identity is left. */
static void conclude(const struct cs_json_value *claims, const struct cs_id_token_wanted *wanted,
                     struct cs_id_token_result *result)
{
    const char *claim = wanted->claim != NULL ? wanted->claim : "sub";
    enum cs_id_token_state state = CS_ID_TOKEN_REFUSED;

    switch (cs_claim_judge(claims, claim, wanted->identity, result)) {
    case CS_CLAIM_RIGHT:
        state = CS_ID_TOKEN_GOOD;
        break;
    case CS_CLAIM_MISSING:
        if (wanted->claim_elsewhere_ok)
            state = CS_ID_TOKEN_CLAIM_ELSEWHERE;
        else
            (void)cs_claim_refuse(result, CS_REASON_CLAIM_MISSING, "there is no %.40s", claim);
        break;
    case CS_CLAIM_REFUSED:
        break;
    }
    if (state == CS_ID_TOKEN_REFUSED)
        return;
    *result = (struct cs_id_token_result){.state = state};
    (void)strncat(result->subject, cs_json_string(cs_json_get(claims, "sub"), NULL),
                  sizeof result->subject - 1);
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

enum cs_err cs_id_token_check(const struct cs_jwks *jwks, const char *token, size_t length,
                              const struct cs_id_token_wanted *wanted,
                              struct cs_id_token_result *ret_result, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0};
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct cs_error why = {0};
    enum cs_err err;

    *ret_result = (struct cs_id_token_result){.reason = CS_REASON_TOKEN_REFUSED};
    if (!is_given(wanted->issuer) || !is_given(wanted->client_id) || !is_given(wanted->identity) ||
        (wanted->algorithms & CS_JOSE_ALL) == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "an ID token cannot be judged without an issuer, a client_id, an identity "
                       "and an algorithm");
    err = cs_jws_verify(jwks, token, length, wanted->algorithms, &payload, &why);
    if (err == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (err != CS_OK) {
        (void)cs_claim_refuse(ret_result, CS_REASON_TOKEN_REFUSED, "%.127s", why.text);
        if (err == CS_ERR_NOT_FOUND)
            ret_result->state = CS_ID_TOKEN_KEY_UNKNOWN;
        return CS_OK;
    }
    if (!cs_claim_parse("its payload", payload.data, payload.length, &document, ret_result, error,
                        &err))
        return err;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rules); i++) {
        if (!rules[i](cs_json_root(document), wanted, ret_result))
            return CS_OK;
    }
    conclude(cs_json_root(document), wanted, ret_result);
    return CS_OK;
}
