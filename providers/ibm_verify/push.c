/* SPDX-License-Identifier: Apache-2.0 */
/* An approval on a device with the tenant's app. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "providers/ibm_verify/verify_priv.h"

enum { PATH_SIZE = 64 + 2 * CS_PROVIDER_ID_SIZE };

static const char entitlement[] = "\"Authenticate any user\" (authnAnyUser)";

/* ---- asking ---- */

/* The app shows the program as what is asking. An unknown address is left out, not invented. */
static enum cs_err write_request(const struct cs_listed_factor *factor,
                                 const struct cs_challenge_request *request,
                                 struct cs_secret *ret_body, struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_object(writer, "transactionData");
    cs_json_write_string(writer, "message", request->message);
    if (request->client != NULL)
        cs_json_write_string(writer, "originIpAddress", request->client);
    if (request->program != NULL)
        cs_json_write_string(writer, "originUserAgent", request->program);
    cs_json_write_end(writer);
    cs_json_write_object(writer, "pushNotification");
    cs_json_write_string(writer, "message", request->message);
    cs_json_write_string(writer, "title", "Countersign");
    cs_json_write_bool(writer, "send", true);
    cs_json_write_end(writer);
    cs_json_write_array(writer, "authenticationMethods");
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "id", factor->id);
    cs_json_write_string(writer, "methodType", "signature");
    cs_json_write_end(writer);
    cs_json_write_end(writer);
    cs_json_write_string(writer, "logic", "AND");
    cs_json_write_integer(writer, "expiresIn", request->seconds > 0 ? request->seconds : 1);
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_body, error);
}

enum cs_err cs_verify_send_question(struct cs_verify *verify, const struct cs_call *call,
                                    const struct cs_provider_user *user,
                                    const struct cs_listed_factor *factor,
                                    const struct cs_challenge_request *request,
                                    struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    char path[PATH_SIZE];
    const struct cs_verify_request asked = {.method = "POST",
                                            .target = path,
                                            .body = &body,
                                            .what = "the request for an approval",
                                            .entitlement = entitlement};
    enum cs_err result = write_request(factor, request, &body, error);

    (void)snprintf(path, sizeof path, "/v1.0/authenticators/%s/verifications", factor->device);
    if (result == CS_OK)
        result = cs_verify_call(verify, call, &asked, &reply, error);
    if (result == CS_OK)
        result = cs_verify_expect_success(&asked, &reply, error);
    if (result == CS_OK)
        result = cs_verify_read_question(reply.body.data, reply.body.length, user->id,
                                         ret_challenge, error);
    return result;
}

/* ---- waiting ---- */

static void log_state(const struct cs_verify *verify, const struct cs_challenge *challenge,
                      const struct cs_approval_state *state)
{
    int priority = LOG_INFO;

    if (state->approval == CS_APPROVAL_PENDING)
        priority = LOG_DEBUG;
    else if (state->reason == CS_REASON_WRONG_OWNER || state->reason == CS_REASON_UNKNOWN_STATE)
        priority = LOG_WARNING;
    cs_log(verify->log, priority, "approval %s: %s", challenge->id, cs_reason_name(state->reason));
}

enum cs_err cs_verify_poll(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user,
                           const struct cs_listed_factor *factor, struct cs_challenge *challenge,
                           struct cs_approval_state *ret_state, struct cs_error *error)
{
    struct cs_verify *verify = (struct cs_verify *)provider;
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    struct cs_approval_state state = {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED};
    char path[PATH_SIZE];
    const struct cs_verify_request request = {.method = "GET",
                                              .target = path,
                                              .hold = call->hold,
                                              .what = "the question how an approval stands",
                                              .entitlement = entitlement};
    enum cs_err result;

    (void)snprintf(path, sizeof path, "/v1.0/authenticators/%s/verifications/%s", factor->device,
                   challenge->id);
    result = cs_verify_call(verify, call, &request, &reply, error);
    /* The tenant forgets what is over; an HTML page is another server's 404. */
    if (result == CS_OK && (reply.status != 404 || reply.refusal.message_id[0] == '\0')) {
        result = cs_verify_expect_success(&request, &reply, error);
        if (result == CS_OK)
            result = cs_verify_read_approval(reply.body.data, reply.body.length, user->id,
                                             challenge->id, &state, error);
    }
    if (result != CS_OK)
        return result;
    log_state(verify, challenge, &state);
    *ret_state = state;
    return CS_OK;
}
