/* SPDX-License-Identifier: Apache-2.0 */
/* Judging one answer: what the provider gets to see, and what a refusal looks like from outside. */
#ifndef CS_METHODS_JUDGE_H
#define CS_METHODS_JUDGE_H

#include "methods/method.h"

/* What an answer is for. */
struct cs_question {
    enum cs_factor_kind kind;
    const struct cs_listed_factor *factor; /* NULL: any of that kind */
    const struct cs_challenge *challenge;  /* or NULL */
};

/*
 * Judges one answer. An account that sshd refuses, an empty answer and one that is too long are
 * wrong at the cost of an ordinary one, and so is one that can be nothing of what was asked for,
 * which counts for nobody and ends the dialogue when it comes again; an empty one goes to the
 * provider where that takes it for "I approve elsewhere" and something may be sent unasked. A
 * refusal by a remote provider is held to the step of 250 ms at which such refusals come, whatever
 * calls this one took, so that the time does not tell what was wrong. Who is let in by a recovery
 * code is told how many are left.
 */
enum cs_err cs_judge(struct cs_method_login *login, const struct cs_question *question,
                     const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                     struct cs_error *error) CS_MUST_USE;

#endif
