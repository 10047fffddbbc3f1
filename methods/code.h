/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogue for a code: prompt, answer, judgement, repeated until the tries run out. */
#ifndef CS_METHODS_CODE_H
#define CS_METHODS_CODE_H

#include "methods/judge.h"

struct cs_code_dialogue {
    const char *method; /* for the log */
    struct cs_question question;
    const struct cs_method *sent; /* text saying that a message was sent; NULL: none was */
};

enum cs_verdict cs_ask_code(struct cs_method_login *login, struct cs_code_dialogue *dialogue);

/* The same dialogue for a user who has nothing to answer with: every code is wrong, and nothing
 * shows why. `reason` is for the log. */
enum cs_verdict cs_refuse_codes(struct cs_method_login *login, enum cs_reason reason);

#endif
