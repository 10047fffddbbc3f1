/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exchange with the person: an instruction (decoration) and 0..n prompts, then as many answers,
 * as in RFC 4256 sections 3.2 and 3.4.
 */
#ifndef CS_WIRE_ROUND_H
#define CS_WIRE_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"

enum {
    CS_ROUND_PROMPTS_MAX = 8,   /* prompts in one round */
    CS_PROMPT_BYTES_MAX = 4096, /* one prompt or instruction on the wire */
    CS_ANSWER_BYTES_MAX = 1023, /* the most that OpenSSH's client sends; more is never right */
};

struct cs_prompt {
    char *text; /* owned; UTF-8, never empty */
    bool echo;
};

struct cs_round {
    char *instruction;     /* owned; NULL for none */
    struct cs_secret scan; /* what the client shows as a QR code if it can; data == NULL: nothing */
    bool apart;            /* never part of a prompt; for channels alone, and not on the wire */
    struct cs_prompt prompts[CS_ROUND_PROMPTS_MAX];
    size_t count;
};

struct cs_answers {
    struct cs_secret items[CS_ROUND_PROMPTS_MAX]; /* items[i] answers prompts[i] */
    size_t count;
    uint32_t refused; /* version 3; 1: the application shows no such prompt, so there are none */
};

/* Adds a copy of `text`; CS_ERR_LIMIT if the round is full. */
enum cs_err cs_round_add(struct cs_round *round, const char *text, size_t length,
                         bool echo) CS_MUST_USE;

/* Adds one answer. An answer above CS_ANSWER_BYTES_MAX is cut to one byte more than that, so that
 * it is still too long to be accepted. */
enum cs_err cs_answers_add(struct cs_answers *answers, const char *data, size_t length) CS_MUST_USE;

void cs_round_clear(struct cs_round *round);
void cs_answers_clear(struct cs_answers *answers); /* wiped on release */

#endif
