/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/key_answer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pasted_word.h"
#include "conversation/terminal.h"
#include "u2f/host_client.h"
#include "u2f/origins.h"
#include "u2f/relay_line.h"

enum { TOUCH_MS = 30000, PINS_MAX = 8, PROMPT_SIZE = 160 };

static enum cs_err prepare(const struct cs_pending *pending, const struct cs_u2f_request *request,
                           struct cs_u2f_host_request *ret_asked, struct cs_error *error)
{
    struct cs_u2f_host_request *asked = ret_asked;
    struct cs_u2f_origins origins;
    enum cs_err result = cs_u2f_read_origins(pending->origins, &origins, error);

    asked->purpose = CS_U2F_REGISTER;
    asked->wait_for_key = true;
    asked->milliseconds = TOUCH_MS;
    asked->verification = request->verification;
    asked->fido2 = request->fido2;
    asked->attestation = request->attestation;
    asked->handle_count = request->handle_count;
    memcpy(asked->app_id, request->app_id, sizeof asked->app_id);
    memcpy(asked->user, request->user, sizeof asked->user);
    memcpy(asked->handles, request->handles, sizeof asked->handles);
    return result == CS_OK ? cs_u2f_client_hash(CS_U2F_REGISTER, request->challenge,
                                                origins.items[0], asked->client_hash, error)
                           : result;
}

/* Whether the key is to be asked again, with the PIN that was typed. */
static enum cs_err ask_pin(const struct cs_u2f_host_answer *answer, struct cs_secret *ret_pin,
                           struct cs_error *error)
{
    char prompt[PROMPT_SIZE], left[PROMPT_SIZE / 2] = "";
    enum cs_err result;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return cs_fail(error, CS_ERR_CANNOT_ASK,
                       "the security key demands its PIN, which can be typed at a terminal only");
    if (answer->pin == CS_U2F_PIN_WRONG && answer->tries_left >= 0)
        (void)snprintf(left, sizeof left, "Tries left before the key blocks itself: %d. ",
                       answer->tries_left);
    (void)snprintf(prompt, sizeof prompt, "%s%sPIN of the security key, then touch it: ",
                   answer->pin == CS_U2F_PIN_WRONG ? "That PIN is wrong. " : "", left);
    result = cs_terminal_ask(prompt, false, ret_pin, error);
    if (result == CS_OK && ret_pin->length == 0)
        return cs_fail(error, CS_ERR_CANCELLED, "no PIN was given");
    if (result == CS_OK && ret_pin->length > CS_U2F_PIN_MAX)
        return cs_fail(error, CS_ERR_INPUT, "a PIN has at most %d bytes", CS_U2F_PIN_MAX);
    return result;
}

/* CS_ERR_CANNOT_ASK: the key will demand its PIN, so no touch is awaited yet. */
static enum cs_err look(const char *socket_path, struct cs_u2f_host_request *asked,
                        struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    enum cs_err result;

    asked->milliseconds = 0;
    asked->wait_for_key = false;
    result = cs_u2f_host_ask(socket_path, asked, INT64_MAX, -1, ret_answer, error);
    asked->milliseconds = TOUCH_MS;
    asked->wait_for_key = true;
    return result;
}

/* Whether waiting for a touch, or for another key, changes nothing. */
static bool is_final(enum cs_err result, const struct cs_u2f_host_answer *answer)
{
    return result == CS_ERR_CONFIG || (result != CS_OK && answer->result == CS_OK);
}

enum cs_err cs_key_ask_helper(const char *socket_path, const struct cs_pending *pending,
                              const struct cs_u2f_request *request,
                              struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request asked = {0};
    struct cs_u2f_host_answer answer = {0};
    enum cs_err result = prepare(pending, request, &asked, error);

    if (result != CS_OK)
        return result;
    if (!cs_u2f_host_exists(socket_path))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "countersign-u2f-host is not running; enable its socket, or use --request "
                       "for a key that is elsewhere");
    result = look(socket_path, &asked, &answer, error);
    if (is_final(result, &answer))
        return result;
    for (unsigned tries = 0; tries == 0 || (result == CS_ERR_CANNOT_ASK && tries <= PINS_MAX);
         tries++) {
        if (result != CS_ERR_CANNOT_ASK)
            (void)fprintf(stderr, "Touch the security key to register it.\n");
        else if ((result = ask_pin(&answer, &asked.pin, error)) != CS_OK)
            return result;
        result = cs_u2f_host_ask(socket_path, &asked, INT64_MAX, -1, &answer, error);
    }
    if (result == CS_OK)
        *ret_enrolled = answer.enrolled;
    return result;
}

static bool is_request(const char *line)
{
    enum cs_u2f_line kind = cs_u2f_line_kind(line, strlen(line));

    return kind == CS_U2F_LINE_ENROL || kind == CS_U2F_LINE_ENROL2;
}

/* Both lines look alike. */
static void advise_to_register(struct cs_error *error)
{
    struct cs_error why = *error;

    (void)cs_fail(error, why.code, "%s: give it to countersign-touch --register where the key is",
                  why.text);
}

enum cs_err cs_key_read_response(struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    static const struct cs_pasted_word wanted = {
        .ask = "Answer of countersign-touch: ",
        .again = "That line contains no answer. Answer of countersign-touch: ",
        .prefix = CS_U2F_WORD_START,
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
    if (result == CS_ERR_INPUT && is_request(line.text))
        advise_to_register(error);
    return result;
}
