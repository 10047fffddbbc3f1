/* SPDX-License-Identifier: Apache-2.0 */
/* The loop behind every dialogue: ask, judge, and ask again until the tries run out. */
#ifndef CS_METHODS_DIALOGUE_H
#define CS_METHODS_DIALOGUE_H

#include "methods/steps.h"

struct cs_dialogue {
    const char *method; /* for the log */
    unsigned retry;     /* tries after the first */
    void *context;      /* passed to both functions */

    /* Gets an answer after `tried` refused ones. No data (data == NULL) means no answer: it is not
     * judged, but uses up a try. */
    enum cs_err (*ask)(struct cs_method_login *login, void *context, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error);
    enum cs_err (*judge)(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                         struct cs_error *error);
};

/* Judges one answer, wherever it came from, and records it in the result. */
enum cs_err cs_dialogue_judge(struct cs_method_login *login, const struct cs_dialogue *dialogue,
                              const struct cs_secret *answer, struct cs_outcome *ret_outcome,
                              struct cs_error *error) CS_MUST_USE;

/* Returns CS_VERDICT_ALLOW for a right answer, CS_VERDICT_DENY if the challenge takes no more
 * answers, CS_VERDICT_MAX_TRIES when the tries run out. Errors end it as cs_give_up says. */
enum cs_verdict cs_dialogue_run(struct cs_method_login *login, const struct cs_dialogue *dialogue);

#endif
