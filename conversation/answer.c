/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/answer.h"

#include "wire/round.h"

static bool is_junk(const struct cs_secret *answer)
{
    static const char pattern[] = "\b\n\r\177INCORRECT";

    for (size_t i = 0; i < answer->length; i++) {
        if (answer->data[i] != pattern[i % (sizeof pattern - 1)])
            return false;
    }
    return true;
}

enum cs_answer_kind cs_answer_kind(const struct cs_secret *answer)
{
    if (answer->length == 0)
        return CS_ANSWER_EMPTY;
    if (is_junk(answer))
        return CS_ANSWER_JUNK;
    return answer->length > CS_ANSWER_BYTES_MAX ? CS_ANSWER_TOO_LONG : CS_ANSWER_TYPED;
}
