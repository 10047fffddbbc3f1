/* SPDX-License-Identifier: Apache-2.0 */
/* Passes rounds to the application's conversation function, one message at a time: sshd splits
 * several into single requests anyway, and other applications mishandle them. */
#include <stdlib.h>
#include <string.h>

#include "pam/module.h"

static void drop_response(struct pam_response *response)
{
    if (response == NULL)
        return;
    cs_wipe_string(&response->resp);
    free(response);
}

/* Shows one message; the caller disposes of the response. */
static enum cs_err converse(pam_handle_t *pamh, int style, const char *text,
                            struct pam_response **ret_response, struct cs_error *error)
{
    const struct pam_message message = {style, text};
    const struct pam_message *messages = &message;
    const struct pam_conv *conversation = NULL;
    const void *item = NULL;
    int code;

    if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return cs_fail(error, CS_ERR_CANNOT_ASK, "the application has no conversation function");
    conversation = item;
    if (conversation->conv == NULL)
        return cs_fail(error, CS_ERR_CANNOT_ASK, "the application has no conversation function");
    code = conversation->conv(1, &messages, ret_response, conversation->appdata_ptr);
    if (code == PAM_CONV_ERR)
        return cs_fail(error, CS_ERR_CANNOT_ASK, "the application shows no %s",
                       style == PAM_TEXT_INFO        ? "text"
                       : style == PAM_PROMPT_ECHO_ON ? "prompt for visible input"
                                                     : "prompt for hidden input");
    return code == PAM_SUCCESS ? CS_OK : cs_fail(error, CS_ERR_CANCELLED, "the conversation ended");
}

static enum cs_err show_instruction(const struct cs_module_channel *channel, const char *text,
                                    struct cs_error *error)
{
    struct pam_response *response = NULL;
    enum cs_err result;

    if (text == NULL || channel->silent)
        return CS_OK;
    result = converse(channel->pamh, PAM_TEXT_INFO, text, &response, error);
    drop_response(response);
    return result;
}

/* An application that has answered such a prompt can ask: whoever was there has left. */
static enum cs_err ask_one(struct cs_module_channel *channel, const struct cs_prompt *prompt,
                           struct cs_answers *answers, struct cs_error *error)
{
    int style = prompt->echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
    struct pam_response *response = NULL;
    enum cs_err result = converse(channel->pamh, style, prompt->text, &response, error);

    if (result == CS_OK && (response == NULL || response->resp == NULL))
        result = cs_fail(error, CS_ERR_CANNOT_ASK, "the application gave no answer");
    if (result == CS_ERR_CANNOT_ASK && channel->answered[prompt->echo])
        result = cs_fail(error, CS_ERR_CANCELLED, "the conversation ended");
    channel->answered[prompt->echo] = channel->answered[prompt->echo] || result == CS_OK;
    if (result == CS_OK)
        result = cs_answers_add(answers, response->resp, strlen(response->resp));
    drop_response(response);
    return result;
}

enum cs_err cs_module_exchange(void *context, const struct cs_round *round,
                               struct cs_answers *ret_answers, struct cs_error *error)
{
    struct cs_module_channel *channel = context;
    enum cs_err result = show_instruction(channel, round->instruction, error);

    for (size_t i = 0; i < round->count && result == CS_OK; i++)
        result = ask_one(channel, &round->prompts[i], ret_answers, error);
    return result;
}

enum cs_err cs_module_authtok(void *context, struct cs_secret *ret_authtok)
{
    const struct cs_module_channel *channel = context;
    const void *authtok = NULL;

    if (pam_get_item(channel->pamh, PAM_AUTHTOK, &authtok) != PAM_SUCCESS || authtok == NULL ||
        strlen(authtok) > CS_ANSWER_BYTES_MAX)
        return CS_OK;
    return cs_secret_set(ret_authtok, authtok, strlen(authtok));
}
