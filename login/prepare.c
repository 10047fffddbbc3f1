/* SPDX-License-Identifier: Apache-2.0 */
/* What is known about a login before it runs: where it comes from, and its options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/login_priv.h"
#include "login/other_modules.h"
#include "login/policy.h"
#include "login/service_accounts.h"
#include "settings/suggest.h"

enum { OTHERS_MAX = 8 }; /* a peer that is not root decides how often they are logged */

/* The module itself acts on these, whoever runs it. */
static bool is_heeded(const struct cs_setting *row)
{
    static const char *const names[] = {"require_broker", "standalone", "socket"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        if (strcmp(row->name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool says_nowarn(const struct cs_strlist *arguments)
{
    struct cs_option option;

    for (size_t i = 0; i < arguments->count; i++) {
        if (cs_option_find(arguments->items[i], strcspn(arguments->items[i], "="), &option, NULL) &&
            strcmp(option.row->name, "nowarn") == 0)
            return true;
    }
    return false;
}

/* Names from our own tables, each once: a peer's words must not fill the log. */
static void list_ignored(const struct cs_strlist *arguments, struct cs_strlist *ret_names)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->items[i];
        char shown[128];
        struct cs_option option;

        if (!cs_option_find(argument, strcspn(argument, "="), &option, NULL))
            continue;
        (void)snprintf(shown, sizeof shown, "%s%s", option.row->name,
                       (option.row->where & CS_FROM_FILE) != 0 ? "" : " (for root only)");
        if (!is_heeded(option.row) && !cs_strlist_contains(ret_names, shown))
            cs_ignore(cs_strlist_add(ret_names, shown, strlen(shown))); /* then it is not logged */
    }
}

static void log_ignored(const struct cs_login *login)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer list = {0};

    list_ignored(&login->request->arguments, &names);
    for (size_t i = 0; i < names.count; i++)
        cs_buffer_printf(&list, "%s%s", i > 0 ? ", " : "", names.items[i]);
    if (names.count > 0 && !list.failed)
        cs_log(&login->log, LOG_WARNING,
               "service '%s': uid %u is not root, so these options on its PAM line are ignored: "
               "%s; set them in the configuration file",
               login->request->service, (unsigned)login->peer.uid, list.text);
}

/* They get the hints of root's PAM line, also from that table alone and each once. */
static void log_other_modules(const struct cs_login *login)
{
    const struct cs_strlist *arguments = &login->request->arguments;
    CS_AUTO(cs_strlist_free) struct cs_strlist told = {0};

    for (size_t i = 0; i < arguments->count && told.count < OTHERS_MAX; i++) {
        const struct cs_setting_mistake *other = cs_suggest_mistake(
            cs_other_module_words, arguments->items[i], strcspn(arguments->items[i], "="));

        if (other == NULL || cs_strlist_contains(&told, other->written) ||
            cs_strlist_add(&told, other->written, strlen(other->written)) != CS_OK)
            continue;
        cs_log(&login->log, LOG_WARNING,
               "service '%s': unknown argument '%s' is ignored; other modules have it: %s",
               login->request->service, other->written, other->meant);
    }
}

/* A peer that is not root is believed only about the user's name: not about where the login comes
 * from, what was proven, or how it is to be treated. */
static void silence(struct cs_request *request)
{
    char **texts[] = {&request->rhost, &request->ruser, &request->ssh_connection,
                      &request->ssh_auth_info};

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        cs_string_free(texts[i]);
    cs_strlist_free(&request->arguments);
    request->config_fd = -1;
}

/* Whose account it is, the peer's uid says. What it is called, and where from, nobody says. */
static enum cs_err prepare_self(struct cs_request *request, struct cs_error *error)
{
    char *service = strdup(CS_SELF_SERVICE);

    if (service == NULL)
        return cs_fail_nomem(error);
    free(request->service);
    request->service = service;
    return CS_OK;
}

static void set_origin(struct cs_login *login)
{
    const struct cs_request *request = login->request;

    cs_client_find(request, login->peer.uid, login->address, login->client);
    cs_client_stranger(request->user, login->stranger);
    /* A name in PAM_RHOST gives no address, but it does mean another machine. So does a daemon. */
    login->here = !login->peer.service_account && request->ssh_connection == NULL &&
                  (request->rhost == NULL || request->rhost[0] == '\0');
}

/* The PAM line says which format the file has; its content never does. */
static enum cs_err find_source(const struct cs_request *request, struct cs_config_source *source,
                               struct cs_error *error)
{
    const char *own = cs_options_line_value(&request->arguments, "config");
    const char *ibm = cs_options_line_value(&request->arguments, "ibm_auth_config");

    if (own != NULL && ibm != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "config= and ibm_auth_config= are both given; give only one");
    if ((own != NULL || ibm != NULL) && request->config_fd < 0)
        return cs_fail(error, CS_ERR_CONFIG, "%s: the file was not handed over by the module",
                       own ? own : ibm);
    *source = (struct cs_config_source){
        .fd = request->config_fd,
        .name = ibm   ? ibm
                : own ? own
                      : "the file named by config=",
        .kind = ibm ? CS_CONFIG_IBM : CS_CONFIG_OWN,
        .found = (request->flags & CS_REQUEST_IBM_FOUND) != 0,
    };
    return CS_OK;
}

static void log_source(const struct cs_login *login)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer source = {0};

    cs_config_describe(login->config, &source);
    cs_log(&login->log, LOG_DEBUG, "service '%s': the configuration is %s", login->request->service,
           source.text ? source.text : "");
}

static enum cs_err resolve_options(struct cs_login *login, struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    const struct cs_request *request = login->request;
    struct cs_config_source source;
    enum cs_err result = find_source(request, &source, error);

    if (result == CS_OK)
        result = cs_engine_config(login->engine, &source, &login->config, error);
    if (result != CS_OK) {
        cs_options_defaults(CS_PROFILE_OWN, &login->options);
        return result;
    }
    result = cs_config_line(login->config, request->service, &request->arguments, &login->options,
                            &warnings, error);
    if (login->peer.service_account)
        cs_service_account_restrict(&login->options);
    login->log.debug = login->options.debug;
    log_source(login);
    for (size_t i = 0; i < warnings.count && !login->options.nowarn; i++)
        cs_log(&login->log, LOG_WARNING, "service '%s': %s", request->service, warnings.items[i]);
    return result;
}

/* A login that shows no first factor before its first prompt goes on as if there were no enrol_by:
 * it could not be let in, and strangers learn nothing. A password of its own shows one later. */
static void prepare_enrol_by(struct cs_login *login)
{
    login->options.method.enrol_by =
        cs_policy_days_to_enrol(&login->options, cs_clock_seconds()) > 0 && login->plan != NULL &&
        (cs_plan_has_first(login->plan) || cs_login_first_factor_claimed(login));
}

void cs_login_prepare(struct cs_login *login, struct cs_engine *engine, struct cs_request *request,
                      const struct cs_peer *peer)
{
    struct cs_error error = {0};
    enum cs_err result = CS_OK;

    *login = (struct cs_login){.engine = engine,
                               .request = request,
                               .peer = *peer,
                               .log = *cs_engine_log(engine),
                               .cancel_fd = -1,
                               .started = cs_clock_ms()};
    if (peer->uid != 0) {
        if (!says_nowarn(&request->arguments)) {
            log_ignored(login);
            log_other_modules(login);
        }
        silence(request);
    }
    set_origin(login);
    if (cs_login_is_self(login))
        result = prepare_self(request, &error);
    if (result == CS_OK)
        result = resolve_options(login, &error);
    else
        cs_options_defaults(CS_PROFILE_OWN, &login->options);
    if (cs_login_is_self(login))
        cs_login_restrict_self(&login->options);
    if (result == CS_OK)
        login->plan = cs_plan_find(login->options.auth_method);
    else
        cs_log(&login->log, LOG_ERR, "service '%s': %s", request->service, error.text);
    prepare_enrol_by(login);
}
