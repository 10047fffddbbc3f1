/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are not real answers. */
#ifndef CS_CONVERSATION_ANSWER_H
#define CS_CONVERSATION_ANSWER_H

#include <stdbool.h>

#include "base/secret.h"

enum cs_answer_kind {
    CS_ANSWER_TYPED,
    CS_ANSWER_EMPTY,
    CS_ANSWER_TOO_LONG, /* was truncated on its way here */
    CS_ANSWER_JUNK,     /* sshd's replacement for an account that it refuses */
};

/*
 * For an account that it refuses (unknown, DenyUsers, root without PermitRootLogin) sshd replaces
 * each answer with as many bytes of "\b \n \r \x7f INCORRECT", without the blanks and repeated; an
 * empty answer stays empty (docs/ARCHITECTURE.md, "Junk answers").
 */
enum cs_answer_kind cs_answer_kind(const struct cs_secret *answer);

#endif
