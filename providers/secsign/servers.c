/* SPDX-License-Identifier: Apache-2.0 */
/* The first server and the second. */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "net/retry.h"
#include "net/url.h"
#include "providers/secsign/secsign.h"
#include "providers/server/basic.h"
#include "providers/server/form.h"

/* ---- opening ---- */

static enum cs_err open_server(const struct cs_http_settings *settings, const char *text,
                               struct cs_secsign_server *server, struct cs_error *error)
{
    struct cs_http_settings own = *settings;
    CS_AUTO(cs_url_free) struct cs_url url = {0};
    enum cs_err result = cs_url_split(text, &url, error);
    size_t length;

    if (result != CS_OK)
        return result;
    own.base_url = url.base;
    result = cs_http_new(&own, &server->http, error);
    if (result != CS_OK)
        return result;
    length = strlen(url.target);
    while (length > 0 && url.target[length - 1] == '/')
        url.target[--length] = '\0';
    server->path = url.target;
    url.target = NULL;
    return CS_OK;
}

static enum cs_err make_basic(const char *user, const char *password, struct cs_secret *ret_basic,
                              struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer plain = {0};

    cs_buffer_printf(&plain, "%s:%s", user, password);
    return cs_basic_encode(&plain, ret_basic, error);
}

enum cs_err cs_secsign_servers_open(struct cs_secsign *secsign, struct cs_error *error)
{
    const struct cs_secsign_settings *settings = secsign->settings;
    const struct cs_http_settings http = cs_connection_http(&settings->connection, secsign->trace);
    const char *fallback = cs_secsign_fallback(settings);
    const char *password =
        settings->password != NULL ? settings->password : settings->password_of_file;
    enum cs_err result =
        open_server(&http, cs_secsign_primary(settings), &secsign->servers[0], error);

    if (result == CS_OK && fallback != NULL)
        result = open_server(&http, fallback, &secsign->servers[1], error);
    if (result != CS_OK || settings->api != CS_SECSIGN_REST)
        return result;
    if (settings->user == NULL || password == NULL)
        return cs_fail(error, CS_ERR_CONFIG, "the PIN account's user or password is missing");
    return make_basic(settings->user, password, &secsign->basic, error);
}

void cs_secsign_servers_close(struct cs_secsign *secsign)
{
    for (size_t i = 0; i < CS_SECSIGN_SERVERS; i++) {
        cs_http_free(&secsign->servers[i].http);
        free(secsign->servers[i].path);
    }
    cs_secret_free(&secsign->basic);
}

/* ---- requests ---- */

static enum cs_err perform_at(struct cs_secsign *secsign, const struct cs_call *call,
                              struct cs_secsign_request *request,
                              struct cs_http_response *ret_response, struct cs_error *error)
{
    const struct cs_secsign_server *server = &secsign->servers[request->server];
    const struct cs_http_call http_call = {call->deadline, call->cancel_fd, call->language};
    const struct cs_secret body = {request->form ? request->form->text : NULL,
                                   request->form ? request->form->length : 0};
    CS_AUTO(cs_buffer_free) struct cs_buffer target = {0}, shown = {0};
    struct cs_http_request http = {.method = request->method,
                                   .content_type = request->form ? CS_FORM_TYPE : NULL,
                                   .accept = request->accept,
                                   .basic = secsign->basic.data ? &secsign->basic : NULL,
                                   .body = request->form ? &body : NULL,
                                   .once = true,
                                   .sent = &request->sent,
                                   .what = request->what};

    cs_buffer_printf(&target, "%s%s", server->path, request->target);
    if (request->shown != NULL)
        cs_buffer_printf(&shown, "%s%s", server->path, request->shown);
    if (target.failed || shown.failed || (request->form != NULL && request->form->failed))
        return cs_fail_nomem(error);
    http.target = target.text;
    http.shown = shown.text;
    return cs_http_perform(server->http, &http_call, &http, ret_response, error);
}

enum cs_err cs_secsign_perform(struct cs_secsign *secsign, const struct cs_call *call,
                               struct cs_secsign_request *request,
                               struct cs_http_response *ret_response, struct cs_error *error)
{
    bool any = request->server == CS_SECSIGN_ANY;
    struct cs_error why = {0};
    enum cs_err result;

    if (!any)
        return perform_at(secsign, call, request, ret_response, error);
    request->server = 0;
    result = perform_at(secsign, call, request, ret_response, &why);
    /* A request that the first server may have got must not be made a second time. */
    if ((result == CS_ERR_UNREACHABLE || result == CS_ERR_TRUST) && !request->sent &&
        secsign->servers[1].http != NULL) {
        cs_log(secsign->log, LOG_WARNING, "%s; asking the fallback server", why.text);
        request->server = 1;
        return perform_at(secsign, call, request, ret_response, error);
    }
    if (result != CS_OK && error != NULL)
        *error = why;
    return result;
}

enum cs_err cs_secsign_status_fail(const char *what, long status, struct cs_error *error)
{
    if (cs_status_is_unreachable(status))
        return cs_fail(error, CS_ERR_UNREACHABLE, "%s failed: the server is not there (status %ld)",
                       what, status);
    if (status == 401 || status == 403)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s failed: the server refuses this machine (status %ld); check user and "
                       "password of the PIN account, and what it may do",
                       what, status);
    return cs_fail(error, CS_ERR_UNAVAILABLE,
                   "%s failed (status %ld); check that server is its URL", what, status);
}
