/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogue that ends in a code: prompt, answer, judgement, within the tries. */
#ifndef CS_METHODS_CODE_H
#define CS_METHODS_CODE_H

#include "methods/judge.h"

struct cs_code_dialogue {
    const char *method; /* for the log */
    struct cs_question question;
    const struct cs_method *sent; /* says with its text that a message was sent; NULL: none was */
};

enum cs_verdict cs_ask_code(struct cs_method_login *login, struct cs_code_dialogue *dialogue);

/* The same dialogue for somebody who has nothing to answer it with: every code is wrong, and
 * nothing shows why. `reason` is for the log. */
enum cs_verdict cs_refuse_codes(struct cs_method_login *login, const char *reason);

#endif
