/* SPDX-License-Identifier: Apache-2.0 */
/* PuTTY at the other end of two pipes: it and we write one message each, in turns. */
#ifndef CS_TOUCH_PUTTY_PEER_H
#define CS_TOUCH_PUTTY_PEER_H

#include "base/buffer.h"
#include "touch/person.h"
#include "touch/putty_message.h"

struct cs_putty_peer {
    struct cs_touch_person person; /* speaks by USER_REQUEST, when it is our turn */
    int in, out;                   /* the caller's */
    bool over;                     /* reading or writing has failed: there is nobody to talk to */
    unsigned char type;            /* of the message that was received last, ... */
    struct cs_buffer fields;       /* ... and the rest of it, which may be a secret */
};

void cs_putty_peer_init(struct cs_putty_peer *peer, int in, int out);
void cs_putty_peer_clear(struct cs_putty_peer *peer);

/* Waits for a message, for as long as PuTTY is there. CS_ERR_HANGUP if PuTTY has ended,
 * CS_ERR_PROTOCOL if it did so within a message, or the message is too long. */
enum cs_err cs_putty_receive(struct cs_putty_peer *peer, struct cs_error *error) CS_MUST_USE;

/* The same; any other type than `type` is CS_ERR_PROTOCOL. */
enum cs_err cs_putty_expect(struct cs_putty_peer *peer, enum cs_putty_type type,
                            struct cs_error *error) CS_MUST_USE;

/* CS_ERR_PROTOCOL about the message that was received last: it came out of turn. */
enum cs_err cs_putty_unexpected(const struct cs_putty_peer *peer, struct cs_error *error);

/* Sends what `messages` holds. If PuTTY has ended, so does this program, by SIGPIPE. */
enum cs_err cs_putty_send(struct cs_putty_peer *peer, const struct cs_buffer *messages,
                          struct cs_error *error) CS_MUST_USE;

/* Whether PuTTY has ended, or has sent something while it was our turn. */
bool cs_putty_interrupts(const struct cs_putty_peer *peer);

#endif
