/* SPDX-License-Identifier: Apache-2.0 */
/* The provider for SecSign ID: the vtable, and opening it. */
#include "providers/secsign/secsign.h"

#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "net/libcurl.h"
#include "providers/kind.h"
#include "providers/secsign/service.h"

/* ---- users and their factors ---- */

/* The server says only to a request whether it knows the ID. */
static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;

    (void)call;
    (void)error;
    ret_user->found = cs_secsign_id(identity, ret_user->name);
    if (ret_user->found)
        return CS_OK;
    ret_user->reason = CS_REASON_UNKNOWN_IDENTITY;
    cs_log(secsign->log, LOG_WARNING,
           "the identity is no SecSign ID: letters, digits and _ @ . - expected");
    return CS_OK;
}

static unsigned kinds_of(const struct cs_provider *provider)
{
    const struct cs_secsign_settings *settings = ((const struct cs_secsign *)provider)->settings;
    unsigned kinds = CS_KIND(CS_FACTOR_DEVICE);

    if (settings->api == CS_SECSIGN_REST && settings->totp)
        kinds |= CS_KIND(CS_FACTOR_TOTP);
    if (settings->api == CS_SECSIGN_REST && settings->email != NULL)
        kinds |= CS_KIND(CS_FACTOR_EMAILOTP);
    return kinds;
}

/* Last of the factors. Without any other, a wrong address is an error, not "no factor", for which
 * accept_on_missing_auth_method would let in. */
static enum cs_err add_mail(const struct cs_secsign *secsign, const struct cs_provider_user *user,
                            struct cs_listed_factors *factors, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer address = {0};
    struct cs_listed_factor factor = {.kind = CS_FACTOR_EMAILOTP, .id = "secsign"};
    bool usable = cs_secsign_email_write(secsign->settings->email, user->name, &address);
    struct cs_error why = {0};

    if (address.failed)
        return cs_fail_nomem(error);
    if (!usable || address.length >= sizeof factor.name) {
        (void)cs_fail(&why, CS_ERR_CONFIG,
                      "email makes no address of SecSign ID '%s', so no code can be sent; correct "
                      "email, or the ID that is mapped to the account",
                      user->name);
        if (factors->count == 0)
            return cs_fail(error, why.code, "%s", why.text);
        cs_log(secsign->log, LOG_WARNING, "%s", why.text);
        return CS_OK;
    }
    (void)snprintf(factor.name, sizeof factor.name, "%s", address.text);
    return cs_listed_factors_add(factors, &factor, error);
}

/* Who has the app with an ID in it can do all of it: nothing is enrolled. */
static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    static const struct cs_listed_factor phone = {.kind = CS_FACTOR_DEVICE, .id = "secsign"},
                                         app = {.kind = CS_FACTOR_TOTP, .id = "secsign"};
    const struct cs_secsign *secsign = (const struct cs_secsign *)provider;
    unsigned kinds = listing->kinds & kinds_of(provider);
    enum cs_err result = CS_OK;

    (void)call;
    if ((kinds & CS_KIND(CS_FACTOR_DEVICE)) != 0)
        result = cs_listed_factors_add(ret_factors, &phone, error);
    if (result == CS_OK && (kinds & CS_KIND(CS_FACTOR_TOTP)) != 0)
        result = cs_listed_factors_add(ret_factors, &app, error);
    if (result == CS_OK && (kinds & CS_KIND(CS_FACTOR_EMAILOTP)) != 0)
        result = add_mail(secsign, user, ret_factors, error);
    return result;
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;

    return factor->kind == CS_FACTOR_DEVICE
               ? cs_secsign_begin_approval(secsign, call, user, request, ret_challenge, error)
               : cs_secsign_send_code(secsign, call, user, factor, ret_challenge, error);
}

static void close_secsign(struct cs_provider *provider)
{
    struct cs_secsign *secsign = (struct cs_secsign *)provider;

    cs_secsign_servers_close(secsign);
    cs_trace_free(&secsign->trace);
    free(secsign);
}

static const struct cs_provider_ops ops = {
    .name = "secsign",
    .remote = true,
    .finds_offline = true,
    .one_pending = CS_KIND(CS_FACTOR_DEVICE),
    .kinds = kinds_of,
    .fits = cs_secsign_fits,
    .find_user = find_user,
    .list_factors = list_factors,
    .begin = begin,
    .judge = cs_secsign_judge,
    .poll = cs_secsign_poll,
    .cancel = cs_secsign_cancel,
    .close = close_secsign,
};

/* ---- opening ---- */

static enum cs_err open_secsign(const void *settings, const struct cs_log *log,
                                struct cs_provider **ret_provider, struct cs_error *error)
{
    struct cs_secsign *secsign = calloc(1, sizeof *secsign);
    enum cs_err result;

    if (secsign == NULL)
        return cs_fail_nomem(error);
    secsign->provider.ops = &ops;
    secsign->settings = settings;
    secsign->log = log;
    secsign->api =
        secsign->settings->api == CS_SECSIGN_REST ? &cs_secsign_rest : &cs_secsign_classic;
    result = cs_connection_trace(&secsign->settings->connection, log, &secsign->trace, error);
    if (result == CS_OK)
        result = cs_secsign_servers_open(secsign, error);
    if (result != CS_OK) {
        close_secsign(&secsign->provider);
        return result;
    }
    *ret_provider = &secsign->provider;
    return CS_OK;
}

_Static_assert(sizeof(struct cs_secsign_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_secsign_kind = {
    .name = "secsign",
    .rows = cs_secsign_rows,
    .size = sizeof(struct cs_secsign_settings),
    .needs_section = true,
    .check = cs_secsign_check_settings,
    .load = cs_libcurl_load,
    .open = open_secsign,
};
