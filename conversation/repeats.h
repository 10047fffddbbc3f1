/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that fit no prompt. People mistype; programs give the same answer to every prompt, or a
 * few in turn. */
#ifndef CS_CONVERSATION_REPEATS_H
#define CS_CONVERSATION_REPEATS_H

#include <stdbool.h>

#include "base/secret.h"

enum { CS_REPEATS_MAX = 64 }; /* more than a login has tries */

/* The odd answers of one login; the newest CS_REPEATS_MAX. */
struct cs_repeats {
    struct cs_secret seen[CS_REPEATS_MAX];
    size_t count; /* of all that were noted */
};

/* Whether two answers differ at most in blanks around them. */
bool cs_is_same_answer(const struct cs_secret *a, const struct cs_secret *b);

/* Records an odd answer. *ret_repeated: this login has seen it before. Only memory can run out. */
enum cs_err cs_repeats_note(struct cs_repeats *repeats, const struct cs_secret *answer,
                            bool *ret_repeated) CS_MUST_USE;

void cs_repeats_clear(struct cs_repeats *repeats);

#endif
