/* SPDX-License-Identifier: Apache-2.0 */
/* What several methods do alike: find the user, list factors, judge an answer, end in an error. */
#ifndef CS_METHODS_STEPS_H
#define CS_METHODS_STEPS_H

#include "methods/method.h"

/* Looks the user up at the provider, once. login->user.found stays false where the account has no
 * identity: then nobody is asked. */
enum cs_err cs_find_user(struct cs_method_login *login, struct cs_error *error) CS_MUST_USE;

/* Fills login->factors with the user's factors of these kinds, once for each set. */
enum cs_err cs_list_factors(struct cs_method_login *login, unsigned kinds,
                            struct cs_error *error) CS_MUST_USE;

/* Whether a user that the provider knows has no factor of `kinds`, nor of `others`, which are asked
 * for only where there is none of `kinds`. One that may not be used is not missing: else spoiling
 * it would let in. `factors` holds what was listed last. */
enum cs_err cs_find_missing(struct cs_method_login *login, unsigned kinds, unsigned others,
                            bool *ret_missing, struct cs_error *error) CS_MUST_USE;

/* What an answer is for. */
struct cs_question {
    enum cs_factor_kind kind;
    const struct cs_listed_factor *factor; /* NULL: any of that kind */
    const struct cs_challenge *challenge;  /* or NULL */
};

/*
 * Judges one answer. An account that sshd refuses, an empty answer and one that is too long are
 * wrong at the cost of an ordinary one. A refusal by a remote provider is held to the next step of
 * 250 ms, so that the time tells little of what was wrong. Who is let in
 * by a recovery code is told how many are left.
 */
enum cs_err cs_judge(struct cs_method_login *login, const struct cs_question *question,
                     const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                     struct cs_error *error) CS_MUST_USE;

/* A first factor is proven: before this login, or by its password. */
bool cs_is_proven(struct cs_method_login *login);

/* How a login ends whose dialogue or judgement broke. */
enum cs_verdict cs_give_up(struct cs_method_login *login, const char *method, enum cs_err result,
                           const struct cs_error *error);

#endif
