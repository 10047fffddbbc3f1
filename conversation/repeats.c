/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/repeats.h"

#include "base/trim.h"

/* The answer without the blanks around it. */
static const char *trim(const struct cs_secret *answer, size_t *ret_length)
{
    const char *text = answer->data != NULL ? answer->data : "";

    *ret_length = answer->length;
    cs_trim(&text, ret_length, " \t\r\n");
    return text;
}

bool cs_is_same_answer(const struct cs_secret *a, const struct cs_secret *b)
{
    size_t length = 0, other_length = 0;
    const char *text = trim(a, &length), *other = trim(b, &other_length);

    return length == other_length && cs_equal_ct(text, other, length);
}

enum cs_err cs_repeats_note(struct cs_repeats *repeats, const struct cs_secret *answer,
                            bool *ret_repeated)
{
    size_t held = repeats->count < CS_REPEATS_MAX ? repeats->count : CS_REPEATS_MAX;

    *ret_repeated = false;
    for (size_t i = 0; i < held; i++)
        *ret_repeated = cs_is_same_answer(&repeats->seen[i], answer) || *ret_repeated;
    if (*ret_repeated)
        return CS_OK;
    return cs_secret_set(&repeats->seen[repeats->count++ % CS_REPEATS_MAX], answer->data,
                         answer->length);
}

void cs_repeats_clear(struct cs_repeats *repeats)
{
    for (size_t i = 0; i < CS_REPEATS_MAX; i++)
        cs_secret_free(&repeats->seen[i]);
    repeats->count = 0;
}
