/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/putty_peer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "touch/terminal.h"

enum { PIECE_BYTES = 4096 };

/* ---- messages ---- */

/* Reads up to `length` bytes; fewer at the end of the input. */
static enum cs_err read_up_to(int fd, char *data, size_t length, size_t *ret_length,
                              struct cs_error *error)
{
    ssize_t got = 1;

    *ret_length = 0;
    while (*ret_length < length && got != 0) {
        got = read(fd, data + *ret_length, length - *ret_length);
        if (got < 0 && errno != EINTR)
            return cs_fail_errno(error, "cannot read standard input");
        if (got > 0)
            *ret_length += (size_t)got;
    }
    return CS_OK;
}

static enum cs_err fail_cut(struct cs_error *error)
{
    return cs_fail(error, CS_ERR_PROTOCOL, "PuTTY's message ends before its length is reached");
}

static enum cs_err read_fields(struct cs_putty_peer *peer, size_t length, struct cs_error *error)
{
    char piece[PIECE_BYTES];
    enum cs_err result = CS_OK;

    while (result == CS_OK && length > 0) {
        size_t wanted = length < sizeof piece ? length : sizeof piece, got = 0;

        result = read_up_to(peer->in, piece, wanted, &got, error);
        cs_buffer_add(&peer->fields, piece, got);
        if (result == CS_OK && got < wanted)
            result = fail_cut(error);
        length -= got;
    }
    cs_wipe(piece, sizeof piece);
    return result;
}

static enum cs_err receive(struct cs_putty_peer *peer, struct cs_error *error)
{
    char start[CS_PUTTY_HEAD_BYTES + 1]; /* the head and the type */
    size_t got = 0, length = 0;
    enum cs_err result = read_up_to(peer->in, start, sizeof start, &got, error);

    cs_buffer_free(&peer->fields);
    if (result != CS_OK)
        return result;
    if (got == 0)
        return cs_fail(error, CS_ERR_HANGUP, "PuTTY has ended");
    if (got >= CS_PUTTY_HEAD_BYTES)
        result = cs_putty_read_head((const unsigned char *)start, &length, error);
    if (result == CS_OK && got < sizeof start)
        result = fail_cut(error);
    if (result != CS_OK)
        return result;
    peer->type = (unsigned char)start[CS_PUTTY_HEAD_BYTES];
    cs_buffer_text(&peer->fields, ""); /* never NULL */
    result = read_fields(peer, length - 1, error);
    return result == CS_OK && peer->fields.failed ? cs_fail_nomem(error) : result;
}

enum cs_err cs_putty_receive(struct cs_putty_peer *peer, struct cs_error *error)
{
    enum cs_err result = receive(peer, error);

    peer->over = peer->over || result != CS_OK;
    return result;
}

enum cs_err cs_putty_unexpected(const struct cs_putty_peer *peer, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_PROTOCOL, "PuTTY sent a message of type %u out of turn",
                   (unsigned)peer->type);
}

enum cs_err cs_putty_expect(struct cs_putty_peer *peer, enum cs_putty_type type,
                            struct cs_error *error)
{
    enum cs_err result = cs_putty_receive(peer, error);

    if (result != CS_OK || peer->type == type)
        return result;
    peer->over = true;
    return cs_putty_unexpected(peer, error);
}

enum cs_err cs_putty_send(struct cs_putty_peer *peer, const struct cs_buffer *messages,
                          struct cs_error *error)
{
    size_t sent = 0;

    if (messages->failed)
        return cs_fail_nomem(error);
    while (sent < messages->length) {
        ssize_t done = write(peer->out, messages->text + sent, messages->length - sent);

        if (done < 0 && errno != EINTR) {
            peer->over = true;
            return cs_fail_errno(error, "cannot write standard output");
        }
        if (done > 0)
            sent += (size_t)done;
    }
    return CS_OK;
}

bool cs_putty_interrupts(const struct cs_putty_peer *peer)
{
    struct pollfd entry = {.fd = peer->in, .events = POLLIN};

    return poll(&entry, 1, 0) > 0;
}

/* ---- the person ---- */

static struct cs_putty_peer *peer_of(struct cs_touch_person *person)
{
    return (struct cs_putty_peer *)person;
}

/* `prompt` may be NULL; then `*ret_answer` is empty. */
static enum cs_err ask(struct cs_putty_peer *peer, const char *instruction, const char *prompt,
                       struct cs_putty_text *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer message = {0};
    enum cs_err result;

    cs_putty_write_question(instruction, prompt, &message);
    result = cs_putty_send(peer, &message, error);
    if (result == CS_OK)
        result = cs_putty_expect(peer, CS_PUTTY_USER_RESPONSE, error);
    if (result == CS_OK)
        result =
            cs_putty_read_answer(peer->fields.text, peer->fields.length,
                                 prompt != NULL ? CS_PUTTY_SECRET_PROMPTS : 0, ret_answer, error);
    peer->over = peer->over || result != CS_OK;
    return result;
}

/* PuTTY shows it at once and answers; the text stays where it is. */
static enum cs_err tell(struct cs_touch_person *person, const char *text, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    struct cs_putty_text none;

    cs_touch_clean(text, "\n", &clean);
    return clean.failed ? cs_fail_nomem(error)
                        : ask(peer_of(person), clean.text, NULL, &none, error);
}

static void told(struct cs_touch_person *person)
{
    (void)person;
}

static enum cs_err ask_secret(struct cs_touch_person *person, const char *text,
                              struct cs_secret *ret_secret, struct cs_error *error)
{
    struct cs_putty_peer *peer = peer_of(person);
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    struct cs_putty_text answer = {0};
    enum cs_err result;

    cs_touch_clean(text, "\n", &clean);
    if (clean.failed)
        return cs_fail_nomem(error);
    result = ask(peer, "", clean.text, &answer, error);
    if (result == CS_OK && cs_secret_set(ret_secret, answer.data, answer.length) != CS_OK)
        result = cs_fail_nomem(error);
    cs_buffer_free(&peer->fields);
    return result;
}

void cs_putty_peer_init(struct cs_putty_peer *peer, int in, int out)
{
    static const struct cs_touch_person_ops ops = {tell, told, ask_secret};

    *peer = (struct cs_putty_peer){.person = {.ops = &ops, .reader = in}, .in = in, .out = out};
}

void cs_putty_peer_clear(struct cs_putty_peer *peer)
{
    cs_buffer_free(&peer->fields);
}
