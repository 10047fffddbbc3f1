/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for an approval on another device, in one of the three ways that servers and clients
 * allow. */
#ifndef CS_CONVERSATION_WAITING_H
#define CS_CONVERSATION_WAITING_H

#include "base/hold.h"
#include "conversation/channel.h"
#include "conversation/phrasebook.h"

enum cs_wait_mode {
    CS_WAIT_ENTER,  /* "…then press Enter: " in a prompt, then polls: works everywhere */
    CS_WAIT_LIVE,   /* shows the text at once and polls; for servers that send it at once */
    CS_WAIT_SILENT, /* shows nothing */
};

/* Where the user approves. */
enum cs_wait_place {
    CS_PLACE_DEVICE,  /* on a device with a name */
    CS_PLACE_PHONE,   /* on one whose name is not known */
    CS_PLACE_BROWSER, /* on a web page */
};

enum cs_wait_state {
    CS_WAIT_PENDING,
    CS_WAIT_APPROVED,
    CS_WAIT_DENIED,
    CS_WAIT_EXPIRED, /* also: the deadline passed */
    CS_WAIT_JUNK,    /* sshd refuses the account */
    CS_WAIT_OVER,    /* it can no longer be approved, and the user cannot help it */
};

struct cs_waiting {
    enum cs_wait_mode mode;
    enum cs_wait_place place;
    const char *device;      /* %D */
    const char *correlation; /* %C: a number to choose, or a word or code; NULL: none */
    bool compares;           /* it is a word that the device shows as well */
    const char *url;         /* %W: the page for a browser */
    int64_t deadline;        /* cs_clock_ms */
    int64_t poll_ms;         /* between polls; a poll may change it */
    void *context;
    /* Asks for the state of the challenge: once, or with hold->waits, which it sets if it can, from
     * the time of the next poll on until something changes or hold->until. */
    enum cs_err (*poll)(void *context, struct cs_hold *hold, enum cs_wait_state *ret_state,
                        struct cs_error *error);
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
