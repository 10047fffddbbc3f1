/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/delivery.h"

#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/answer.h"
#include "methods/code.h"

enum { MARGIN_MS = 2000 }; /* between the end of an approval and that of the login */

static enum cs_err ask_once(struct cs_method_login *login, const struct cs_method *method,
                            const struct cs_listed_factor *factor, enum cs_answer_kind *ret_kind,
                            struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0}, name = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_values values = {0};
    enum cs_err result;

    if (method->is_address)
        cs_show_address(login->book, factor->name, &name);
    cs_values_set(&values, 'N', method->is_address ? name.text : factor->name);
    cs_values_set(&values, 'D', factor->name);
    cs_say(login->book, method->consent, &values, &prompt);
    if (prompt.failed || name.failed)
        return cs_fail_nomem(error);
    result = cs_ask(login->channel, prompt.text, true, &answer, error);
    *ret_kind = cs_answer_kind(&answer);
    login->answers += result == CS_OK;
    return result;
}

/* Asks until something is typed. */
static enum cs_verdict ask(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    struct cs_error error = {0};

    for (unsigned tried = 0; tried <= login->options->retry; tried++) {
        enum cs_answer_kind kind = CS_ANSWER_EMPTY;
        enum cs_err result = ask_once(login, method, factor, &kind, &error);

        if (result != CS_OK)
            return cs_give_up(login, method->name, result, &error);
        if (kind == CS_ANSWER_JUNK)
            return cs_refuse_codes(login, "refused-by-sshd");
        login->consented = kind == CS_ANSWER_TYPED;
        login->answered = login->answered || login->consented;
        if (login->consented)
            return CS_VERDICT_ALLOW;
    }
    login->reason = "not-asked-for";
    return CS_VERDICT_MAX_TRIES;
}

bool cs_ask_consent(struct cs_method_login *login, const struct cs_method *method,
                    const struct cs_listed_factor *factor, enum cs_verdict *ret_verdict)
{
    if (!login->consented) {
        if (login->may_send(login, cs_is_proven(login), false))
            return true;
        *ret_verdict = ask(login, method, factor);
        if (!login->consented)
            return false;
    }
    if (login->may_send(login, cs_is_proven(login), true))
        return true;
    *ret_verdict = cs_refuse_codes(login, "too-many-deliveries");
    return false;
}

/* What the device shows. IBM's files write the host as {hostname}. */
static void say_message(const struct cs_method_login *login, struct cs_buffer *out)
{
    static const char host[] = "{hostname}";
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const char *rest, *found;

    cs_say(login->book, CS_TEXT_VERIFY_MESSAGE, NULL, &text);
    out->failed = text.failed;
    for (rest = text.text ? text.text : ""; (found = strstr(rest, host)) != NULL;
         rest = found + sizeof host - 1) {
        cs_buffer_add(out, rest, (size_t)(found - rest));
        cs_buffer_text(out, login->host);
    }
    cs_buffer_text(out, rest);
}

/* Never longer than the login itself: what outlives it could be approved by mistake. */
static unsigned seconds_for(const struct cs_method_login *login)
{
    int64_t left = (login->call.deadline - cs_clock_ms() - MARGIN_MS) / 1000;

    if (left < 1)
        return 1;
    return left < (int64_t)login->options->poll_timeout ? (unsigned)left
                                                        : login->options->poll_timeout;
}

enum cs_err cs_begin(struct cs_method_login *login, const struct cs_listed_factor *factor,
                     struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
    struct cs_challenge_request request = {.origin = login->address[0] ? login->address : NULL,
                                           .program = login->service,
                                           .seconds = seconds_for(login),
                                           .name = login->name,
                                           .app_id = login->judging.app_id};
    enum cs_err result;

    say_message(login, &message);
    if (message.failed)
        return cs_fail_nomem(error);
    request.message = message.text;
    result = login->provider->ops->begin(login->provider, &login->call, &login->user, factor,
                                         &request, ret_challenge, error);
    if (result == CS_OK)
        cs_log(login->log, LOG_DEBUG, "challenge %s started", ret_challenge->id);
    return result;
}
