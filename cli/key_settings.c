/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/lower.h"
#include "cli/cli.h"
#include "methods/plan.h"
#include "u2f/origins.h"

/* ---- reading ---- */

static bool asks_for_keys(const struct cs_options *options)
{
    const struct cs_plan *plan = cs_plan_find(options->auth_method);

    if (plan == NULL)
        return false;
    return plan->choice ? options->method.u2f_in_choice
                        : (plan->kinds & CS_KIND(CS_FACTOR_U2F)) != 0;
}

static enum cs_err keep(struct cs_key_settings *settings, const char *service,
                        const struct cs_options *options, struct cs_error *error)
{
    struct cs_key_names names;
    enum cs_err result = cs_cli_key_names(options, settings->name, &names, error);

    if (result == CS_OK)
        settings->items[settings->count++] =
            (struct cs_key_setting){.service = service,
                                    .app_id = names.app_id,
                                    .origins = names.origins,
                                    .socket = options->method.u2f_socket,
                                    .used = asks_for_keys(options),
                                    .verified = names.verification == CS_U2F_REQUIRED,
                                    .origins_given = cs_cli_local(options)->u2f_origins != NULL};
    return result;
}

enum cs_err cs_key_settings_read(const struct cs_config *config, const struct cs_options *general,
                                 struct cs_key_settings *ret_settings, struct cs_error *error)
{
    const struct cs_strlist *services = cs_config_services(config);
    enum cs_err result;

    ret_settings->count = 0;
    result = keep(ret_settings, "", general, error);
    for (size_t i = 0; i < services->count && result == CS_OK; i++) {
        struct cs_options options;

        if (ret_settings->count == CS_KEY_SETTINGS_MAX)
            break;
        cs_config_options(config, services->items[i], NULL, &options);
        result = keep(ret_settings, services->items[i], &options, error);
    }
    return result;
}

/* ---- messages ---- */

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...) CS_PRINTF(2, 3);

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        length = (int)sizeof text - 1;
    return cs_strlist_add(warnings, text, (size_t)length);
}

/* ---- origins that countersign-touch never writes, or that protect nobody ---- */

static bool has_no_scheme(const char *origin)
{
    return strncmp(origin, CS_U2F_SCHEME, sizeof CS_U2F_SCHEME - 1) != 0;
}

static bool has_no_host(const char *origin)
{
    return strcmp(origin, CS_U2F_SCHEME) == 0;
}

static bool is_loopback(const char *origin)
{
    return cs_is_loopback(origin + sizeof CS_U2F_SCHEME - 1);
}

/* An IPv6 address has more than one colon. */
static bool has_port(const char *origin)
{
    const char *host = origin + sizeof CS_U2F_SCHEME - 1;
    const char *colon = strchr(host, ':');

    return host[0] == '[' || (colon != NULL && strchr(colon + 1, ':') == NULL);
}

static bool has_upper_case(const char *origin)
{
    for (; *origin != '\0'; origin++) {
        if (cs_lower(*origin) != *origin)
            return true;
    }
    return false;
}

/* The first match counts; each may rely on the ones before it. */
static const struct {
    bool (*fits)(const char *origin);
    bool answered; /* there can be answers with it all the same */
    const char *why;
} origin_faults[] = {
    {has_no_scheme, false,
     "no answer of countersign-touch names it: it writes pam:// and the name by "
     "which ssh calls this host"},
    {has_no_host, false,
     "no answer of countersign-touch names it: the name by which ssh calls this host "
     "is missing"},
    {has_port, false, "no answer of countersign-touch names it: the port is no part of it"},
    {is_loopback, true,
     "ssh calls every server at the end of a tunnel by that name, so an answer meant for another "
     "server would be accepted here; leave it out"},
    {has_upper_case, false,
     "no answer of countersign-touch names it: ssh writes its host in lower case"},
};

/* CS_ARRAY_SIZE(origin_faults): none. */
static size_t find_fault(const char *origin)
{
    size_t fault = 0;

    while (fault < CS_ARRAY_SIZE(origin_faults) && !origin_faults[fault].fits(origin))
        fault++;
    return fault;
}

/* Why no answer of countersign-touch ever has it; NULL: one may. */
static const char *origin_fault(const char *origin)
{
    size_t fault = find_fault(origin);

    return fault == CS_ARRAY_SIZE(origin_faults) || origin_faults[fault].answered
               ? NULL
               : origin_faults[fault].why;
}

enum cs_err cs_key_hosts(const char *origins, struct cs_buffer *ret_hosts, struct cs_error *error)
{
    struct cs_u2f_origins list;
    enum cs_err result = cs_u2f_read_origins(origins, &list, error);

    for (size_t i = 0; i < list.count && result == CS_OK; i++) {
        if (origin_fault(list.items[i]) == NULL)
            cs_buffer_printf(ret_hosts, "%s%s", ret_hosts->length ? ", " : "",
                             list.items[i] + sizeof CS_U2F_SCHEME - 1);
    }
    if (result != CS_OK)
        return result;
    if (ret_hosts->failed)
        return cs_fail_nomem(error);
    if (ret_hosts->length == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "no answer of countersign-touch can name any of '%s': it writes pam:// and "
                       "the name by which ssh calls this host; set u2f_origins",
                       origins);
    return CS_OK;
}

void cs_key_print_faults(const char *name, const char *origins)
{
    struct cs_u2f_origins list = {0};

    if (cs_u2f_read_origins(origins, &list, NULL) != CS_OK)
        return; /* refused elsewhere */
    for (size_t i = 0; i < list.count; i++) {
        size_t fault = find_fault(list.items[i]);

        if (fault < CS_ARRAY_SIZE(origin_faults))
            (void)fprintf(stderr, "countersign: warning: %s: '%s': %s\n", name, list.items[i],
                          origin_faults[fault].why);
    }
}

static enum cs_err warn_of_origins(const struct cs_key_setting *setting,
                                   struct cs_strlist *warnings)
{
    bool service = setting->service[0] != '\0';
    struct cs_u2f_origins origins = {0};
    enum cs_err result = CS_OK;

    if (cs_u2f_read_origins(setting->origins, &origins, NULL) != CS_OK)
        return CS_OK; /* cannot happen: it was read with the file */
    for (size_t i = 0; i < origins.count && result == CS_OK; i++) {
        size_t fault = find_fault(origins.items[i]);

        if (fault < CS_ARRAY_SIZE(origin_faults))
            result = warn(warnings, "%s%su2f_origins: '%s'%s: %s", service ? setting->service : "",
                          service ? ": " : "", origins.items[i],
                          setting->origins_given ? "" : " (the default)", origin_faults[fault].why);
    }
    return result;
}

/* ---- applications ---- */

/* Not certain: one of the services that were left out may ask for it. */
static bool is_asked_for(const struct cs_key_settings *settings, const char *app_id)
{
    if (settings->count == CS_KEY_SETTINGS_MAX)
        return true;
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->items[i].app_id, app_id) == 0)
            return true;
    }
    return false;
}

static enum cs_err warn_of_applications(const struct cs_key_settings *settings,
                                        const struct cs_key_apps *registered,
                                        struct cs_strlist *warnings)
{
    const struct cs_key_setting *general = &settings->items[0];
    enum cs_err result = CS_OK;

    for (size_t i = 1; i < settings->count && result == CS_OK; i++) {
        const struct cs_key_setting *setting = &settings->items[i];

        if (strcmp(setting->app_id, general->app_id) != 0)
            result = warn(warnings,
                          "%s: u2f_app_id is '%s', but 'countersign enroll u2f' registers keys for "
                          "'%s'; for this service add --app-id %s",
                          setting->service, setting->app_id, general->app_id, setting->app_id);
    }
    for (size_t i = 0; i < registered->count && result == CS_OK; i++) {
        if (!is_asked_for(settings, registered->items[i].app_id))
            result = warn(warnings,
                          "keys of %u %s are registered for '%s', which nothing in the "
                          "configuration asks for; set u2f_app_id or enrol again",
                          registered->items[i].users,
                          registered->items[i].users == 1 ? "account" : "accounts",
                          registered->items[i].app_id);
    }
    return result;
}

enum cs_err cs_key_warnings(const struct cs_key_settings *settings,
                            const struct cs_key_apps *registered, struct cs_strlist *warnings)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < settings->count && result == CS_OK; i++) {
        const struct cs_key_setting *setting = &settings->items[i];
        bool same = i > 0 && strcmp(setting->origins, settings->items[0].origins) == 0;

        if (!same && (setting->origins_given || setting->used))
            result = warn_of_origins(setting, warnings);
    }
    return result == CS_OK ? warn_of_applications(settings, registered, warnings) : result;
}

enum cs_err cs_key_print_hint(const struct cs_config *config, const struct cs_options *general,
                              const char *app_id, struct cs_error *error)
{
    struct cs_key_settings settings;
    enum cs_err result = cs_key_settings_read(config, general, &settings, error);

    if (result != CS_OK)
        return result;
    if (!is_asked_for(&settings, app_id))
        (void)fprintf(stderr,
                      "countersign: note: nothing in the configuration asks for keys of '%s'; set "
                      "u2f_app_id\n",
                      app_id);
    for (size_t i = 1; i < settings.count; i++) {
        const struct cs_key_setting *setting = &settings.items[i];

        if (strcmp(setting->app_id, app_id) != 0)
            (void)fprintf(stderr,
                          "countersign: note: the service %s asks for keys of '%s', and this one "
                          "is registered for '%s'; --app-id %s registers one for that service\n",
                          setting->service, setting->app_id, app_id, setting->app_id);
    }
    return CS_OK;
}

/* ---- the command line ---- */

int cs_key_check_names(const char *app_id, const char *origins, bool elsewhere)
{
    unsigned char hash[CS_U2F_HASH_BYTES];
    struct cs_u2f_origins list = {0};

    if (app_id != NULL && cs_u2f_app_hash(app_id, hash, NULL) != CS_OK)
        return cs_usage_error(
            "--app-id '%.200s': 1 to %d bytes without control characters expected", app_id,
            CS_U2F_APP_ID_MAX);
    if (origins != NULL && cs_u2f_read_origins(origins, &list, NULL) != CS_OK)
        return cs_usage_error("--origin '%.200s': at most %d names separated by commas expected, "
                              "none empty or with a blank, such as pam://host.example",
                              origins, CS_U2F_ORIGINS_MAX);
    for (size_t i = 0; i < list.count && elsewhere; i++) {
        const char *fault = origin_fault(list.items[i]);

        if (fault != NULL)
            return cs_usage_error("--origin '%.200s': %s", list.items[i], fault);
    }
    return CS_EXIT_OK;
}

enum cs_err cs_key_check_label(const struct cs_transaction *transaction,
                               const struct cs_pending *pending, struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors keys = {0};
    enum cs_err result = cs_factor_list(transaction, pending->user, CS_STORED_U2F, &keys, error);

    for (size_t i = 0; i < keys.count && result == CS_OK && pending->label[0] != '\0'; i++) {
        if (strcmp(keys.items[i].label, pending->label) == 0)
            result =
                cs_fail(error, CS_ERR_INPUT,
                        "%s already has a security key with the label '%s'; choose another "
                        "--label, or remove that one with 'countersign remove %s %lld'",
                        pending->user, pending->label, pending->user, (long long)keys.items[i].id);
    }
    return result;
}
