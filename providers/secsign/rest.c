/* SPDX-License-Identifier: Apache-2.0 */
/* Version 2 of the REST API. Even requests that change something are GETs there. */
#include <string.h>
#include <syslog.h>

#include "base/percent.h"
#include "providers/secsign/secsign.h"
#include "providers/server/form.h"

static const char sessions[] = "/rest/v2/AuthSession";

enum cs_err cs_secsign_rest_call(struct cs_secsign *secsign, const struct cs_call *call,
                                 struct cs_secsign_request *request,
                                 struct cs_http_response *ret_response, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    enum cs_err result;

    request->accept = "application/json";
    result = cs_secsign_perform(secsign, call, request, &response, error);
    if (result != CS_OK)
        return result;
    if ((response.status < 200 || response.status > 299) && response.status != 404 &&
        response.status != 409)
        return cs_secsign_status_fail(request->what, response.status, error);
    *ret_response = response;
    response = (struct cs_http_response){0};
    return CS_OK;
}

/* ---- creating ---- */

static void take_refusal(struct cs_secsign *secsign, const char *what, long status,
                         struct cs_secsign_made *made)
{
    made->unsent = true;
    made->refused = status == 409 ? CS_REASON_FROZEN : CS_REASON_REQUEST_REFUSED;
    cs_log(secsign->log, LOG_WARNING, "%s was refused (status %ld: %s)", what, status,
           status == 409 ? "the SecSign ID is frozen"
                         : "the server does not know the SecSign ID, or server is not its URL");
}

static enum cs_err create(struct cs_secsign *secsign, const struct cs_call *call,
                          const struct cs_secsign_question *question,
                          struct cs_secsign_session *session, struct cs_secsign_made *ret_made,
                          struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer query = {0}, target = {0};
    struct cs_secsign_request request = {
        .method = "GET", .server = CS_SECSIGN_ANY, .what = "the request for an approval"};
    enum cs_err result;

    cs_form_add(&query, "secsignid", question->id);
    cs_form_add(&query, "servicename", question->name);
    cs_form_add(&query, "serviceaddress", question->address);
    cs_form_add(&query, "showaccesspassicons", "false");
    cs_buffer_printf(&target, "%s?%s", sessions, query.text ? query.text : "");
    ret_made->unsent = true;
    if (query.failed || target.failed)
        return cs_fail_nomem(error);
    request.target = target.text;
    result = cs_secsign_rest_call(secsign, call, &request, &response, error);
    ret_made->unsent = !request.sent;
    if (result != CS_OK)
        return result;
    if (response.status == 404 || response.status == 409) {
        take_refusal(secsign, request.what, response.status, ret_made);
        return CS_OK;
    }
    result = cs_secsign_rest_session(response.body.data, response.body.length, session->id,
                                     ret_made->id, error);
    session->server = request.server;
    session->open = result == CS_OK;
    return result;
}

/* ---- polling, withdrawing ---- */

/* The session's name stays out of the trace: with the PIN account it is all one needs. */
static enum cs_err call_session(struct cs_secsign *secsign, const struct cs_call *call,
                                const struct cs_secsign_session *session,
                                struct cs_secsign_request *request,
                                struct cs_http_response *ret_response, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer target = {0};

    cs_buffer_printf(&target, "%s/%s", sessions, session->id);
    if (target.failed)
        return cs_fail_nomem(error);
    request->target = target.text;
    request->shown = "/rest/v2/AuthSession/***";
    request->server = session->server;
    return cs_secsign_rest_call(secsign, call, request, ret_response, error);
}

static enum cs_err poll(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                        struct cs_secsign_session *session, struct cs_approval_state *ret_state,
                        char ret_id[CS_PROVIDER_NAME_SIZE], struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_secsign_request request = {.method = "GET",
                                         .what = "the question whether it was approved"};
    struct cs_error why = {0};
    enum cs_err result = call_session(secsign, call, session, &request, &response, &why);
    int state = CS_SECSIGN_NO_STATE;

    (void)id;
    ret_id[0] = '\0'; /* the answer to the request said who it is for */
    if (result == CS_ERR_CONFIG) {
        cs_log(secsign->log, LOG_ERR, "%s", why.text);
        *ret_state = (struct cs_approval_state){CS_APPROVAL_IMPOSSIBLE, CS_REASON_MISCONFIGURED};
        return CS_OK;
    }
    if (result != CS_OK)
        return cs_fail(error, result, "%s", why.text);
    if (response.status == 404 || response.status == 409) {
        cs_log(secsign->log, LOG_WARNING, "%s: the server no longer knows the request (status %ld)",
               request.what, response.status);
        session->open = false;
        *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_CANCELLED};
        return CS_OK;
    }
    result = cs_secsign_rest_state(response.body.data, response.body.length, &state, error);
    if (result == CS_OK)
        *ret_state = cs_secsign_state(state);
    return result;
}

static enum cs_err cancel(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                          const struct cs_secsign_session *session, struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_secsign_request request = {.method = "DELETE", .what = "taking the request back"};
    enum cs_err result = call_session(secsign, call, session, &request, &response, error);

    (void)id;
    if (result == CS_OK && (response.status < 200 || response.status > 299))
        result = cs_secsign_status_fail(request.what, response.status, error);
    return result;
}

const struct cs_secsign_api_calls cs_secsign_rest = {
    .create = create, .poll = poll, .cancel = cancel};
