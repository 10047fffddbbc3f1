/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/u2f_here.h"

#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "u2f/host_client.h"

static enum cs_err make_request(const struct cs_challenge *challenge,
                                struct cs_u2f_host_request *ret_request, struct cs_error *error)
{
    struct cs_u2f_request asked;
    enum cs_err result =
        cs_u2f_read_request(challenge->request, strlen(challenge->request), &asked, error);

    if (result == CS_OK)
        result = cs_u2f_client_hash(CS_U2F_AUTHENTICATE, asked.challenge, challenge->origin,
                                    ret_request->client_hash, error);
    if (result != CS_OK)
        return result;
    ret_request->purpose = CS_U2F_AUTHENTICATE;
    ret_request->verification = asked.verification;
    memcpy(ret_request->app_id, asked.app_id, sizeof asked.app_id);
    memcpy(ret_request->handles, asked.handles, sizeof asked.handles);
    ret_request->handle_count = asked.handle_count;
    return CS_OK;
}

static enum cs_err keep_answer(const struct cs_u2f_answer *answer, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_u2f_write_answer(answer, &line, error);

    if (result != CS_OK)
        return result;
    return !line.failed && cs_secret_set(ret_answer, line.text, line.length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* Results of the helper about the key itself. */
static const struct {
    enum cs_err result;
    enum cs_u2f_found found;
} findings[] = {
    {CS_ERR_NOT_FOUND, CS_U2F_FOUND_NO_KEY},      {CS_ERR_INPUT, CS_U2F_FOUND_NO_KEY},
    {CS_ERR_TIMEOUT, CS_U2F_FOUND_NO_TOUCH},      {CS_ERR_RESTING, CS_U2F_FOUND_PIN_RESTS},
    {CS_ERR_LIMIT, CS_U2F_FOUND_PIN_BLOCKED},     {CS_ERR_CONFIG, CS_U2F_FOUND_CANNOT_VERIFY},
    {CS_ERR_SPARED, CS_U2F_FOUND_PIN_KEPT},       {CS_ERR_STALE, CS_U2F_FOUND_PIN_STALE},
    {CS_ERR_CANNOT_ASK, CS_U2F_FOUND_PIN_NEEDED}, {CS_ERR_UNAVAILABLE, CS_U2F_FOUND_KEY_FAILS},
};

/* What a failure means for the user: another way to answer, or another try. If the helper gave no
 * result, it failed itself. */
static enum cs_err explain(struct cs_method_login *login, enum cs_err result,
                           const struct cs_u2f_host_answer *answer, enum cs_u2f_found *ret_found,
                           struct cs_error *error)
{
    size_t i = 0;

    if (cs_clock_left(login->given->call.deadline) == 0)
        return cs_fail(error, CS_ERR_TIMEOUT, "the login's time is over");
    while (i < CS_ARRAY_SIZE(findings) && findings[i].result != result)
        i++;
    if (i == CS_ARRAY_SIZE(findings))
        return result;
    *ret_found = findings[i].found;
    if (result == CS_ERR_UNAVAILABLE && answer->result == CS_OK)
        *ret_found = CS_U2F_FOUND_NO_HELPER;
    if (result == CS_ERR_CANNOT_ASK && answer->pin == CS_U2F_PIN_WRONG)
        *ret_found = CS_U2F_FOUND_PIN_WRONG;
    if (result != CS_ERR_CANNOT_ASK)
        cs_log(login->given->log, result == CS_ERR_UNAVAILABLE ? LOG_WARNING : LOG_INFO, "u2f: %s",
               error->text);
    return CS_OK;
}

static enum cs_err ask_helper(struct cs_method_login *login,
                              const struct cs_u2f_host_request *request,
                              struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    return cs_u2f_host_ask(login->given->options->u2f_socket, request, login->given->call.deadline,
                           login->given->call.cancel_fd, ret_answer, error);
}

bool cs_u2f_may_be_here(const struct cs_method_login *login)
{
    return login->given->here && cs_u2f_host_exists(login->given->options->u2f_socket);
}

/* The right key may be plugged in beside one that does not answer. */
enum cs_err cs_u2f_look_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                             enum cs_u2f_found *ret_found, struct cs_error *error)
{
    struct cs_u2f_host_request request = {0};
    struct cs_u2f_host_answer answer = {0};
    enum cs_err result = make_request(challenge, &request, error);

    if (result == CS_OK)
        result = ask_helper(login, &request, &answer, error);
    *ret_found = CS_U2F_FOUND_KEY;
    if (result == CS_OK || answer.result == CS_ERR_TIMEOUT || answer.result == CS_ERR_UNAVAILABLE)
        return CS_OK;
    return explain(login, result, &answer, ret_found, error);
}

enum cs_err cs_u2f_touch_here(struct cs_method_login *login, const struct cs_challenge *challenge,
                              struct cs_u2f_pin *pin, struct cs_secret *ret_answer,
                              enum cs_u2f_found *ret_found, struct cs_error *error)
{
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = {.pin = pin->text};
    struct cs_u2f_host_answer answer = {0};
    int64_t left = cs_clock_left(login->given->call.deadline);
    enum cs_err result;

    pin->text = (struct cs_secret){0};
    result = make_request(challenge, &request, error);
    if (result != CS_OK)
        return result;
    request.milliseconds = login->given->options->poll_timeout * 1000;
    if (left < request.milliseconds)
        request.milliseconds = (uint32_t)left;
    result = ask_helper(login, &request, &answer, error);
    pin->tries_left = answer.tries_left;
    if (result == CS_ERR_TIMEOUT || result == CS_ERR_CANCELLED)
        login->calls->was_refused(login->context);
    if (result != CS_OK)
        return explain(login, result, &answer, ret_found, error);
    *ret_found = CS_U2F_FOUND_ANSWER;
    return keep_answer(&answer.answer, ret_answer, error);
}
