/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds on the terminal of this process: `countersign try` and the questions of `enroll`. */
#ifndef CS_CONVERSATION_TERMINAL_H
#define CS_CONVERSATION_TERMINAL_H

#include "wire/round.h"

/*
 * Writes to standard output and reads lines from standard input. Switches echo off for prompts that
 * want it and restores it whatever happens to the read. CS_ERR_CANCELLED at the end of input.
 * `context` is not used; the signature is the one that cs_client wants.
 */
enum cs_err cs_terminal_exchange(void *context, const struct cs_round *round,
                                 struct cs_answers *ret_answers,
                                 struct cs_error *error) CS_MUST_USE;

/* Asks one question. */
enum cs_err cs_terminal_ask(const char *prompt, bool echo, struct cs_secret *ret_answer,
                            struct cs_error *error) CS_MUST_USE;

#endif
