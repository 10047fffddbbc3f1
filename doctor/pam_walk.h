/* SPDX-License-Identifier: Apache-2.0 */
/* What can become of a PAM stack: every outcome of every module, through the rules of
 * _pam_dispatch_aux (libpam/pam_dispatch.c). The answer is exact for the outcomes that are allowed,
 * because states that go on alike are looked at once: the place, the impression so far, and the
 * impressions to which `reset` goes back. */
#ifndef CS_DOCTOR_PAM_WALK_H
#define CS_DOCTOR_PAM_WALK_H

#include <stdint.h>

#include "doctor/pam_file.h"

#define CS_PAM_MAY(code) (UINT32_C(1) << (code))
#define CS_PAM_MAY_ALL (~CS_PAM_MAY(31)) /* without PAM_INCOMPLETE, which only comes back later */

enum { CS_PAM_NOWHERE = CS_PAM_ENTRIES_MAX };

/* One entry of the stack. */
struct cs_pam_step {
    uint32_t codes;  /* what its module may return: CS_PAM_MAY(code) | ... */
    uint8_t called;  /* marks that a walk gets when it calls the module */
    uint8_t granted; /* when the module returns PAM_SUCCESS */
    uint8_t without; /* these marks, if the walk has them, keep it from calling the module */
};

/* Whether a walk can end with PAM_SUCCESS, or come to the entry `to`, with all marks of `need` and
 * none of `never`. */
struct cs_pam_question {
    const struct cs_pam_step *steps; /* one for each entry */
    size_t to;                       /* CS_PAM_NOWHERE: the end, with success */
    uint8_t need, never;
};

/* The shortest such walk: which entry returned what, in order. */
struct cs_pam_hop {
    size_t entry;
    int code;
};
struct cs_pam_way {
    struct cs_pam_hop *hops; /* release with free */
    size_t count;
};

enum cs_pam_answer {
    CS_PAM_NO,
    CS_PAM_YES,
    CS_PAM_CANNOT_TELL, /* too many states, or no memory: take it for the worse one */
};

/* `ret_way` may be NULL; it is empty unless the answer is yes. */
enum cs_pam_answer cs_pam_walk(const struct cs_pam_stack *stack,
                               const struct cs_pam_question *question, struct cs_pam_way *ret_way);

void cs_pam_way_clear(struct cs_pam_way *way);

#endif
