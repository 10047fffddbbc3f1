/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this machine and its provider fit together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "providers/openid/host_visit.h"
#include "providers/openid/jwks.h"

enum { CHECK_MS = 90 * 1000, CLOCK_OFF_MAX = 60 }; /* CS_ID_TOKEN_SKEW, and what servers allow */

/* ---- clock ---- */

static void check_clock(struct cs_openid_visit *visit, int64_t date, int64_t before, int64_t after)
{
    int64_t off = date < before ? before - date : date > after ? after - date : 0;

    if (date == 0) {
        cs_visit_limit(visit, "it does not say what time it is (Date), so clocks cannot be "
                              "compared");
        return;
    }
    cs_visit_number(visit, "clock_offset", "this machine's clock is ahead of the server's by", off,
                    "s");
    if (off > CLOCK_OFF_MAX || off < -CLOCK_OFF_MAX)
        cs_visit_problem(visit,
                         "this machine's clock is %lld s %s the server's; set it (NTP), or ID "
                         "tokens and signed requests are refused",
                         (long long)(off < 0 ? -off : off), off < 0 ? "behind" : "ahead of");
}

/* ---- what is announced ---- */

static void check_proof(struct cs_openid_visit *visit, const struct cs_openid_client *client,
                        const char *name, const char *what)
{
    const char *method = cs_openid_authentication_name(client->authentication);
    bool announced = (visit->announced.methods & 1U << client->authentication) != 0;

    if (client->id == NULL)
        return;
    cs_visit_fact(visit, name, what, method);
    /* RFC 8628 lets public clients in everywhere, whatever is announced. */
    if (announced || client->authentication == CS_OPENID_NONE)
        return;
    cs_visit_limit(visit,
                   visit->announced.says_methods
                       ? "%s is not among token_endpoint_auth_methods_supported"
                       : "it does not announce %s (no token_endpoint_auth_methods_supported)",
                   method);
}

static void note_server(struct cs_openid_visit *visit)
{
    const struct cs_openid *openid = visit->openid;
    const struct cs_openid_metadata *metadata = &visit->metadata;

    cs_visit_fact(visit, "token_endpoint", "token endpoint", metadata->token_endpoint);
    cs_visit_fact(visit, "jwks_uri", "keys", metadata->jwks_uri);
    cs_visit_fact(visit, "backchannel_authentication_endpoint", "approvals on a phone",
                  metadata->ciba_endpoint);
    cs_visit_fact(visit, "device_authorization_endpoint", "sign-ins with a browser",
                  metadata->device_endpoint);
    cs_visit_fact(visit, "userinfo_endpoint", "userinfo", metadata->userinfo_endpoint);
    cs_visit_fact(visit, "client_id", "client", openid->client.id);
    check_proof(visit, &openid->client, "client_authentication", "it proves itself by");
    if (openid->settings->device_client_id == NULL)
        return;
    cs_visit_fact(visit, "device_client_id", "client for browsers", openid->device_client.id);
    check_proof(visit, &openid->device_client, "device_client_authentication",
                "it proves itself by");
}

static void check_algorithms(struct cs_openid_visit *visit)
{
    unsigned both = visit->openid->algorithms & visit->metadata.algorithms;
    char names[64] = "";
    size_t used = 0;

    for (unsigned i = 0; i < CS_JOSE_ALGORITHMS; i++) {
        if ((both & CS_JOSE_BIT(i)) != 0)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? "," : "",
                                     cs_jose_name((enum cs_jose_algorithm)i));
    }
    if (both != 0)
        cs_visit_fact(visit, "id_token_algorithms", "signatures of ID tokens", names);
    else
        cs_visit_problem(visit,
                         "the server signs ID tokens with none of id-token-algorithms (%s); "
                         "allow one that it has (id_token_signing_alg_values_supported)",
                         visit->openid->settings->algorithms);
}

/* ---- what this server cannot do ---- */

static void check_flows(struct cs_openid_visit *visit)
{
    const struct cs_openid_metadata *metadata = &visit->metadata;
    bool approvals = metadata->ciba_endpoint != NULL && metadata->polls;

    if (metadata->ciba_endpoint == NULL)
        cs_visit_limit(visit, "no approvals on a phone (CIBA: no "
                              "backchannel_authentication_endpoint)");
    else if (!metadata->polls)
        cs_visit_limit(visit, "no approvals on a phone (CIBA without poll mode, the only one "
                              "without a way back to this machine)");
    if (metadata->device_endpoint == NULL)
        cs_visit_limit(visit, "no sign-ins with a browser (device grant: no "
                              "device_authorization_endpoint)");
    if ((!approvals || visit->openid->client.id == NULL) && metadata->device_endpoint == NULL)
        cs_visit_problem(visit, "nobody can log in: the server has neither CIBA in poll mode for "
                                "client-id nor the device grant; switch one of them on there");
}

static void check_user_code(struct cs_openid_visit *visit)
{
    if (visit->announced.user_code)
        return;
    if (visit->openid->settings->user_code)
        cs_visit_problem(visit, "user-code is set, but the server has no such code "
                                "(backchannel_user_code_parameter_supported); remove user-code");
    else if (visit->metadata.ciba_endpoint != NULL)
        cs_visit_limit(visit, "no PIN for requests (user_code)");
}

static void check_userinfo(struct cs_openid_visit *visit)
{
    const char *claim = visit->openid->settings->claim;

    if (visit->metadata.userinfo_endpoint != NULL)
        return;
    if (strcmp(claim, "sub") == 0)
        cs_visit_limit(visit, "no userinfo");
    else
        cs_visit_limit(visit, "no userinfo: the claim '%s' must be in the ID token", claim);
}

/* Each of `wanted`, with blanks between them; one of them is enough for a login. */
static void check_levels(struct cs_openid_visit *visit, const char *setting, const char *wanted)
{
    const struct cs_strlist *announced = &visit->announced.levels;
    size_t known = 0;

    for (const char *at = wanted; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, " ");
        char level[256] = "";

        (void)snprintf(level, sizeof level, "%.*s", (int)length, at);
        if (cs_strlist_contains(announced, level))
            known++;
        else if (length > 0)
            cs_visit_limit(visit, "%s: '%s' is not among acr_values_supported", setting, level);
        at += length + (at[length] == ' ');
    }
    if (wanted != NULL && known == 0 && announced->count > 0)
        cs_visit_problem(visit,
                         "%s: the server announces none of these levels, so no approval "
                         "proves one; choose among acr_values_supported",
                         setting);
}

/* ---- all of it ---- */

static void check_keys(struct cs_openid_visit *visit, const struct cs_http_call *http)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_jwks_free) struct cs_jwks *keys = NULL;
    struct cs_error error = {0};
    enum cs_err result = cs_openid_get(visit->openid, http, visit->metadata.jwks_uri, NULL,
                                       "the provider's keys", &text, &error);

    if (result == CS_OK)
        result = cs_jwks_read(text.data, text.length, &keys, &error);
    if (result != CS_OK) {
        cs_visit_problem(visit, "%s", error.text);
        return;
    }
    cs_visit_number(visit, "keys_usable", "keys that can be used", (int64_t)cs_jwks_count(keys),
                    "");
    cs_visit_number(visit, "keys_skipped", "keys for something else",
                    (int64_t)cs_jwks_skipped(keys), "");
}

static enum cs_err read_metadata(struct cs_openid_visit *visit, const struct cs_http_call *http,
                                 struct cs_error *error)
{
    const char *issuer = visit->openid->settings->issuer;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    int64_t before = cs_clock_seconds(), date = 0;
    enum cs_err result = cs_openid_get_metadata(visit->openid, http, &text, &date, error);
    int64_t after = cs_clock_seconds();

    if (result == CS_OK)
        result = cs_openid_metadata_read(text.data, text.length, issuer, &visit->metadata, error);
    if (result == CS_OK)
        result = cs_openid_announced_read(text.data, text.length, &visit->announced, error);
    if (result != CS_OK)
        return result;
    cs_visit_fact(visit, "issuer", "issuer", issuer);
    check_clock(visit, date, before, after);
    return CS_OK;
}

static void look_around(struct cs_openid_visit *visit)
{
    const struct cs_openid_settings *settings = visit->openid->settings;
    const struct cs_http_call http = {.deadline = visit->call.deadline, .cancel_fd = -1};
    struct cs_error error = {0};

    if (read_metadata(visit, &http, &error) != CS_OK) {
        cs_visit_problem(visit, "%s", error.text);
        return;
    }
    note_server(visit);
    check_algorithms(visit);
    check_keys(visit, &http);
    check_flows(visit);
    check_user_code(visit);
    check_userinfo(visit);
    check_levels(visit, "acr-values", settings->acr_values);
    check_levels(visit, "biometric-acr-values", settings->biometric_acr_values);
    cs_visit_clients(visit);
}

enum cs_err cs_openid_host_check(const void *settings, struct cs_openid_host *ret_host,
                                 struct cs_error *error)
{
    const struct cs_log silent = {0};
    struct cs_openid_visit visit = {
        .call = {.deadline = cs_clock_ms() + CHECK_MS, .cancel_fd = -1, .settings = settings},
        .host = ret_host};
    struct cs_provider *provider = NULL;
    struct cs_error why = {0};

    if (cs_openid_kind.open(settings, &silent, &provider, &why) == CS_OK) {
        visit.openid = (struct cs_openid *)provider;
        look_around(&visit);
        provider->ops->close(provider);
    } else {
        cs_visit_problem(&visit, "%s", why.text);
    }
    cs_openid_announced_clear(&visit.announced);
    cs_openid_metadata_clear(&visit.metadata);
    return visit.failed ? cs_fail_nomem(error) : CS_OK;
}
