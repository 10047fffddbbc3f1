/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/pasted_word.h"
#include "u2f/host_client.h"
#include "u2f/origins.h"

enum { TOUCH_MS = 30000 };

enum cs_err cs_key_ask_helper(const char *socket_path, const struct cs_pending *pending,
                              const struct cs_u2f_request *request,
                              struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    struct cs_u2f_host_answer answer = {0};
    struct cs_u2f_host_request asked = {.purpose = CS_U2F_REGISTER,
                                        .wait_for_key = true,
                                        .milliseconds = TOUCH_MS,
                                        .handle_count = request->handle_count};
    struct cs_u2f_origins origins;
    enum cs_err result = cs_u2f_read_origins(pending->origins, &origins, error);

    memcpy(asked.handles, request->handles, sizeof asked.handles);
    if (result == CS_OK)
        result = cs_u2f_app_hash(request->app_id, asked.app_hash, error);
    if (result == CS_OK)
        result = cs_u2f_client_hash(CS_U2F_REGISTER, request->challenge, origins.items[0],
                                    asked.client_hash, error);
    if (result != CS_OK)
        return result;
    if (!cs_u2f_host_exists(socket_path))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "countersign-u2f-host is not running; enable its socket, or use --request "
                       "for a key that is elsewhere");
    (void)fprintf(stderr, "Touch the security key to register it.\n");
    result = cs_u2f_host_ask(socket_path, &asked, INT64_MAX, -1, &answer, error);
    if (result != CS_OK)
        return result;
    *ret_enrolled = (struct cs_u2f_enrolled){.form = CS_U2F_FORM_U2F, .length = answer.length};
    memcpy(ret_enrolled->data, answer.data, answer.length);
    return CS_OK;
}

enum cs_err cs_key_read_response(struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    static const struct cs_pasted_word wanted = {
        .ask = "Answer of countersign-touch: ",
        .again = "That line contains no answer. Answer of countersign-touch: ",
        .prefix = CS_U2F_LINE_START,
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_pasted_word_read(&wanted, &line, error);

    if (result != CS_OK && result != CS_ERR_NOT_FOUND)
        return result;
    if (line.length == 0)
        return cs_fail(error, CS_ERR_INPUT, "there is no answer on standard input");
    result = cs_u2f_read_enrolled(line.text, cs_pasted_word_length(line.text), ret_enrolled, error);
    if (result == CS_ERR_INPUT && cs_u2f_is_enrolled(line.text))
        cs_pasted_word_advise(line.text, error);
    return result;
}
