/* SPDX-License-Identifier: Apache-2.0 */
/* The classic API: a form to one path, answers of key=value&key=value. */
#include <string.h>
#include <syslog.h>

#include "providers/secsign/secsign.h"
#include "providers/server/form.h"

#define CLIENT "Countersign" /* `apimethod`: what asks */

static bool is_success(long status)
{
    return status >= 200 && status <= 299;
}

/* The vendor's clients look at the body alone, so an error in it counts whatever the status is. An
 * approval must come with a status of success too. */
static enum cs_err ask(struct cs_secsign *secsign, const struct cs_call *call,
                       struct cs_secsign_request *request, struct cs_secsign_answer *ret_answer,
                       struct cs_error *error)
{
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    CS_AUTO(cs_secsign_answer_clear)
    struct cs_secsign_answer answer = {.state = CS_SECSIGN_NO_STATE};
    enum cs_err result;

    request->method = "POST";
    request->target = "/";
    result = cs_secsign_perform(secsign, call, request, &response, error);
    if (result != CS_OK)
        return result;
    result = cs_secsign_answer_read(request->what, response.body.data, response.body.length,
                                    &answer, error);
    if (!is_success(response.status) &&
        (result == CS_ERR_UNAVAILABLE || (result == CS_OK && !answer.failed)))
        result = cs_secsign_status_fail(request->what, response.status, error);
    if (result != CS_OK)
        return result;
    *ret_answer = answer;
    answer = (struct cs_secsign_answer){0};
    return CS_OK;
}

static enum cs_err refused(const char *what, const struct cs_secsign_answer *answer,
                           struct cs_error *error)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s was refused (error %u, code %u%s%s)", what,
                   answer->error, answer->errorcode, answer->message[0] ? ": " : "",
                   answer->message);
}

/* What every call but the first has: a session is known by all three. */
static void write_session_form(const char *operation, const char *id,
                               const struct cs_secsign_session *session, struct cs_buffer *form)
{
    cs_form_add(form, "request", operation);
    cs_form_add(form, "apimethod", CLIENT);
    cs_form_add(form, "secsignid", id);
    cs_form_add(form, "authsessionid", session->id);
    cs_form_add(form, "requestid", session->request.data);
}

/* ---- creating ---- */

static enum cs_err take_refusal(struct cs_secsign *secsign, const char *what,
                                const struct cs_secsign_answer *answer,
                                struct cs_secsign_made *made, struct cs_error *error)
{
    made->unsent = true;
    if (answer->errorcode == CS_SECSIGN_UNKNOWN_ID)
        made->refused = CS_REASON_UNKNOWN_IDENTITY;
    else if (answer->errorcode == CS_SECSIGN_FROZEN_ID)
        made->refused = CS_REASON_FROZEN;
    else
        return refused(what, answer, error);
    cs_log(secsign->log, LOG_WARNING, "%s was refused (error %u, code %u: %s)", what, answer->error,
           answer->errorcode, answer->message);
    return CS_OK;
}

static enum cs_err create(struct cs_secsign *secsign, const struct cs_call *call,
                          const struct cs_secsign_question *question,
                          struct cs_secsign_session *session, struct cs_secsign_made *ret_made,
                          struct cs_error *error)
{
    CS_AUTO(cs_secsign_answer_clear)
    struct cs_secsign_answer answer = {.state = CS_SECSIGN_NO_STATE};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    struct cs_secsign_request request = {
        .form = &form, .server = CS_SECSIGN_ANY, .what = "the request for an approval"};
    enum cs_err result;

    cs_form_add(&form, "request", "ReqRequestAuthSession");
    cs_form_add(&form, "apimethod", CLIENT);
    cs_form_add(&form, "secsignid", question->id);
    cs_form_add(&form, "servicename", question->name);
    cs_form_add(&form, "serviceaddress", question->address);
    /* Its pictures cannot be shown at a prompt. */
    cs_form_add(&form, "showaccesspass", "false");
    result = ask(secsign, call, &request, &answer, error);
    ret_made->unsent = !request.sent;
    if (result != CS_OK)
        return result;
    if (answer.failed)
        return take_refusal(secsign, request.what, &answer, ret_made, error);
    if (answer.session[0] == '\0' || answer.request.data == NULL || answer.id[0] == '\0')
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: the answer lacks authsessionid, requestid or secsignid", request.what);
    session->server = request.server;
    memcpy(session->id, answer.session, sizeof session->id);
    session->request = answer.request;
    answer.request = (struct cs_secret){0};
    session->open = true;
    memcpy(ret_made->id, answer.id, sizeof ret_made->id);
    return CS_OK;
}

/* ---- polling, withdrawing ---- */

static enum cs_err take_state(struct cs_secsign *secsign, const char *what,
                              const struct cs_secsign_answer *answer,
                              struct cs_secsign_session *session,
                              struct cs_approval_state *ret_state, struct cs_error *error)
{
    if (answer->failed && answer->error == 400) {
        cs_log(secsign->log, LOG_WARNING, "%s: the server no longer knows the request (%s)", what,
               answer->message);
        session->open = false;
        *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_CANCELLED};
        return CS_OK;
    }
    if (answer->failed)
        return refused(what, answer, error);
    if (answer->state == CS_SECSIGN_NO_STATE || answer->id[0] == '\0' ||
        strcmp(answer->session, session->id) != 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: the answer lacks authsessionstate or secsignid, or is about another "
                       "request",
                       what);
    *ret_state = cs_secsign_state(answer->state);
    return CS_OK;
}

static enum cs_err poll(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                        struct cs_secsign_session *session, struct cs_approval_state *ret_state,
                        char ret_id[CS_PROVIDER_NAME_SIZE], struct cs_error *error)
{
    CS_AUTO(cs_secsign_answer_clear)
    struct cs_secsign_answer answer = {.state = CS_SECSIGN_NO_STATE};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    struct cs_secsign_request request = {
        .form = &form, .server = session->server, .what = "the question whether it was approved"};
    enum cs_err result;

    write_session_form("ReqGetAuthSessionState", id, session, &form);
    result = ask(secsign, call, &request, &answer, error);
    if (result == CS_OK)
        result = take_state(secsign, request.what, &answer, session, ret_state, error);
    if (result == CS_OK)
        memcpy(ret_id, answer.id, sizeof answer.id);
    return result;
}

static enum cs_err cancel(struct cs_secsign *secsign, const struct cs_call *call, const char *id,
                          const struct cs_secsign_session *session, struct cs_error *error)
{
    CS_AUTO(cs_secsign_answer_clear)
    struct cs_secsign_answer answer = {.state = CS_SECSIGN_NO_STATE};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    struct cs_secsign_request request = {
        .form = &form, .server = session->server, .what = "taking the request back"};
    enum cs_err result;

    write_session_form("ReqCancelAuthSession", id, session, &form);
    result = ask(secsign, call, &request, &answer, error);
    if (result == CS_OK && answer.failed)
        result = refused(request.what, &answer, error);
    return result;
}

const struct cs_secsign_api_calls cs_secsign_classic = {
    .create = create, .poll = poll, .cancel = cancel};
