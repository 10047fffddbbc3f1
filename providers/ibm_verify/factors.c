/* SPDX-License-Identifier: Apache-2.0 */
/* What a user has enrolled, and where else codes may be sent. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "providers/ibm_verify/verify_priv.h"

enum {
    ENROLLED = CS_KIND(CS_FACTOR_TOTP) | CS_KIND(CS_FACTOR_SMSOTP) | CS_KIND(CS_FACTOR_EMAILOTP) |
               CS_KIND(CS_FACTOR_VOICEOTP),
    TRANSIENT = CS_KIND(CS_FACTOR_TRANS_EMAILOTP) | CS_KIND(CS_FACTOR_TRANS_SMSOTP),
    TARGET_SIZE = 160 + CS_PROVIDER_ID_SIZE
};

/* ---- enrolments and devices ---- */

static enum cs_err get(struct cs_verify *verify, const struct cs_call *call,
                       struct cs_verify_request *request, struct cs_verify_reply *ret_reply,
                       struct cs_error *error)
{
    enum cs_err result;

    request->method = "GET";
    request->idempotent = true;
    result = cs_verify_call(verify, call, request, ret_reply, error);
    return result == CS_OK ? cs_verify_expect_success(request, ret_reply, error) : result;
}

/* If only TOTP is asked for, its own list is shorter. */
static enum cs_err list_enrolled(struct cs_verify *verify, const struct cs_call *call,
                                 const struct cs_verify_wanted *wanted,
                                 struct cs_listed_factors *factors, struct cs_error *error)
{
    bool totp = (wanted->listing->kinds & ENROLLED) == CS_KIND(CS_FACTOR_TOTP);
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    char target[TARGET_SIZE];
    struct cs_verify_request request = {
        .target = target,
        .what = "the list of factors",
        .entitlement = "\"Read second-factor authentication enrollment for all users\" "
                       "(readEnrollMFAMethodAnyUser)"};
    enum cs_err result;

    (void)snprintf(target, sizeof target, "/v2.0/factors%s?search=userId%%20%%3D%%20%%22%s%%22",
                   totp ? "/totp" : "", wanted->user_id);
    result = get(verify, call, &request, &reply, error);
    return result == CS_OK
               ? cs_verify_read_factors(reply.body.data, reply.body.length,
                                        totp ? "totp" : "factors", wanted, factors, error)
               : result;
}

static enum cs_err list_devices(struct cs_verify *verify, const struct cs_call *call,
                                const struct cs_verify_wanted *wanted,
                                struct cs_listed_factors *factors, struct cs_error *error)
{
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    char target[TARGET_SIZE];
    struct cs_verify_request request = {
        .target = target,
        .what = "the list of devices",
        .entitlement =
            "\"Read second-factor authentication enrollment for all users\" "
            "(readEnrollMFAMethodAnyUser) and \"Read authenticator registrations for all "
            "users\" (readAuthenticatorsAnyUser)"};
    enum cs_err result;

    (void)snprintf(target, sizeof target,
                   "/v1.0/authnmethods/signatures?search=owner%%20%%3D%%20%%22%s%%22"
                   "&_embedded=true&sort=-signatures/_embedded/id",
                   wanted->user_id);
    result = get(verify, call, &request, &reply, error);
    return result == CS_OK ? cs_verify_read_signatures(reply.body.data, reply.body.length, wanted,
                                                       factors, error)
                           : result;
}

/* ---- addresses of the record ---- */

/* Whether the look-up already returned what the record says about the kinds asked for. */
static bool is_complete(const struct cs_json_value *record, unsigned kinds)
{
    return ((kinds & CS_KIND(CS_FACTOR_TRANS_EMAILOTP)) == 0 ||
            cs_json_get(record, "emails") != NULL) &&
           ((kinds & CS_KIND(CS_FACTOR_TRANS_SMSOTP)) == 0 ||
            cs_json_get(record, "phoneNumbers") != NULL);
}

static enum cs_err read_record(struct cs_verify *verify, const struct cs_call *call,
                               const struct cs_provider_user *user, unsigned kinds,
                               struct cs_json **ret_document, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (user->record != NULL)
        result = cs_verify_parse("the user look-up", user->record, strlen(user->record),
                                 ret_document, error);
    if (result != CS_OK || is_complete(cs_json_root(*ret_document), kinds))
        return result;
    cs_json_free(ret_document);
    return cs_verify_fetch_user(verify, call, user->id, ret_document, error);
}

static enum cs_err list_addresses(struct cs_verify *verify, const struct cs_call *call,
                                  const struct cs_provider_user *user, unsigned kinds,
                                  struct cs_listed_factors *factors, struct cs_error *error)
{
    static const enum cs_factor_kind order[] = {CS_FACTOR_TRANS_EMAILOTP, CS_FACTOR_TRANS_SMSOTP};
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result = read_record(verify, call, user, kinds, &document, error);

    for (size_t i = 0; i < CS_ARRAY_SIZE(order) && result == CS_OK; i++) {
        struct cs_listed_factor factor = {.kind = order[i], .id = "transient"};

        if ((kinds & CS_KIND(order[i])) == 0)
            continue;
        if (cs_verify_address(cs_json_root(document), order[i], factor.name))
            result = cs_listed_factors_add(factors, &factor, error);
        else
            cs_log(verify->log, LOG_INFO, "the user's record has no usable %s",
                   order[i] == CS_FACTOR_TRANS_SMSOTP ? "mobile number" : "e-mail address");
    }
    return result;
}

/* ---- everything ---- */

enum cs_err cs_verify_list_factors(struct cs_provider *provider, const struct cs_call *call,
                                   const struct cs_provider_user *user,
                                   const struct cs_listing *listing,
                                   struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    struct cs_verify *verify = (struct cs_verify *)provider;
    const struct cs_verify_settings *settings = call->settings;
    const struct cs_verify_wanted wanted = {.listing = listing,
                                            .user_id = user->id,
                                            .log = verify->log,
                                            .order = settings->verify_method_order};
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
    enum cs_err result = CS_OK;

    if ((listing->kinds & ENROLLED) != 0)
        result = list_enrolled(verify, call, &wanted, &factors, error);
    if (result == CS_OK && (listing->kinds & TRANSIENT) != 0)
        result = list_addresses(verify, call, user, listing->kinds, &factors, error);
    if (result == CS_OK && (listing->kinds & CS_KIND(CS_FACTOR_DEVICE)) != 0)
        result = list_devices(verify, call, &wanted, &factors, error);
    if (result == CS_OK) {
        *ret_factors = factors;
        factors = (struct cs_listed_factors){0};
    }
    return result;
}
