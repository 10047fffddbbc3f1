/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/channel.h"

#include <string.h>

enum cs_err cs_channel_exchange(struct cs_channel *channel, const struct cs_round *round,
                                struct cs_answers *ret_answers, struct cs_error *error)
{
    int64_t started = channel->waits != NULL ? cs_meter_now() : 0;
    enum cs_err result = channel->ops->exchange(channel, round, ret_answers, error);

    if (channel->waits != NULL && round->count > 0)
        cs_meter_add(channel->waits, started);
    if (result == CS_OK && ret_answers->count != round->count)
        return cs_fail(error, CS_ERR_PROTOCOL, "got %zu answers to %zu prompts", ret_answers->count,
                       round->count);
    if (result == CS_OK)
        channel->answers += (unsigned)round->count;
    return result;
}

enum cs_err cs_channel_wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    return channel->ops->wait(channel, until, error);
}

enum cs_err cs_channel_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                               struct cs_error *error)
{
    enum cs_err result = channel->ops->authtok(channel, ret_authtok, error);

    channel->answers += result == CS_OK && ret_authtok->length > 0;
    return result;
}

enum cs_err cs_ask(struct cs_channel *channel, const char *prompt, bool echo,
                   struct cs_secret *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_round_clear) struct cs_round round = {0};
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};
    enum cs_err result = cs_round_add(&round, prompt, strlen(prompt), echo);

    if (result != CS_OK)
        return cs_fail_nomem(error);
    result = cs_channel_exchange(channel, &round, &answers, error);
    if (result != CS_OK)
        return result;
    cs_secret_free(ret_answer);
    *ret_answer = answers.items[0];
    answers.items[0] = (struct cs_secret){0};
    return CS_OK;
}

static enum cs_err tell(struct cs_channel *channel, const char *text, bool apart,
                        struct cs_error *error)
{
    CS_AUTO(cs_round_clear) struct cs_round round = {.instruction = strdup(text), .apart = apart};
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};

    if (round.instruction == NULL)
        return cs_fail_nomem(error);
    return cs_channel_exchange(channel, &round, &answers, error);
}

enum cs_err cs_tell(struct cs_channel *channel, const char *text, struct cs_error *error)
{
    return tell(channel, text, false, error);
}

enum cs_err cs_tell_apart(struct cs_channel *channel, const char *text, struct cs_error *error)
{
    return tell(channel, text, true, error);
}
