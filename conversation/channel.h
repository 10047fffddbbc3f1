/* SPDX-License-Identifier: Apache-2.0 */
/* How rounds reach the person. Methods see nothing but this. */
#ifndef CS_CONVERSATION_CHANNEL_H
#define CS_CONVERSATION_CHANNEL_H

#include <stdint.h>

#include "wire/round.h"
#include "wire/transport.h"

struct cs_channel;

struct cs_channel_ops {
    /* Shows a round and waits for as many answers as it has prompts. CS_ERR_HANGUP when the person
     * is gone, CS_ERR_TIMEOUT at the login's deadline. */
    enum cs_err (*exchange)(struct cs_channel *channel, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error);
    /* Waits until `until` (cs_clock_ms); CS_ERR_HANGUP as soon as the person is gone. */
    enum cs_err (*wait)(struct cs_channel *channel, int64_t until, struct cs_error *error);
    /* The application's PAM_AUTHTOK; empty when there is none. Proves nothing by itself. */
    enum cs_err (*authtok)(struct cs_channel *channel, struct cs_secret *ret_authtok,
                           struct cs_error *error);
};

/* Every channel's struct starts with this. */
struct cs_channel {
    const struct cs_channel_ops *ops;
};

enum cs_err cs_channel_exchange(struct cs_channel *channel, const struct cs_round *round,
                                struct cs_answers *ret_answers, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_channel_wait(struct cs_channel *channel, int64_t until,
                            struct cs_error *error) CS_MUST_USE;
enum cs_err cs_channel_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                               struct cs_error *error) CS_MUST_USE;

/* The common round: one prompt, one answer. */
enum cs_err cs_ask(struct cs_channel *channel, const char *prompt, bool echo,
                   struct cs_secret *ret_answer, struct cs_error *error) CS_MUST_USE;

/* An instruction alone. In a folding channel it is held back until the next prompt. */
enum cs_err cs_tell(struct cs_channel *channel, const char *text,
                    struct cs_error *error) CS_MUST_USE;

/* The broker's end of a connection. `socket` stays the caller's. */
struct cs_wire_channel {
    struct cs_channel channel;
    int socket;
    uint32_t version;
    int64_t deadline;        /* of the login, cs_clock_ms */
    struct cs_outbox outbox; /* what leaves with the next message */

    /* Called once, when the first round is on its way: work that can be done while the person reads
     * and types. Optional. */
    void (*meanwhile)(void *context);
    void *context;
};

void cs_wire_channel_init(struct cs_wire_channel *channel, int socket, uint32_t version,
                          int64_t deadline);
void cs_wire_channel_clear(struct cs_wire_channel *channel);

/* Sends a message that has no answer, behind what waits in the outbox. */
enum cs_err cs_wire_channel_send(struct cs_wire_channel *channel, unsigned type,
                                 const void *message, struct cs_error *error) CS_MUST_USE;

/*
 * Puts instructions into the prompt text in front of another channel. Servers up to OpenSSH 10.2
 * hold informational text back until the next prompt, and several clients never show it: what
 * stands in the prompt is seen by everybody.
 */
struct cs_fold_channel {
    struct cs_channel channel;
    struct cs_channel *inner; /* borrowed */
    char *held;               /* instructions that no prompt has carried yet */
};

void cs_fold_channel_init(struct cs_fold_channel *channel, struct cs_channel *inner);
void cs_fold_channel_clear(struct cs_fold_channel *channel);

/* Sends what no prompt has carried as an instruction of its own: for the end of a refused login,
 * where every server shows it once. */
enum cs_err cs_fold_channel_flush(struct cs_fold_channel *channel,
                                  struct cs_error *error) CS_MUST_USE;

#endif
