/* SPDX-License-Identifier: Apache-2.0 */
/* The loop that every dialogue is: ask, judge, ask again, within the tries. */
#ifndef CS_METHODS_DIALOGUE_H
#define CS_METHODS_DIALOGUE_H

#include "methods/steps.h"

struct cs_dialogue {
    const char *method; /* for the log */
    unsigned retry;     /* further tries after the first */
    void *context;      /* of the two functions */

    /* Gets an answer; `tried` answers were refused before it. One without data (data == NULL) is
     * none: it is not judged, and uses up a try. */
    enum cs_err (*ask)(struct cs_method_login *login, void *context, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error);
    enum cs_err (*judge)(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error);
};

/* Judges one answer, however it came, and notes it in the result. */
enum cs_err cs_dialogue_judge(struct cs_method_login *login, const struct cs_dialogue *dialogue,
                              const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                              struct cs_error *error) CS_MUST_USE;

/* CS_VERDICT_ALLOW for a right answer, CS_VERDICT_DENY where the challenge takes no more,
 * CS_VERDICT_MAX_TRIES; an error ends it as cs_give_up says. */
enum cs_verdict cs_dialogue_run(struct cs_method_login *login, const struct cs_dialogue *dialogue);

#endif
