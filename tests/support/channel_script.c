/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/channel_script.h"

#include <string.h>

static void record(struct cs_script_channel *script, const char *kind, const char *text)
{
    cs_buffer_printf(&script->shown, "%s ", kind);
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            cs_buffer_text(&script->shown, "\\n");
        else
            cs_buffer_add(&script->shown, text, 1);
    }
    cs_buffer_text(&script->shown, "\n");
}

static enum cs_err script_exchange(struct cs_channel *channel, const struct cs_round *round,
                                   struct cs_answers *ret_answers, struct cs_error *error)
{
    struct cs_script_channel *script = (struct cs_script_channel *)channel;

    script->rounds++;
    if (round->instruction != NULL)
        record(script, "info", round->instruction);
    for (size_t i = 0; i < round->count; i++) {
        const struct cs_secret *answer = &script->answers[script->next];
        enum cs_err result;

        record(script, round->prompts[i].echo ? "echo" : "hide", round->prompts[i].text);
        if (script->next >= script->count)
            return cs_fail(error, script->at_end, "the script has no more answers");
        script->next++;
        result = cs_answers_add(ret_answers, answer->data, answer->length);
        if (result != CS_OK)
            return result;
    }
    return CS_OK;
}

static enum cs_err script_wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    (void)until;
    (void)error;
    ((struct cs_script_channel *)channel)->waits++;
    return CS_OK;
}

static enum cs_err script_authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                                  struct cs_error *error)
{
    struct cs_script_channel *script = (struct cs_script_channel *)channel;

    script->authtoks++;
    if (script->authtok.data == NULL)
        return CS_OK;
    return cs_secret_set(ret_authtok, script->authtok.data, script->authtok.length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static const struct cs_channel_ops script_ops = {script_exchange, script_wait, script_authtok};

void cs_script_channel_init(struct cs_script_channel *script)
{
    *script = (struct cs_script_channel){.channel.ops = &script_ops, .at_end = CS_ERR_HANGUP};
}

void cs_script_channel_clear(struct cs_script_channel *script)
{
    cs_buffer_free(&script->shown);
}

void cs_script_answer_bytes(struct cs_script_channel *script, const char *data, size_t length)
{
    if (script->count < CS_SCRIPT_ANSWERS_MAX) {
        script->answers[script->count].data = (char *)(uintptr_t)data; /* only read */
        script->answers[script->count].length = length;
        script->count++;
    }
}

void cs_script_answer(struct cs_script_channel *script, const char *text)
{
    cs_script_answer_bytes(script, text, strlen(text));
}
