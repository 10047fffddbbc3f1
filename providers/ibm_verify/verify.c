/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/ibm_verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "providers/ibm_verify/verify_priv.h"

enum { CONNECT_SECONDS = 10, REQUEST_SECONDS = 30 }; /* where the settings do not say */

/* ---- the vtable ---- */

static enum cs_err verify_begin(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listed_factor *factor,
                                const struct cs_challenge_request *request,
                                struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_verify *verify = (struct cs_verify *)provider;

    if (factor->kind == CS_FACTOR_DEVICE)
        return cs_verify_send_question(verify, call, user, factor, request, ret_challenge, error);
    if (factor->kind != CS_FACTOR_TOTP && cs_verify_type(factor->kind) != NULL)
        return cs_verify_send_code(verify, call, user, factor, ret_challenge, error);
    return cs_fail(error, CS_ERR_INPUT, "nothing can be sent for such a factor");
}

static enum cs_err verify_judge(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_attempt *attempt, const struct cs_judging *judging,
                                struct cs_outcome *ret_outcome, struct cs_error *error)
{
    struct cs_verify *verify = (struct cs_verify *)provider;
    struct cs_outcome outcome = {.reason = "unknown-user"};
    enum cs_err result = CS_OK;

    (void)judging; /* windows and delays are the tenant's */
    if (attempt->identity != NULL && attempt->user != NULL && attempt->user->found) {
        if (attempt->kind == CS_FACTOR_PASSWORD)
            result = cs_verify_check_password(verify, call, attempt, &outcome, error);
        else if (attempt->kind == CS_FACTOR_TOTP)
            result = cs_verify_check_totp(verify, call, attempt, &outcome, error);
        else
            result = cs_verify_check_code(verify, call, attempt, &outcome, error);
    }
    if (result == CS_OK)
        *ret_outcome = outcome;
    return result;
}

static unsigned verify_kinds(const struct cs_provider *provider)
{
    (void)provider;
    return CS_KIND(CS_FACTOR_U2F) - 1; /* all before it */
}

static void verify_close(struct cs_provider *provider)
{
    struct cs_verify *verify = (struct cs_verify *)provider;

    cs_bearer_cache_free(&verify->tokens);
    cs_http_free(&verify->http);
    cs_trace_free(&verify->trace);
    cs_verify_settings_clear(&verify->settings);
    free(verify);
}

static const struct cs_provider_ops verify_ops = {
    .name = "verify",
    .remote = true,
    .kinds = verify_kinds,
    .find_user = cs_verify_find_user,
    .list_factors = cs_verify_list_factors,
    .begin = verify_begin,
    .judge = verify_judge,
    .poll = cs_verify_poll,
    .close = verify_close,
};

/* ---- opening ---- */

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Whether a URL leads nowhere but to this machine: 127.0.0.0/8, ::1 or localhost. Of an address
 * every octet must be one, so that 127.example.com is a name. */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"localhost", "[::1]"};
    const char *host = strstr(url, "://");
    size_t length;

    host = host != NULL ? host + 3 : url;
    length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    for (size_t i = 0; i < CS_ARRAY_SIZE(hosts); i++) {
        if (length == strlen(hosts[i]) && strncmp(host, hosts[i], length) == 0)
            return true;
    }
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == length;
}

static enum cs_err check_settings(const struct cs_verify_settings *settings, struct cs_error *error)
{
    if (settings == NULL || !settings->given)
        return cs_fail(error, CS_ERR_CONFIG,
                       "provider is verify, but no tenant is configured: the section ibm-auth-api "
                       "is missing");
    if (!is_set(settings->base_url))
        return cs_fail(error, CS_ERR_CONFIG, "ibm-auth-api has no host");
    if (settings->access_token.length == 0 && !is_set(settings->client_id))
        return cs_fail(error, CS_ERR_CONFIG, "ibm-auth-api has no client-id");
    if (settings->access_token.length == 0 && settings->client_secret.length == 0)
        return cs_fail(error, CS_ERR_CONFIG, "ibm-auth-api has no client-secret");
    if (strncmp(settings->base_url, "https://", 8) != 0 && !is_loopback(settings->base_url))
        return cs_fail(error, CS_ERR_CONFIG,
                       "ibm-auth-api: protocol http is for this machine alone; %s is another",
                       settings->base_url);
    return CS_OK;
}

static enum cs_err open_trace(struct cs_verify *verify, struct cs_error *error)
{
    const struct cs_verify_settings *settings = &verify->settings;
    const struct cs_trace_settings trace = {.path = settings->trace_file,
                                            .rollover = settings->trace_rollover,
                                            .local_time = settings->trace_localtime,
                                            .prefix_all = settings->trace_prefix_all,
                                            .log = verify->log};

    if (!is_set(settings->trace_file))
        return CS_OK;
    verify->trace = cs_trace_new(&trace);
    return verify->trace != NULL ? CS_OK : cs_fail_nomem(error);
}

static unsigned milliseconds(unsigned seconds, unsigned otherwise)
{
    return (seconds > 0 && seconds < 3600 ? seconds : otherwise) * 1000;
}

static enum cs_err open_http(struct cs_verify *verify, struct cs_error *error)
{
    const struct cs_verify_settings *settings = &verify->settings;
    const struct cs_http_settings http = {
        .base_url = settings->base_url,
        .proxy = settings->proxy,
        .proxy_set = settings->proxy_set,
        .proxy_tunnel = settings->proxy_tunnel,
        .ca_file = settings->ca_file,
        .ca_path = settings->ca_path,
        .max_handles = settings->max_handles,
        .connect_ms = milliseconds(settings->connect_timeout, CONNECT_SECONDS),
        .total_ms = milliseconds(settings->request_timeout, REQUEST_SECONDS),
        .trace = verify->trace};
    const struct cs_bearer_settings token = {.path = settings->token_path,
                                             .client_id = settings->client_id,
                                             .client_secret = &settings->client_secret};
    enum cs_err result = cs_http_new(&http, &verify->http, error);

    if (result != CS_OK || settings->access_token.length > 0)
        return result;
    verify->tokens = cs_bearer_cache_new(verify->http, &token);
    return verify->tokens != NULL ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_verify_open(const struct cs_provider_settings *settings,
                           struct cs_provider **ret_provider, struct cs_error *error)
{
    enum cs_err result = check_settings(settings->verify, error);
    struct cs_verify *verify;

    if (result != CS_OK)
        return result;
    verify = calloc(1, sizeof *verify);
    if (verify == NULL)
        return cs_fail_nomem(error);
    verify->provider.ops = &verify_ops;
    verify->log = settings->log;
    if (!cs_verify_settings_copy(settings->verify, &verify->settings))
        result = cs_fail_nomem(error);
    if (result == CS_OK)
        result = open_trace(verify, error);
    if (result == CS_OK)
        result = open_http(verify, error);
    if (result != CS_OK) {
        verify_close(&verify->provider);
        return result;
    }
    *ret_provider = &verify->provider;
    return CS_OK;
}
