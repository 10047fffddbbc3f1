/* SPDX-License-Identifier: Apache-2.0 */
/* Judging one answer: what the provider is given, and what a refusal looks like from outside. */
#ifndef CS_METHODS_JUDGE_H
#define CS_METHODS_JUDGE_H

#include "methods/method.h"

/* What an answer is for. */
struct cs_question {
    enum cs_factor_kind kind;
    const struct cs_listed_factor *factor; /* NULL: any factor of that kind */
    const struct cs_challenge *challenge;  /* or NULL */
    /* not CS_REASON_NONE: the answer is known to be wrong, for this reason. It only stands for what
     * was typed, and must be nothing that could be right; the provider counts it. */
    enum cs_reason wrong;
};

/* Records an outcome in the login's result, before anything else can end the login. `odd`: the
 * answer had a form that nothing has; in the log it must not hide an earlier wrong one. */
void cs_note_outcome(struct cs_method_login *login, enum cs_factor_kind kind, bool odd,
                     const struct cs_outcome *outcome);

/* Judges one answer. If sshd refuses the account, or if the answer is empty or too long, it is
 * wrong at the cost of an ordinary wrong answer. So is an answer of an impossible form; it counts
 * against nobody, and ends the dialogue if it is repeated. An empty answer goes to a provider that
 * takes it for "I approve elsewhere", if an unrequested delivery is allowed. A refusal by a remote
 * provider is held to the step of 250 ms at which such refusals come, however many calls it took,
 * so that its timing does not tell what was wrong. A user who gets in with a recovery code is told
 * how many are left. */
enum cs_err cs_judge(struct cs_method_login *login, const struct cs_question *question,
                     const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                     struct cs_error *error) CS_MUST_USE;

#endif
