/* SPDX-License-Identifier: Apache-2.0 */
/* The provider for OpenID Connect: the vtable, and opening it. */
#include "providers/openid/openid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/libcurl.h"

/* ---- users and their factors ---- */

/* CIBA tells only with the request whether the user is known, and the device grant only in the end
 * who signed in. */
static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    (void)provider;
    (void)call;
    if (strlen(identity) >= sizeof ret_user->name)
        return cs_fail(error, CS_ERR_INPUT, "the identity is too long for an OpenID provider");
    ret_user->found = true;
    (void)snprintf(ret_user->name, sizeof ret_user->name, "%s", identity);
    return CS_OK;
}

static unsigned kinds_of(const struct cs_provider *provider)
{
    const struct cs_openid *openid = (const struct cs_openid *)provider;

    return (openid->client.id != NULL ? CS_KIND(CS_FACTOR_DEVICE) : 0) | CS_KIND(CS_FACTOR_BROWSER);
}

/* What this machine's clients and the server can do of what is asked for. */
static unsigned usable(const struct cs_openid *openid, const struct cs_openid_settings *login,
                       const struct cs_openid_metadata *metadata, unsigned kinds)
{
    bool silent_push = openid->settings->quiet_parameter != NULL;

    /* Without a way to ask for silence, signing in with a browser is one. */
    if (login->suppress_notification && !silent_push && (kinds & CS_KIND(CS_FACTOR_DEVICE)) != 0)
        kinds = (kinds & ~CS_KIND(CS_FACTOR_DEVICE)) | CS_KIND(CS_FACTOR_BROWSER);
    if (openid->client.id == NULL || metadata->ciba_endpoint == NULL || !metadata->polls)
        kinds &= ~CS_KIND(CS_FACTOR_DEVICE);
    if (metadata->device_endpoint == NULL)
        kinds &= ~CS_KIND(CS_FACTOR_BROWSER);
    return kinds & (CS_KIND(CS_FACTOR_DEVICE) | CS_KIND(CS_FACTOR_BROWSER));
}

/* Before anybody is asked: an approval whose ID token cannot count is worth nothing. */
static enum cs_err check_metadata(const struct cs_openid *openid,
                                  const struct cs_openid_metadata *metadata, unsigned kinds,
                                  struct cs_error *error)
{
    if (kinds == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the provider's metadata have none of the endpoints that auth_method needs: "
                       "backchannel_authentication_endpoint with poll mode for an approval on a "
                       "phone, device_authorization_endpoint for a browser");
    if ((openid->algorithms & metadata->algorithms) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the provider signs with none of the algorithms in id-token-algorithms; its "
                       "metadata name them in id_token_signing_alg_values_supported");
    return CS_OK;
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    static const enum cs_factor_kind order[] = {CS_FACTOR_DEVICE, CS_FACTOR_BROWSER};
    struct cs_openid *openid = (struct cs_openid *)provider;
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_shared_end) struct cs_shared_use use = {0};
    enum cs_err result = cs_shared_begin(openid->metadata, &http, &use, error);
    unsigned kinds = 0;

    (void)user;
    if (result != CS_OK)
        return result;
    kinds = usable(openid, cs_openid_login(call), cs_shared_value(&use), listing->kinds);
    result = check_metadata(openid, cs_shared_value(&use), kinds, error);
    for (size_t i = 0; i < CS_ARRAY_SIZE(order) && result == CS_OK; i++) {
        const struct cs_listed_factor factor = {.kind = order[i], .id = "openid"};

        if ((kinds & CS_KIND(order[i])) != 0)
            result = cs_listed_factors_add(ret_factors, &factor, error);
    }
    return result;
}

/* ---- challenges ---- */

/* The keys come first: once somebody has approved, it is late to find that they cannot be had. */
static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_openid *openid = (struct cs_openid *)provider;
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_shared_end) struct cs_shared_use keys = {0};
    enum cs_err result = cs_shared_begin(openid->keys, &http, &keys, error);

    ret_challenge->unsent = true;
    if (result != CS_OK)
        return result;
    if (factor->kind == CS_FACTOR_DEVICE)
        return cs_openid_begin_ciba(openid, call, user, request, ret_challenge, error);
    return cs_openid_begin_device_grant(openid, call, request, ret_challenge, error);
}

/* Nothing is typed here that could be right: whoever gets a prompt has no factor. */
static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    (void)provider;
    (void)call;
    (void)attempt;
    (void)error;
    *ret_outcome = (struct cs_outcome){.reason = CS_REASON_NOT_ENROLLED};
    return CS_OK;
}

static void close_openid(struct cs_provider *provider)
{
    struct cs_openid *openid = (struct cs_openid *)provider;

    cs_shared_free(&openid->keys);
    cs_shared_free(&openid->metadata);
    cs_server_pool_free(&openid->servers);
    cs_trace_free(&openid->trace);
    cs_private_key_free(&openid->key);
    free(openid);
}

static const struct cs_provider_ops ops = {
    .name = "openid",
    .remote = true,
    .kinds = kinds_of,
    .find_user = find_user,
    .list_factors = list_factors,
    .begin = begin,
    .judge = judge,
    .poll = cs_openid_poll,
    .close = close_openid,
};

/* ---- opening ---- */

static void set_clients(struct cs_openid *openid)
{
    const struct cs_openid_settings *settings = openid->settings;

    openid->client = (struct cs_openid_client){
        .id = settings->client_id,
        .secret = settings->client_secret ? settings->client_secret : settings->secret_of_file,
        .authentication = settings->authentication,
        .key = openid->key};
    openid->device_client = openid->client;
    if (settings->device_client_id == NULL)
        return;
    openid->device_client = (struct cs_openid_client){
        .id = settings->device_client_id,
        .secret = settings->device_client_secret ? settings->device_client_secret
                                                 : settings->device_secret_of_file,
        .authentication = settings->device_authentication,
        .key = openid->key};
}

static enum cs_err open_key(struct cs_openid *openid, struct cs_error *error)
{
    const struct cs_openid_settings *settings = openid->settings;
    CS_AUTO(cs_secret_free) struct cs_secret pem = {0};

    if (!cs_openid_uses(settings, CS_OPENID_PRIVATE_KEY))
        return CS_OK;
    if (settings->key_of_file == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "%s: the client's key was not read",
                       settings->key_file);
    if (cs_secret_set(&pem, settings->key_of_file, strlen(settings->key_of_file)) != CS_OK)
        return cs_fail_nomem(error);
    return cs_private_key_read(settings->key_file, &pem, &openid->key, error);
}

static enum cs_err open_servers(struct cs_openid *openid, struct cs_error *error)
{
    const struct cs_openid_settings *settings = openid->settings;
    struct cs_http_settings http = cs_connection_http(&settings->connection, openid->trace);
    const struct cs_shared_settings metadata = {.fetch = cs_openid_fetch_metadata,
                                                .free_value = cs_openid_free_metadata,
                                                .context = openid,
                                                .what = "the provider's metadata"},
                                    keys = {.fetch = cs_openid_fetch_keys,
                                            .free_value = cs_openid_free_keys,
                                            .context = openid,
                                            .what = "the provider's keys"};

    if (cs_openid_uses(settings, CS_OPENID_MUTUAL_TLS)) {
        http.certificate = settings->certificate_of_file;
        http.private_key = settings->key_of_file;
    }
    openid->servers = cs_server_pool_new(&http);
    openid->metadata = cs_shared_new(&metadata);
    openid->keys = cs_shared_new(&keys);
    return openid->servers && openid->metadata && openid->keys ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err open_openid(const void *settings, const struct cs_log *log,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    struct cs_openid *openid = calloc(1, sizeof *openid);
    enum cs_err result;

    if (openid == NULL)
        return cs_fail_nomem(error);
    openid->provider.ops = &ops;
    openid->settings = settings;
    openid->log = log;
    result = cs_openid_algorithms(openid->settings->algorithms, &openid->algorithms, error);
    if (result == CS_OK)
        result = cs_connection_trace(&openid->settings->connection, log, &openid->trace, error);
    if (result == CS_OK)
        result = open_key(openid, error);
    if (result == CS_OK)
        result = open_servers(openid, error);
    if (result != CS_OK) {
        close_openid(&openid->provider);
        return result;
    }
    set_clients(openid);
    *ret_provider = &openid->provider;
    return CS_OK;
}

_Static_assert(sizeof(struct cs_openid_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_openid_kind = {
    .name = "openid",
    .rows = cs_openid_rows,
    .size = sizeof(struct cs_openid_settings),
    .needs_section = true,
    .check = cs_openid_check_settings,
    .load = cs_libcurl_load,
    .open = open_openid,
};
