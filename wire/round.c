/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/round.h"

#include <stdlib.h>
#include <string.h>

enum cs_err cs_round_add(struct cs_round *round, const char *text, size_t length, bool echo)
{
    char *copy;

    if (round->count >= CS_ROUND_PROMPTS_MAX)
        return CS_ERR_LIMIT;
    copy = strndup(text, length);
    if (copy == NULL)
        return CS_ERR_NOMEM;
    round->prompts[round->count].text = copy;
    round->prompts[round->count].echo = echo;
    round->count++;
    return CS_OK;
}

enum cs_err cs_answers_add(struct cs_answers *answers, const char *data, size_t length)
{
    enum cs_err result;

    if (answers->count >= CS_ROUND_PROMPTS_MAX)
        return CS_ERR_LIMIT;
    if (length > CS_ANSWER_BYTES_MAX)
        length = CS_ANSWER_BYTES_MAX + 1;
    result = cs_secret_set(&answers->items[answers->count], data, length);
    if (result == CS_OK)
        answers->count++;
    return result;
}

void cs_round_clear(struct cs_round *round)
{
    free(round->instruction);
    cs_secret_free(&round->scan);
    for (size_t i = 0; i < round->count; i++)
        cs_wipe_string(&round->prompts[i].text); /* it may show the key of a new factor */
    *round = (struct cs_round){0};
}

void cs_answers_clear(struct cs_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++)
        cs_secret_free(&answers->items[i]);
    answers->count = 0;
    answers->refused = 0;
}
