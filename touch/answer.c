/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/answer.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "touch/prompt.h"
#include "u2f/device.h"
#include "u2f/touch.h"

enum { LOOK_AGAIN_MS = 500 };

static enum cs_err check(const struct cs_touch_job *job, const struct cs_u2f_request *request,
                         struct cs_error *error)
{
    if (!cs_touch_is_host(job->host, strlen(job->host)))
        return cs_fail(error, CS_ERR_INPUT, "the host name is not valid");
    if (request->purpose == job->purpose)
        return CS_OK;
    return cs_fail(error, CS_ERR_INPUT,
                   request->purpose == CS_U2F_REGISTER
                       ? "this is a request to enrol a security key: use --register"
                       : "this is a request to log in, not to enrol: leave out --register");
}

/* The origin is the host that this side knows, so that the answer to a request relayed from another
 * server is worthless there. */
static enum cs_err prepare(const struct cs_touch_job *job, const struct cs_u2f_request *request,
                           struct cs_u2f_touch *touch, struct cs_error *error)
{
    char origin[CS_U2F_ORIGIN_MAX + 1];
    enum cs_err result;

    (void)snprintf(origin, sizeof origin, CS_U2F_SCHEME "%s", job->host);
    touch->app_id = request->app_id;
    touch->handles = request->handles;
    touch->handle_count = request->handle_count;
    touch->verification = request->verification;
    touch->fido2 = request->fido2;
    touch->attestation = request->attestation;
    touch->user = request->user;
    result = cs_u2f_app_hash(request->app_id, touch->app_hash, error);
    if (result == CS_OK)
        result = cs_u2f_client_hash(request->purpose, request->challenge, origin,
                                    touch->client_hash, error);
    return result;
}

/* While no key at all is plugged in, it is not known whether the right one will be. */
static enum cs_err await_any_key(const struct cs_u2f_touch *touch, struct cs_u2f_answer *answer,
                                 struct cs_error *error)
{
    struct pollfd cancel = {.fd = touch->cancel_fd, .events = POLLIN};
    enum cs_err result;

    do
        result = cs_u2f_touch_authenticate(touch, &answer->key, &answer->assertion, error);
    while (result == CS_ERR_NOT_FOUND && cs_clock_left(touch->deadline) > 0 &&
           poll(&cancel, 1, LOOK_AGAIN_MS) == 0);
    return result;
}

/* The server has further keys, and this asks for them. */
static enum cs_err answer_nothing(struct cs_buffer *out, struct cs_error *error)
{
    cs_buffer_text(out, "");
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

static enum cs_err authenticate(struct cs_u2f_touch *touch, bool more, struct cs_buffer *out,
                                struct cs_error *error)
{
    struct cs_u2f_answer answer = {0};
    enum cs_err result;

    touch->wait_for_key = !more;
    result = more ? await_any_key(touch, &answer, error)
                  : cs_u2f_touch_authenticate(touch, &answer.key, &answer.assertion, error);
    if (more && result == CS_ERR_INPUT)
        return answer_nothing(out, error);
    return result == CS_OK ? cs_u2f_write_answer(&answer, out, error) : result;
}

static enum cs_err enrol(const struct cs_u2f_touch *touch, struct cs_buffer *out,
                         struct cs_error *error)
{
    struct cs_u2f_enrolled enrolled = {0};
    enum cs_err result = cs_u2f_touch_register(touch, &enrolled, error);

    return result == CS_OK ? cs_u2f_write_enrolled(&enrolled, touch->fido2, out, error) : result;
}

/* ---- before anybody is told anything ---- */

/* What the person will have to do. */
enum act {
    TOUCH,
    PLUG_IN,
    TYPE_PIN,
    PERHAPS_PIN, /* only the key knows, or nobody is there to be asked and it works without */
    CHANGE_KEY,  /* the request means none of those that are plugged in */
};

struct outlook {
    enum act act;
    struct cs_error refused; /* about a key that may not be opened; "" for none */
};

/* Whether that is the only key, and may want its PIN before it makes a credential. */
static bool may_want_pin(const struct cs_u2f_transport_ops *ops,
                         const struct cs_u2f_transport *keys, unsigned count)
{
    struct cs_u2f_traits traits = {.u2f = true};

    if (count == 1 && ops->traits != NULL)
        traits = ops->traits(keys, 0);
    return traits.fido2 && traits.pin_set && !traits.itself;
}

/* PLUG_IN only if there certainly is no key. */
static void look_for_any(const struct cs_u2f_touch *touch, struct outlook *outlook)
{
    const struct cs_u2f_transport_ops *ops = touch->transport;
    struct cs_u2f_transport *keys = NULL;
    unsigned count = 0;
    enum cs_err result;

    if (ops->open(&keys, NULL) != CS_OK)
        return;
    result = ops->discover(keys, &count, &outlook->refused);
    if (result == CS_OK && count == 0)
        outlook->act = PLUG_IN;
    else if (result == CS_OK && touch->fido2 && may_want_pin(ops, keys, count))
        outlook->act = PERHAPS_PIN;
    ops->close(keys);
    if (result != CS_ERR_NOT_FOUND)
        outlook->refused.text[0] = '\0';
}

/* What a touch would come to, without one: the time for it is up before it begins. */
static struct outlook look(const struct cs_u2f_touch *touch, enum cs_u2f_purpose purpose)
{
    struct outlook outlook = {.act = TOUCH};
    struct cs_u2f_touch attempt = *touch;
    struct cs_u2f_answer answer;
    struct cs_u2f_enrolled enrolled;
    enum cs_err result;

    look_for_any(touch, &outlook);
    if (outlook.act == PLUG_IN)
        return outlook;
    attempt.deadline = cs_clock_ms();
    attempt.wait_for_key = false;
    result = purpose == CS_U2F_REGISTER
                 ? cs_u2f_touch_register(&attempt, &enrolled, NULL)
                 : cs_u2f_touch_authenticate(&attempt, &answer.key, &answer.assertion, NULL);
    if (result == CS_ERR_INPUT && purpose == CS_U2F_AUTHENTICATE)
        outlook.act = CHANGE_KEY;
    if (result == CS_ERR_CANNOT_ASK)
        outlook.act = touch->verification == CS_U2F_PREFERRED ? PERHAPS_PIN : TYPE_PIN;
    return outlook;
}

/* Shows the notice: the host in it protects the person who touches, so it is always shown
 * somewhere, and last. */
static enum cs_err tell(const struct cs_touch_job *job, const struct outlook *outlook,
                        struct cs_touch_person *person, struct cs_error *error)
{
    static const char *const wishes[] = {
        [TOUCH] = "Touch your security key",
        [PLUG_IN] = "Plug in your security key and touch it",
        [TYPE_PIN] = "Type the PIN of your security key, then touch it",
        [PERHAPS_PIN] = "Type the PIN of your security key if it is asked for, then touch it",
        [CHANGE_KEY] = "Plug in another security key and touch it",
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer notice = {0};
    const char *refused = outlook->refused.text;

    cs_buffer_printf(&notice, "%s%s%s", job->quote, refused, refused[0] ? "\n" : "");
    if (outlook->act == CHANGE_KEY)
        cs_buffer_text(&notice, "The security key here is not enrolled there.\n");
    cs_buffer_printf(&notice, "%s to %s %s", wishes[outlook->act],
                     job->purpose == CS_U2F_REGISTER ? "enrol it at" : "log in to", job->host);
    return notice.failed ? cs_fail_nomem(error) : person->ops->tell(person, notice.text, error);
}

/* ---- the key's PIN ---- */

struct pin_question {
    struct cs_touch_person *person;
    const char *host;
    bool expected; /* the notice has said that a touch follows */
};

static enum cs_err ask_pin(void *context, enum cs_u2f_pin_state state, int tries_left,
                           struct cs_secret *ret_pin, struct cs_error *error)
{
    const struct pin_question *question = context;
    struct cs_touch_person *person = question->person;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (state == CS_U2F_PIN_WRONG)
        cs_buffer_text(&text, "That PIN is wrong. ");
    if (state == CS_U2F_PIN_WRONG && tries_left >= 0)
        cs_buffer_printf(&text, "Tries left before the key blocks itself: %d. ", tries_left);
    cs_buffer_printf(&text, "PIN of your security key, for %s%s: ", question->host,
                     question->expected ? "" : " (then touch it)");
    return text.failed ? cs_fail_nomem(error)
                       : person->ops->ask_secret(person, text.text, ret_pin, error);
}

enum cs_err cs_touch_answer(const struct cs_touch_job *job, struct cs_touch_person *person,
                            struct cs_buffer *out, struct cs_error *error)
{
    struct cs_u2f_request request = {0};
    struct pin_question question = {person, job->host, false};
    const struct cs_u2f_pin_asker asker = {ask_pin, &question};
    struct cs_u2f_touch touch = {.transport = &cs_u2f_device,
                                 .asker = &asker,
                                 .cancel_fd = person->reader,
                                 .wait_for_key = true};
    struct outlook outlook;
    enum cs_err result = cs_u2f_read_request(job->line, job->length, &request, error);

    if (result == CS_OK)
        result = check(job, &request, error);
    if (result == CS_OK)
        result = prepare(job, &request, &touch, error);
    if (result != CS_OK)
        return result;
    outlook = look(&touch, job->purpose);
    /* A notice in each round would ask for a touch that helps nobody. */
    if (request.more && outlook.act == CHANGE_KEY)
        return answer_nothing(out, error);
    question.expected = outlook.act == TYPE_PIN || outlook.act == PERHAPS_PIN;
    result = tell(job, &outlook, person, error);
    touch.deadline = cs_clock_ms() + (int64_t)job->seconds * 1000;
    if (result == CS_OK)
        result = job->purpose == CS_U2F_REGISTER ? enrol(&touch, out, error)
                                                 : authenticate(&touch, request.more, out, error);
    person->ops->told(person);
    return result;
}
