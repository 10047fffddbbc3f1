/* SPDX-License-Identifier: Apache-2.0 */
/* Making a client of this machine. */
#include "providers/openid/host.h"

#include <string.h>

#include "base/clock.h"
#include "providers/openid/announced.h"
#include "providers/openid/openid.h"

enum { LOOK_MS = 30 * 1000 };

void cs_openid_host_enrolment(const void *given, struct cs_openid_enrolment *ret_enrolment)
{
    const struct cs_openid_settings *settings = given;

    *ret_enrolment = (struct cs_openid_enrolment){
        .issuer = settings->issuer,
        .client_id = settings->client_id,
        .authentication = cs_openid_authentication_name(settings->authentication),
        .secret_file = settings->secret_file,
        .key_file = settings->key_file,
        .ca_path = settings->connection.ca_path,
        .proxy = settings->connection.proxy,
        .proxy_tunnel = settings->connection.proxy_tunnel};
}

static enum cs_err fill_settings(const struct cs_openid_enrolment *wanted,
                                 struct cs_openid_settings *settings, struct cs_error *error)
{
    const struct cs_setting *row =
        cs_setting_find(cs_openid_rows, CS_FROM_SECTION, "issuer", strlen("issuer"), NULL);

    cs_settings_defaults(cs_openid_rows, CS_PROFILE_OWN, settings);
    settings->connection.ca_path = wanted->ca_path;
    if (wanted->proxy != NULL) {
        settings->connection.proxy = wanted->proxy;
        settings->connection.proxy_tunnel = wanted->proxy_tunnel;
    }
    return cs_setting_set(row, wanted->issuer, settings, error);
}

static enum cs_err look(struct cs_openid *openid, struct cs_openid_server *ret_server,
                        struct cs_error *error)
{
    const struct cs_http_call call = {.deadline = cs_clock_ms() + LOOK_MS, .cancel_fd = -1};
    CS_AUTO(cs_openid_announced_clear) struct cs_openid_announced announced = {0};
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    enum cs_err result = cs_openid_get_metadata(openid, &call, &text, NULL, error);

    if (result == CS_OK)
        result = cs_openid_metadata_read(text.data, text.length, openid->settings->issuer, false,
                                         &metadata, error);
    if (result == CS_OK)
        result = cs_openid_announced_read(text.data, text.length, &announced, error);
    if (result != CS_OK)
        return result;
    *ret_server = (struct cs_openid_server){
        .takes_basic = (announced.methods & 1U << CS_OPENID_BASIC) != 0,
        .takes_post = (announced.methods & 1U << CS_OPENID_POST) != 0,
        .takes_key = (announced.methods & 1U << CS_OPENID_PRIVATE_KEY) != 0,
        .approvals = metadata.ciba_endpoint != NULL && metadata.polls,
        .browser = metadata.device_endpoint != NULL};
    return CS_OK;
}

enum cs_err cs_openid_host_look(const struct cs_openid_enrolment *wanted,
                                struct cs_openid_server *ret_server, struct cs_error *error)
{
    const struct cs_log silent = {0};
    struct cs_openid_settings settings = {0};
    struct cs_provider *provider = NULL;
    enum cs_err result = fill_settings(wanted, &settings, error);

    if (result == CS_OK)
        result = cs_openid_kind.open(&settings, &silent, &provider, error);
    if (result != CS_OK)
        return result;
    result = look((struct cs_openid *)provider, ret_server, error);
    provider->ops->close(provider);
    return result;
}

enum cs_err cs_openid_host_make_key(struct cs_secret *ret_pem, struct cs_error *error)
{
    return cs_private_key_make(ret_pem, error);
}

enum cs_err cs_openid_host_public_key(const char *name, const struct cs_secret *pem,
                                      struct cs_secret *ret_jwk, struct cs_error *error)
{
    CS_AUTO(cs_private_key_free) struct cs_private_key *key = NULL;
    enum cs_err result = cs_private_key_read(name, pem, &key, error);

    return result == CS_OK ? cs_private_key_jwk(key, ret_jwk, error) : result;
}
