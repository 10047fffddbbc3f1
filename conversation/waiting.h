/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for an approval on another device, in one of the three ways that servers and clients
 * allow. */
#ifndef CS_CONVERSATION_WAITING_H
#define CS_CONVERSATION_WAITING_H

#include "conversation/channel.h"
#include "conversation/phrasebook.h"

enum cs_wait_mode {
    CS_WAIT_ENTER,  /* "…then press Enter: " in a prompt, then polls: works everywhere */
    CS_WAIT_LIVE,   /* shows the text at once and polls; for servers that send it at once */
    CS_WAIT_SILENT, /* shows nothing */
};

enum cs_wait_state {
    CS_WAIT_PENDING,
    CS_WAIT_APPROVED,
    CS_WAIT_DENIED,
    CS_WAIT_EXPIRED, /* also: the deadline passed */
    CS_WAIT_JUNK,    /* sshd refuses the account */
};

struct cs_waiting {
    enum cs_wait_mode mode;
    const char *device;      /* %D */
    const char *correlation; /* %C, a number to compare; NULL: none */
    int64_t deadline;        /* cs_clock_ms */
    int64_t poll_ms;         /* between polls; a poll may change it */
    void *context;
    /* Asks once for the state of the challenge. */
    enum cs_err (*poll)(void *context, enum cs_wait_state *ret_state, struct cs_error *error);
};

/* Appends the prompt of CS_WAIT_ENTER; `again`: not the first one. If an administrator's texts are
 * too long for one prompt, the catalogue's replace them. */
void cs_waiting_prompt(const struct cs_phrasebook *book, const struct cs_waiting *waiting,
                       bool again, struct cs_buffer *out);

/* Returns when the challenge is decided or the deadline passes; a hang-up ends it at once. */
enum cs_err cs_wait_for_approval(struct cs_channel *channel, const struct cs_phrasebook *book,
                                 const struct cs_waiting *waiting, enum cs_wait_state *ret_state,
                                 struct cs_error *error) CS_MUST_USE;

#endif
