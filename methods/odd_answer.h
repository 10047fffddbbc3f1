/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that can be nothing of ours. People mistype; programs give one and the same answer to
 * whatever they are asked. */
#ifndef CS_METHODS_ODD_ANSWER_H
#define CS_METHODS_ODD_ANSWER_H

#include "methods/method.h"

/* Notes an answer that was not empty and not of a form that was asked for. *ret_repeated: the one
 * before it in this login was the same, so that nobody reads what is asked; then the caller ends
 * the login, and the result has the reason. `last` stays what it was. */
enum cs_err cs_note_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                               bool *ret_repeated, struct cs_error *error) CS_MUST_USE;

#endif
