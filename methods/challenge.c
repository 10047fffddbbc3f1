/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/challenge.h"

#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "methods/provider_call.h"

enum { MARGIN_MS = 2000 }; /* approvals end this long before the login does */

/* What the device shows. IBM's files call the host {hostname}. */
static void say_message(const struct cs_method_given *given, struct cs_buffer *out)
{
    static const char host[] = "{hostname}";
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const char *rest, *found;

    cs_say(given->book, CS_TEXT_VERIFY_MESSAGE, NULL, &text);
    out->failed = text.failed;
    for (rest = text.text ? text.text : ""; (found = strstr(rest, host)) != NULL;
         rest = found + sizeof host - 1) {
        cs_buffer_add(out, rest, (size_t)(found - rest));
        cs_buffer_text(out, given->host);
    }
    cs_buffer_text(out, rest);
}

/* No longer than the login itself: a request that outlives it could be approved by mistake. */
static unsigned seconds_for(const struct cs_method_given *given)
{
    int64_t left = (given->call.deadline - cs_clock_ms() - MARGIN_MS) / 1000;

    if (left < 1)
        return 1;
    return left < (int64_t)given->options->poll_timeout ? (unsigned)left
                                                        : given->options->poll_timeout;
}

static enum cs_err begin(struct cs_open_challenge *open, struct cs_error *error)
{
    struct cs_method_login *login = open->login;
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
    struct cs_challenge_request request = {
        .client = given->address[0] ? given->address : NULL,
        .program = given->service,
        .host = given->host,
        .seconds = seconds_for(given),
        .name = given->name,
        .silent = given->wait_mode == CS_WAIT_SILENT,
        .room = open->room,
        .more_room = open->more_room,
        .skipped = open->skipped,
        .user_code = open->user_code.data != NULL ? &open->user_code : NULL};
    enum cs_err result;

    say_message(given, &message);
    if (message.failed)
        return cs_fail_nomem(error);
    request.message = message.text;
    result = cs_call_begin(login, open->factor, &request, &open->challenge, error);
    /* A request may arrive even if its call gets no answer. */
    login->state.sent =
        login->state.sent || (open->factor->kind != CS_FACTOR_U2F && !open->challenge.unsent);
    open->open = result == CS_OK;
    if (open->open)
        cs_log(given->log, LOG_DEBUG, "challenge %s started", open->challenge.id);
    return result;
}

/* The secret that was asked for stays, for the next request. */
static void end(struct cs_open_challenge *open)
{
    struct cs_method_login *login = open->login;

    if (open->open && !open->fulfilled)
        cs_call_cancel(login, open->factor, &open->challenge);
    if (open->has_turn)
        login->calls->give_turn(login->context, open->challenge.rest_ms);
    cs_challenge_clear(&open->challenge);
    open->open = open->has_turn = open->fulfilled = false;
}

enum cs_err cs_open_challenge_begin(struct cs_open_challenge *open, struct cs_error *error)
{
    struct cs_method_login *login = open->login;
    enum cs_err result = CS_OK;

    end(open);
    if ((login->given->provider->ops->one_pending & CS_KIND(open->factor->kind)) != 0) {
        result = login->calls->take_turn(login->context, error);
        open->has_turn = result == CS_OK;
    }
    if (result == CS_OK)
        result = begin(open, error);
    if (result != CS_OK)
        end(open);
    return result;
}

void cs_open_challenge_end(struct cs_open_challenge *open)
{
    end(open);
    cs_secret_free(&open->user_code);
}
