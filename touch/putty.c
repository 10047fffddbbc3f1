/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/putty.h"

#include <string.h>

#include "base/lower.h"
#include "touch/answer.h"
#include "touch/putty_peer.h"
#include "touch/quote.h"
#include "touch/terminal.h"

#define METHOD "keyboard-interactive"

/* PuTTY writes "| " before each line. Its window need not be as wide as our terminal, if we have
 * one. */
enum { FRAME_COLUMNS = 2, COLUMNS_MAX = 80 };

/* Empty answers in one login that nobody touched a key for. Each tells the server that none of the
 * eight keys that it may name is here, for any application; this many are a lot of keys for one
 * account. */
enum { EMPTY_MAX = 8 };

/* Who answers the next request to a key. */
enum turn {
    KEY,       /* the key */
    AFTER_KEY, /* the key did, so another request says that its answer was refused */
    PERSON,    /* the person: the key has failed. Its retries would ask it again and again */
};

struct dialogue {
    struct cs_putty_peer peer;
    const struct cs_touch_arguments *arguments;
    char host[CS_TOUCH_HOST_MAX + 1];
    enum turn turn;
    bool warned;    /* that a server asks for no PIN */
    unsigned empty; /* answers that asked the server for its further keys */
};

static bool equals(struct cs_putty_text text, const char *other)
{
    return text.length == strlen(other) && strncmp(text.data, other, text.length) == 0;
}

/* ---- the beginning ---- */

/* Without a port (-loghost NAME:PORT) and brackets: neither is a part of the name that ssh signs
 * for. */
static struct cs_putty_text bare_host(struct cs_putty_text host)
{
    const char *end = host.length > 0 && host.data[0] == '[' ? memchr(host.data, ']', host.length)
                                                             : memchr(host.data, ':', host.length);

    if (end == NULL)
        return host;
    if (*end == ']')
        return (struct cs_putty_text){host.data + 1, (size_t)(end - host.data) - 1};
    if (memrchr(host.data, ':', host.length) != end) /* an IPv6 address */
        return host;
    return (struct cs_putty_text){host.data, (size_t)(end - host.data)};
}

static enum cs_err take_host(struct dialogue *dialogue, struct cs_putty_text host,
                             struct cs_error *error)
{
    if (dialogue->arguments->host[0] != '\0') {
        memcpy(dialogue->host, dialogue->arguments->host, sizeof dialogue->host);
        return CS_OK;
    }
    host = bare_host(host);
    if (!cs_touch_is_host(host.data, host.length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the name under which PuTTY knows the host cannot be used; name the host "
                       "with --host in PuTTY's plugin command");
    for (size_t i = 0; i < host.length; i++)
        dialogue->host[i] = cs_lower(host.data[i]);
    return CS_OK;
}

static enum cs_err take_init(struct dialogue *dialogue, struct cs_error *error)
{
    const struct cs_buffer *fields = &dialogue->peer.fields;
    struct cs_putty_init init;
    enum cs_err result = cs_putty_read_init(fields->text, fields->length, &init, error);

    if (result != CS_OK)
        return result;
    if (init.version < CS_PUTTY_VERSION)
        return cs_fail(error, CS_ERR_INPUT,
                       "PuTTY speaks version %lu of the plugin protocol, and version %d is needed: "
                       "use PuTTY 0.78 or later",
                       (unsigned long)init.version, CS_PUTTY_VERSION);
    return take_host(dialogue, init.host, error);
}

/* PuTTY shows the reason of a failure and then asks the person itself. */
static enum cs_err begin(struct dialogue *dialogue, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
    enum cs_err result = cs_putty_expect(&dialogue->peer, CS_PUTTY_INIT, error), sent;

    if (result == CS_OK)
        result = take_init(dialogue, error);
    if (result != CS_OK && result != CS_ERR_INPUT)
        return result;
    if (result == CS_OK)
        cs_putty_write_init_response(&message);
    else
        cs_putty_write_reason(CS_PUTTY_INIT_FAILURE, error->text, &message);
    sent = cs_putty_send(&dialogue->peer, &message, result == CS_OK ? error : NULL);
    return result == CS_OK ? sent : result;
}

/* ---- one request of the server ---- */

/* A prompt of the server that ends in a request to a key. */
struct asked {
    struct cs_buffer text;         /* the server's other words and the prompt */
    struct cs_touch_prompt prompt; /* within `text` */
};

static void asked_free(struct asked *asked)
{
    cs_buffer_free(&asked->text);
}

/* Whether a key can answer. The server's words in the name and the instruction must not be lost. */
static bool is_for_key(const struct cs_putty_questions *questions, struct asked *ret_asked)
{
    const struct cs_putty_text *said[] = {&questions->name, &questions->instruction};
    struct cs_buffer *text = &ret_asked->text;
    size_t start;

    if (questions->count != 1 ||
        memchr(questions->prompt.data, '\0', questions->prompt.length) != NULL)
        return false;
    for (size_t i = 0; i < CS_ARRAY_SIZE(said); i++) {
        cs_buffer_add(text, said[i]->data, said[i]->length);
        cs_buffer_text(text, said[i]->length > 0 ? "\n" : "");
    }
    start = text->length;
    cs_buffer_add(text, questions->prompt.data, questions->prompt.length);
    if (text->failed)
        return false;
    cs_touch_read_bare_prompt(text->text + start, &ret_asked->prompt);
    return ret_asked->prompt.kind == CS_TOUCH_RELAY;
}

static enum cs_err touch(struct dialogue *dialogue, const struct asked *asked,
                         struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer quote = {0};
    unsigned columns = cs_touch_columns();
    struct cs_touch_job job = {.line = asked->prompt.request,
                               .length = asked->prompt.request_length,
                               .host = dialogue->host,
                               .purpose = CS_U2F_AUTHENTICATE,
                               .seconds = dialogue->arguments->seconds};
    enum cs_err result;

    columns = (columns < COLUMNS_MAX ? columns : COLUMNS_MAX);
    cs_touch_quote(asked->text.text, &asked->prompt, dialogue->host,
                   columns > FRAME_COLUMNS ? columns - FRAME_COLUMNS : 0, &quote);
    cs_buffer_text(&quote, "");
    if (quote.failed)
        return cs_fail_nomem(error);
    job.quote = quote.text;
    result = cs_touch_answer(&job, &dialogue->peer.person, out, error);
    return result == CS_OK && out->failed ? cs_fail_nomem(error) : result;
}

static enum cs_err tell_failure(struct dialogue *dialogue, const char *why, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_touch_person *person = &dialogue->peer.person;

    dialogue->turn = PERSON;
    cs_buffer_printf(
        &text, "countersign-touch: %s\nAnswer yourself, for example with a recovery code.", why);
    return text.failed ? cs_fail_nomem(error) : person->ops->tell(person, text.text, error);
}

/* Asks the key. After a failure the turn is the person's. */
static enum cs_err ask_key(struct dialogue *dialogue, const struct asked *asked,
                           struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
    struct cs_error why = {0};
    enum cs_err result = touch(dialogue, asked, &line, &why);

    if (result == CS_OK && line.length == 0 && dialogue->empty++ >= EMPTY_MAX)
        result = cs_fail(&why, CS_ERR_LIMIT,
                         "the server has asked %d times for keys that are not here; Enter alone "
                         "lets it ask for others",
                         EMPTY_MAX);
    if (result != CS_OK && (dialogue->peer.over || result == CS_ERR_NOMEM)) {
        *error = why;
        return result;
    }
    /* Whatever the touch says: nobody can answer any more. */
    if (result != CS_OK && cs_putty_interrupts(&dialogue->peer)) {
        result = cs_putty_receive(&dialogue->peer, error);
        return result == CS_OK ? cs_putty_unexpected(&dialogue->peer, error) : result;
    }
    if (result != CS_OK)
        return tell_failure(dialogue, why.text, error);
    /* An empty line refuses nothing: the server has further keys to ask for. */
    dialogue->turn = line.length > 0 ? AFTER_KEY : KEY;
    cs_putty_write_answer(line.length > 0 ? line.text : "", &message);
    return cs_putty_send(&dialogue->peer, &message, error);
}

/* PuTTY shows the server's questions and ours alike. One that hides the answer could be meant to
 * look like ours for a PIN. */
static enum cs_err warn(struct dialogue *dialogue, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_touch_person *person = &dialogue->peer.person;

    dialogue->warned = true;
    cs_buffer_printf(&text,
                     "%s itself asks what follows.\nA server never asks for the PIN of a security "
                     "key: do not type it there.",
                     dialogue->host);
    return text.failed ? cs_fail_nomem(error) : person->ops->tell(person, text.text, error);
}

/* As the server asked it, and as it was answered, byte for byte. */
static enum cs_err pass_on(struct dialogue *dialogue, const struct cs_buffer *request,
                           struct cs_error *error)
{
    struct cs_putty_peer *peer = &dialogue->peer;
    CS_AUTO(cs_buffer_free) struct cs_buffer question = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer answer = {0};
    enum cs_err result;

    cs_putty_write(CS_PUTTY_USER_REQUEST, request->text, request->length, &question);
    result = cs_putty_send(peer, &question, error);
    if (result == CS_OK)
        result = cs_putty_expect(peer, CS_PUTTY_USER_RESPONSE, error);
    if (result != CS_OK)
        return result;
    cs_putty_write(CS_PUTTY_SERVER_RESPONSE, peer->fields.text, peer->fields.length, &answer);
    return cs_putty_send(peer, &answer, error);
}

/* `request` holds the fields of SERVER_REQUEST. */
static enum cs_err answer(struct dialogue *dialogue, const struct cs_buffer *request,
                          struct cs_error *error)
{
    CS_AUTO(asked_free) struct asked asked = {0};
    struct cs_putty_questions questions;
    enum cs_err result = cs_putty_read_questions(request->text, request->length, &questions, error);
    bool for_key = result == CS_OK && is_for_key(&questions, &asked);

    if (result == CS_OK && for_key && dialogue->turn == KEY) {
        result = ask_key(dialogue, &asked, error);
        if (result != CS_OK || dialogue->turn != PERSON)
            return result;
    } else if (result == CS_OK && for_key && dialogue->turn == AFTER_KEY) {
        result =
            tell_failure(dialogue, "the server did not accept what the security key signed", error);
    } else if (!for_key && questions.count > 0) {
        dialogue->turn = KEY;
    }
    if (result == CS_OK && questions.hidden && !dialogue->warned)
        result = warn(dialogue, error);
    return result == CS_OK ? pass_on(dialogue, request, error) : result;
}

/* ---- one login ---- */

/* From ACCEPT until the server has decided. */
static enum cs_err serve_method(struct dialogue *dialogue, struct cs_error *error)
{
    struct cs_putty_peer *peer = &dialogue->peer;
    enum cs_err result = CS_OK;

    dialogue->turn = KEY;
    while (result == CS_OK) {
        CS_AUTO(cs_buffer_free) struct cs_buffer request = {0};

        result = cs_putty_receive(peer, error);
        if (result == CS_OK &&
            (peer->type == CS_PUTTY_AUTH_SUCCESS || peer->type == CS_PUTTY_AUTH_FAILURE))
            return CS_OK;
        if (result == CS_OK && peer->type != CS_PUTTY_SERVER_REQUEST)
            return cs_putty_unexpected(peer, error);
        /* What PuTTY sends meanwhile takes the place of the fields. */
        request = peer->fields;
        peer->fields = (struct cs_buffer){0};
        if (result == CS_OK)
            result = answer(dialogue, &request, error);
    }
    return result;
}

/* Other methods are PuTTY's own affair; an empty reason rejects them silently. */
static enum cs_err serve(struct dialogue *dialogue, struct cs_error *error)
{
    struct cs_putty_peer *peer = &dialogue->peer;
    enum cs_err result = begin(dialogue, error);

    while (result == CS_OK) {
        CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
        struct cs_putty_text method = {0};
        bool ours;

        result = cs_putty_expect(peer, CS_PUTTY_PROTOCOL, error);
        if (result == CS_OK)
            result = cs_putty_read_protocol(peer->fields.text, peer->fields.length, &method, error);
        ours = result == CS_OK && equals(method, METHOD);
        if (ours)
            cs_putty_write(CS_PUTTY_ACCEPT, NULL, 0, &message);
        else
            cs_putty_write_reason(CS_PUTTY_REJECT, "", &message);
        if (result == CS_OK)
            result = cs_putty_send(peer, &message, error);
        if (result == CS_OK && ours)
            result = serve_method(dialogue, error);
    }
    return result;
}

enum cs_err cs_touch_serve_putty(const struct cs_touch_arguments *arguments, int in, int out,
                                 struct cs_error *error)
{
    struct dialogue dialogue = {.arguments = arguments};
    enum cs_err result;

    cs_putty_peer_init(&dialogue.peer, in, out);
    result = serve(&dialogue, error);
    cs_putty_peer_clear(&dialogue.peer);
    return result == CS_ERR_HANGUP ? CS_OK : result;
}
