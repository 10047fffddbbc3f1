/* SPDX-License-Identifier: Apache-2.0 */
/* A channel that answers from a list and records what was shown. */
#ifndef CS_TESTS_SUPPORT_CHANNEL_SCRIPT_H
#define CS_TESTS_SUPPORT_CHANNEL_SCRIPT_H

#include "base/buffer.h"
#include "conversation/channel.h"

enum { CS_SCRIPT_ANSWERS_MAX = 64 };

struct cs_script_channel {
    struct cs_channel channel;
    struct cs_secret answers[CS_SCRIPT_ANSWERS_MAX]; /* borrowed; in order, over all rounds */
    size_t count, next;
    enum cs_err at_end;       /* what an exchange returns when no answer is left */
    struct cs_secret authtok; /* borrowed; data == NULL: there is none */
    unsigned rounds, waits, authtoks;

    /* One line for each thing shown: "info TEXT", "echo TEXT" or "hide TEXT", with newlines in the
     * text written as \n. */
    struct cs_buffer shown;
};

void cs_script_channel_init(struct cs_script_channel *script);
void cs_script_channel_clear(struct cs_script_channel *script);

/* Adds an answer; `data` must live as long as the channel. */
void cs_script_answer_bytes(struct cs_script_channel *script, const char *data, size_t length);
void cs_script_answer(struct cs_script_channel *script, const char *text);

#endif
