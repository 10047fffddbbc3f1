/* SPDX-License-Identifier: Apache-2.0 */
/* One connection's settings of sshd, judged. */
#ifndef CS_DOCTOR_SSHD_CASE_H
#define CS_DOCTOR_SSHD_CASE_H

#include "doctor/doctor.h"
#include "doctor/sshd_ask.h"

/* What PAM does for sshd before our module, as far as sshd's settings depend on it. */
struct cs_sshd_stack {
    bool named;                  /* the module is in the auth stack */
    bool proven;                 /* a module before it asks for a password */
    struct cs_strlist arguments; /* of its line */
};

void cs_sshd_stack_clear(struct cs_sshd_stack *stack);

/* Everything is borrowed. */
struct cs_sshd_case {
    const struct cs_doctor *doctor;
    const struct cs_sshd_text *text;
    const struct cs_sshd_view *view;
    const struct cs_options *options; /* of a login by sshd */
    const struct cs_sshd_stack *stack;
    const char *service; /* of PAM, for sshd */
    struct cs_findings *all;
};

/* Reads the stack of a service below the root; release it with cs_sshd_stack_clear. */
enum cs_err cs_sshd_stack_read(const char *root, const char *service,
                               struct cs_sshd_stack *ret_stack, struct cs_error *error) CS_MUST_USE;

/* Where the value in force comes from; the file as a whole if nobody set it. */
struct cs_place cs_sshd_place(const struct cs_sshd_case *found, const char *keyword);

/* Whether the view's Match block sets it. */
bool cs_sshd_in_block(const struct cs_sshd_case *found, const char *keyword);

bool cs_sshd_is(const struct cs_sshd_case *found, const char *keyword, const char *value);

/* "AuthenticationMethods" and its like: who may log in with what. */
void cs_sshd_judge_methods(const struct cs_sshd_case *found);

/* sshd does not start if no list of methods is possible: says which switch is off. False: it said
 * something else. */
bool cs_sshd_judge_refusal(const struct cs_sshd_text *text, const char *said,
                           struct cs_findings *all);

/* Whether there is the PAM service that sshd names, whose stack is judged with the rest. */
void cs_sshd_judge_service(const struct cs_sshd_case *found);

/* Every other setting. */
void cs_sshd_judge(const struct cs_sshd_case *found);

#endif
