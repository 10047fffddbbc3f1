/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of enrolling at a login share. */
#ifndef CS_METHODS_SELF_ENROL_PRIV_H
#define CS_METHODS_SELF_ENROL_PRIV_H

#include "methods/method.h"
#include "providers/enrolling.h"

/* The setting's name, for the log. */
extern const char cs_enrolment_step[];

/* One user's way through it. */
struct cs_enrolment_steps {
    struct cs_method_login *login;
    const struct cs_enrolling_ops *ops;
    struct cs_enrolling enrolling;
    enum cs_enrol_leave leave;
    bool declined; /* nothing was typed: not now */
    bool ended;    /* the verdict is set */
    enum cs_verdict verdict;
};

void cs_enrolment_end(struct cs_enrolment_steps *enrolment, enum cs_verdict verdict,
                      enum cs_reason reason);

/* Ends with what an error means. */
void cs_enrolment_give_up(struct cs_enrolment_steps *enrolment, enum cs_err result,
                          const struct cs_error *error);

/* Repeats a question until its answer is right, until the tries are used up, or until nothing is
 * typed. `key` asks, after the first time below a text that says why. */
struct cs_enrolment_question {
    enum cs_text key;
    struct cs_values values;
    enum cs_reason spent; /* when the tries are used up */
    enum cs_err (*judge)(struct cs_enrolment_steps *enrolment, const struct cs_secret *answer,
                         enum cs_reason *ret_wrong, struct cs_error *error);
};

/* False: declined, or ended. */
bool cs_enrolment_ask(struct cs_enrolment_steps *enrolment, struct cs_enrolment_question *question);

#endif
