/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "conversation/channel.h"
#include "conversation/lines.h"

static enum cs_err hold(struct cs_fold_channel *fold, const char *text, struct cs_error *error)
{
    struct cs_buffer joined = {0};

    if (text == NULL || text[0] == '\0')
        return CS_OK;
    cs_buffer_printf(&joined, "%s%s", fold->held ? fold->held : "", text);
    cs_end_line(&joined);
    free(fold->held);
    fold->held = cs_buffer_take(&joined);
    return fold->held ? CS_OK : cs_fail_nomem(error);
}

/* Copies the round without its instruction; held-back text goes in front of the first prompt. */
static enum cs_err fold_into(struct cs_fold_channel *fold, const struct cs_round *round,
                             struct cs_round *ret_folded, struct cs_error *error)
{
    for (size_t i = 0; i < round->count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
        enum cs_err result;

        cs_buffer_printf(&text, "%s%s", i == 0 && fold->held ? fold->held : "",
                         round->prompts[i].text);
        result = text.failed
                     ? CS_ERR_NOMEM
                     : cs_round_add(ret_folded, text.text, text.length, round->prompts[i].echo);
        if (result != CS_OK)
            return cs_fail_nomem(error);
    }
    free(fold->held);
    fold->held = NULL;
    return CS_OK;
}

static enum cs_err fold_exchange(struct cs_channel *channel, const struct cs_round *round,
                                 struct cs_answers *ret_answers, struct cs_error *error)
{
    struct cs_fold_channel *fold = (struct cs_fold_channel *)channel;
    CS_AUTO(cs_round_clear) struct cs_round folded = {0};
    enum cs_err result;

    if (round->apart)
        return cs_channel_exchange(fold->inner, round, ret_answers, error);
    result = hold(fold, round->instruction, error);
    if (result != CS_OK || round->count == 0)
        return result;
    result = fold_into(fold, round, &folded, error);
    return result == CS_OK ? cs_channel_exchange(fold->inner, &folded, ret_answers, error) : result;
}

static enum cs_err fold_wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    return cs_channel_wait(((struct cs_fold_channel *)channel)->inner, until, error);
}

static enum cs_err fold_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                                struct cs_error *error)
{
    return cs_channel_authtok(((struct cs_fold_channel *)channel)->inner, ret_authtok, error);
}

static const struct cs_channel_ops fold_ops = {fold_exchange, fold_wait, fold_authtok};

void cs_fold_channel_init(struct cs_fold_channel *channel, struct cs_channel *inner)
{
    *channel = (struct cs_fold_channel){.channel.ops = &fold_ops, .inner = inner};
}

enum cs_err cs_fold_channel_flush(struct cs_fold_channel *channel, struct cs_error *error)
{
    size_t length = channel->held ? strlen(channel->held) : 0;

    if (length == 0)
        return CS_OK;
    length--; /* without its newline: the application ends the line */
    if (length > 0 && channel->held[length - 1] == ' ')
        length--;
    channel->held[length] = '\0';
    return cs_tell(channel->inner, channel->held, error);
}

void cs_fold_channel_clear(struct cs_fold_channel *channel)
{
    free(channel->held);
    channel->held = NULL;
}
