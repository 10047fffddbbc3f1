/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of an impossible form (conversation/repeats.h). */
#ifndef CS_METHODS_ODD_ANSWER_H
#define CS_METHODS_ODD_ANSWER_H

#include "methods/method.h"

/* Records an answer that was neither empty nor of a form that was asked for. *ret_repeated: it came
 * before in this login, so nobody is reading the prompts. The caller then ends the login; the
 * result has the reason. `last` keeps its value. */
enum cs_err cs_note_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                               bool *ret_repeated, struct cs_error *error) CS_MUST_USE;

/* The same for an answer that was judged wrong: a repeated one ends the dialogue by *outcome. */
enum cs_err cs_refuse_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                                 struct cs_outcome *outcome, struct cs_error *error) CS_MUST_USE;

#endif
