/* SPDX-License-Identifier: Apache-2.0 */
/* How rounds reach the person. Methods see nothing else of the connection. */
#ifndef CS_CONVERSATION_CHANNEL_H
#define CS_CONVERSATION_CHANNEL_H

#include <stdint.h>

#include "base/meter.h"
#include "wire/round.h"
#include "wire/transport.h"

struct cs_channel;

struct cs_channel_ops {
    /* Shows a round and waits for as many answers as it has prompts. CS_ERR_HANGUP if the person is
     * gone, CS_ERR_CANNOT_ASK if the application refuses to show it, CS_ERR_TIMEOUT at the login's
     * deadline. */
    enum cs_err (*exchange)(struct cs_channel *channel, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error);
    /* Waits until `until` (cs_clock_ms); CS_ERR_HANGUP as soon as the person is gone. */
    enum cs_err (*wait)(struct cs_channel *channel, int64_t until, struct cs_error *error);
    /* Gets the application's PAM_AUTHTOK; empty if there is none. By itself it proves nothing. */
    enum cs_err (*authtok)(struct cs_channel *channel, struct cs_secret *ret_authtok,
                           struct cs_error *error);
};

/* Every channel's struct starts with this. */
struct cs_channel {
    const struct cs_channel_ops *ops;
    unsigned answers; /* prompts answered so far, with whatever, a bare Enter included; and the
                         application's password, once it was given */
    struct cs_meter *waits; /* measures the waits for answers; NULL: nobody does */
};

enum cs_err cs_channel_exchange(struct cs_channel *channel, const struct cs_round *round,
                                struct cs_answers *ret_answers, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_channel_wait(struct cs_channel *channel, int64_t until,
                            struct cs_error *error) CS_MUST_USE;
enum cs_err cs_channel_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                               struct cs_error *error) CS_MUST_USE;

/* The usual round: one prompt, one answer. */
enum cs_err cs_ask(struct cs_channel *channel, const char *prompt, bool echo,
                   struct cs_secret *ret_answer, struct cs_error *error) CS_MUST_USE;

/* Shows an instruction alone. A folding channel holds it back until the next prompt. */
enum cs_err cs_tell(struct cs_channel *channel, const char *text,
                    struct cs_error *error) CS_MUST_USE;

/* The same for text that no prompt has room for: a folding channel sends it on. The application may
 * show it together with the next prompt all the same, or never. */
enum cs_err cs_tell_apart(struct cs_channel *channel, const char *text,
                          struct cs_error *error) CS_MUST_USE;

/* The broker's end of a connection. The caller keeps `socket`. */
struct cs_wire_channel {
    struct cs_channel channel;
    int socket;
    uint32_t version;
    int64_t deadline;        /* the login's, cs_clock_ms */
    struct cs_outbox outbox; /* messages to send along with the next one */
    struct cs_sender only;   /* whose messages count; pid 0: anybody's who has the connection */

    /* Called once, when the first round has been sent, for work that can be done while the person
     * reads and types. Optional. */
    void (*meanwhile)(void *context);
    void *context;
};

void cs_wire_channel_init(struct cs_wire_channel *channel, int socket, uint32_t version,
                          int64_t deadline);
void cs_wire_channel_clear(struct cs_wire_channel *channel);

/* Sends a message that has no answer, after the messages in the outbox. */
enum cs_err cs_wire_channel_send(struct cs_wire_channel *channel, unsigned type,
                                 const void *message, struct cs_error *error) CS_MUST_USE;

/*
 * Wraps another channel and moves instructions into the prompt text. Servers up to OpenSSH 10.2
 * hold informational text back until the next prompt, and several clients never show it, but
 * everybody sees the prompt.
 */
struct cs_fold_channel {
    struct cs_channel channel;
    struct cs_channel *inner; /* borrowed */
    char *held;               /* instructions not yet shown in a prompt */
};

void cs_fold_channel_init(struct cs_fold_channel *channel, struct cs_channel *inner);
void cs_fold_channel_clear(struct cs_fold_channel *channel);

/* Sends instructions not yet shown in a prompt on their own: for the end of a refused login, where
 * every server shows them once. */
enum cs_err cs_fold_channel_flush(struct cs_fold_channel *channel,
                                  struct cs_error *error) CS_MUST_USE;

#endif
