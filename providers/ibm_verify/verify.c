/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/ibm_verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/typed_code.h"
#include "net/libcurl.h"
#include "providers/ibm_verify/settings.h"
#include "providers/ibm_verify/verify_priv.h"

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
    return cs_fail(error, CS_ERR_INPUT, "nothing can be sent to such a factor");
}

static enum cs_err verify_judge(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                                struct cs_error *error)
{
    struct cs_verify *verify = (struct cs_verify *)provider;
    struct cs_outcome outcome = {.reason = CS_REASON_UNKNOWN_USER};
    enum cs_err result = CS_OK;

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
    return CS_KIND(CS_FACTOR_PASSWORD) | CS_KIND(CS_FACTOR_TOTP) | CS_KIND(CS_FACTOR_SMSOTP) |
           CS_KIND(CS_FACTOR_EMAILOTP) | CS_KIND(CS_FACTOR_VOICEOTP) |
           CS_KIND(CS_FACTOR_TRANS_EMAILOTP) | CS_KIND(CS_FACTOR_TRANS_SMSOTP) |
           CS_KIND(CS_FACTOR_DEVICE);
}

/* The tenant decides the length and characters of the codes that it sends. */
static bool verify_fits(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    if (kind == CS_FACTOR_PASSWORD)
        return true;
    return kind == CS_FACTOR_TOTP ? cs_is_digits(answer) : cs_verify_is_code(answer);
}

static void verify_close(struct cs_provider *provider)
{
    struct cs_verify *verify = (struct cs_verify *)provider;

    cs_bearer_cache_free(&verify->tokens);
    cs_http_free(&verify->http);
    cs_trace_free(&verify->trace);
    cs_secret_free(&verify->access_token);
    free(verify);
}

static const struct cs_provider_ops verify_ops = {
    .name = "verify",
    .remote = true,
    .names_factors = true,
    .kinds = verify_kinds,
    .fits = verify_fits,
    .find_user = cs_verify_find_user,
    .list_factors = cs_verify_list_factors,
    .begin = verify_begin,
    .judge = verify_judge,
    .poll = cs_verify_poll,
    .close = verify_close,
};

/* ---- opening ---- */

static enum cs_err open_http(struct cs_verify *verify, const struct cs_verify_settings *settings,
                             struct cs_error *error)
{
    struct cs_http_settings http = cs_connection_http(&settings->connection, verify->trace);
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};

    cs_verify_base_url(settings, &url);
    if (url.failed)
        return cs_fail_nomem(error);
    http.base_url = url.text;
    return cs_http_new(&http, &verify->http, error);
}

static enum cs_err open_tokens(struct cs_verify *verify, const struct cs_verify_settings *settings,
                               struct cs_error *error)
{
    const char *text = settings->client_secret ? settings->client_secret : settings->secret_of_file;
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    const struct cs_bearer_settings bearer = {
        .path = settings->token_path, .client_id = settings->client_id, .client_secret = &secret};

    if (settings->access_token != NULL)
        return cs_secret_set(&verify->access_token, settings->access_token,
                             strlen(settings->access_token)) == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    if (text == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: the client secret was not read",
                       settings->secret_file);
    if (cs_secret_set(&secret, text, strlen(text)) == CS_OK)
        verify->tokens = cs_bearer_cache_new(verify->http, &bearer);
    return verify->tokens != NULL ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err verify_open(const void *settings, const struct cs_log *log,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    const struct cs_connection *connection =
        &((const struct cs_verify_settings *)settings)->connection;
    struct cs_verify *verify = calloc(1, sizeof *verify);
    enum cs_err result;

    if (verify == NULL)
        return cs_fail_nomem(error);
    verify->provider.ops = &verify_ops;
    verify->log = log;
    result = cs_connection_trace(connection, log, &verify->trace, error);
    if (result == CS_OK)
        result = open_http(verify, settings, error);
    if (result == CS_OK)
        result = open_tokens(verify, settings, error);
    if (result != CS_OK) {
        verify_close(&verify->provider);
        return result;
    }
    *ret_provider = &verify->provider;
    return CS_OK;
}

_Static_assert(sizeof(struct cs_verify_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_verify_kind = {
    .name = "verify",
    .rows = cs_verify_rows,
    .size = sizeof(struct cs_verify_settings),
    .needs_section = true,
    .check = cs_verify_check_settings,
    .load = cs_libcurl_load,
    .open = verify_open,
};
