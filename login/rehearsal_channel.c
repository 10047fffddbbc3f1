/* SPDX-License-Identifier: Apache-2.0 */
/* The person of a rehearsal: types what each prompt asks for. Which answer is right is a matter of
 * the provider, so any text of the right sort will do, as long as it was not typed before; but
 * a password must come whole out of the line in which it was typed. */
#include <stdio.h>
#include <string.h>

#include "conversation/texts.h"
#include "login/rehearsal_priv.h"

enum { STEPS_MAX = 200, ANSWER_SIZE = 160, CODE_SIZE = 24, CODE_FIRST = 100000 };

/* The texts that ask, and what for. A login says them before it shows the prompt. */
static const struct {
    enum cs_text key;
    enum cs_typed typed;
} asking[] = {
    {CS_TEXT_OTP_PROMPT, CS_TYPED_CODE},
    {CS_TEXT_OTP_PROMPT_CORRELATION, CS_TYPED_CODE},
    {CS_TEXT_OTP_OR_APPROVE, CS_TYPED_CODE},
    {CS_TEXT_IDENTITY_PROMPT, CS_TYPED_ENTER},
    {CS_TEXT_RECOVERY_LEFT, CS_TYPED_ENTER},
    {CS_TEXT_ENROL_BY, CS_TYPED_ENTER},
    {CS_TEXT_SELF_ENROLL_TICKET, CS_TYPED_TICKET},
    {CS_TEXT_SELF_ENROLL_SCAN, CS_TYPED_ENTER},
    {CS_TEXT_SELF_ENROLL_KEY, CS_TYPED_CODE},
    {CS_TEXT_SELF_ENROLL_DONE, CS_TYPED_ENTER},
    {CS_TEXT_PASSWORD_PROMPT, CS_TYPED_PASSWORD},
    {CS_TEXT_TOTP_AND_PASSWORD, CS_TYPED_CODE_AND_PASSWORD},
    {CS_TEXT_PASSWORD_AND_TOTP, CS_TYPED_PASSWORD_AND_CODE},
    {CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE, CS_TYPED_CODE_AND_PASSWORD},
    {CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE, CS_TYPED_PASSWORD_AND_CODE},
    {CS_TEXT_CHOICE_END, CS_TYPED_CHOICE},
    {CS_TEXT_CONSENT_SMS, CS_TYPED_CONSENT},
    {CS_TEXT_CONSENT_EMAIL, CS_TYPED_CONSENT},
    {CS_TEXT_CONSENT_VOICE, CS_TYPED_CONSENT},
    {CS_TEXT_CONSENT_DEVICE, CS_TYPED_CONSENT},
    {CS_TEXT_CONSENT_PHONE, CS_TYPED_CONSENT},
    {CS_TEXT_USER_CODE_PROMPT, CS_TYPED_PIN},
    {CS_TEXT_WAIT_ENTER, CS_TYPED_ENTER},
    {CS_TEXT_U2F_PROMPT, CS_TYPED_KEY},
};

const char *cs_typed_name(enum cs_typed typed)
{
    static const char *const names[CS_TYPEDS] = {
        [CS_TYPED_ENTER] = "enter",
        [CS_TYPED_CODE] = "code",
        [CS_TYPED_PASSWORD] = "password",
        [CS_TYPED_CODE_AND_PASSWORD] = "code-and-password",
        [CS_TYPED_PASSWORD_AND_CODE] = "password-and-code",
        [CS_TYPED_CHOICE] = "choice",
        [CS_TYPED_CONSENT] = "consent",
        [CS_TYPED_KEY] = "key",
        [CS_TYPED_PIN] = "pin",
        [CS_TYPED_TICKET] = "ticket",
    };

    return names[typed];
}

void cs_stage_heard(void *context, const struct cs_phrasebook *book, enum cs_text key)
{
    struct cs_stage *stage = context;

    for (size_t i = 0; i < CS_ARRAY_SIZE(asking); i++) {
        if (asking[i].key != key)
            continue;
        stage->heard = key;
        stage->spoke = book;
    }
}

static bool may_be_alone(enum cs_text key)
{
    return key == CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE || key == CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE;
}

/* What is typed at the prompt that comes now. Without a text that asks: Enter. */
static enum cs_typed asked_for(struct cs_stage *stage)
{
    enum cs_typed typed = CS_TYPED_ENTER;

    if (stage->spoke == NULL)
        return typed;
    for (size_t i = 0; i < CS_ARRAY_SIZE(asking); i++) {
        if (asking[i].key == stage->heard)
            typed = asking[i].typed;
    }
    stage->seen->has_menu = stage->seen->has_menu || typed == CS_TYPED_CHOICE;
    stage->seen->alternative = stage->seen->alternative || may_be_alone(stage->heard);
    return may_be_alone(stage->heard) && stage->script->alone ? CS_TYPED_PASSWORD : typed;
}

static void write_consent(const struct cs_stage *stage, char ret_text[ANSWER_SIZE])
{
    CS_AUTO(cs_buffer_free) struct cs_buffer word = {0};

    cs_say(stage->spoke, CS_TEXT_CONSENT_WORD, NULL, &word);
    (void)snprintf(ret_text, ANSWER_SIZE, "%s", word.text ? word.text : "");
}

/* A recovery code has letters, which matters where it shares a line with a password. */
static void write_code(const struct cs_stage *stage, unsigned number, char ret_code[CODE_SIZE])
{
    if (stage->script->way == CS_WAY_RECOVERY)
        (void)snprintf(ret_code, CODE_SIZE, "rehe-arse-%04u", number);
    else
        (void)snprintf(ret_code, CODE_SIZE, "%u", CODE_FIRST + number);
}

static void write_answer(struct cs_stage *stage, enum cs_typed typed, char ret_text[ANSWER_SIZE])
{
    const char *separator = stage->options->method.password_separator;
    unsigned number = stage->typed++;
    char code[CODE_SIZE];

    ret_text[0] = '\0';
    write_code(stage, number, code);
    (void)snprintf(stage->password, sizeof stage->password, "rehearsed%u", number);
    switch (typed) {
    case CS_TYPED_CODE:
    case CS_TYPED_PIN:
    case CS_TYPED_TICKET:
        (void)snprintf(ret_text, ANSWER_SIZE, "%s", code);
        break;
    case CS_TYPED_PASSWORD:
        (void)snprintf(ret_text, ANSWER_SIZE, "%s", stage->password);
        break;
    case CS_TYPED_CODE_AND_PASSWORD:
        (void)snprintf(ret_text, ANSWER_SIZE, "%s%s%s", code, separator, stage->password);
        break;
    case CS_TYPED_PASSWORD_AND_CODE:
        (void)snprintf(ret_text, ANSWER_SIZE, "%s%s%s", stage->password, separator, code);
        break;
    case CS_TYPED_CHOICE:
        (void)snprintf(ret_text, ANSWER_SIZE, "%u", stage->script->choice);
        break;
    case CS_TYPED_CONSENT:
        write_consent(stage, ret_text);
        break;
    case CS_TYPED_KEY:
        (void)snprintf(ret_text, ANSWER_SIZE, "line %u of a key", number);
        break;
    default:
        break;
    }
}

static enum cs_err answer_prompt(struct cs_stage *stage, const struct cs_prompt *prompt,
                                 struct cs_answers *ret_answers, struct cs_error *error)
{
    enum cs_typed typed = asked_for(stage);
    const struct cs_step step = {
        .kind = CS_STEP_ASK, .what = cs_typed_name(typed), .typed = typed, .echo = prompt->echo};
    char text[ANSWER_SIZE];

    stage->seen->asked = true;
    cs_stage_note(stage, &step, prompt->text);
    if (stage->script->way == CS_WAY_NO_ANSWER)
        return cs_fail(error, CS_ERR_HANGUP, "nobody answers");
    write_answer(stage, typed, text);
    stage->spoke = NULL;
    return cs_answers_add(ret_answers, text, strlen(text)) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err exchange(struct cs_channel *channel, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error)
{
    struct cs_stage *stage = (struct cs_stage *)channel;
    enum cs_err result = CS_OK;

    if (round->instruction != NULL)
        cs_stage_note(stage, &(const struct cs_step){.kind = CS_STEP_TELL}, round->instruction);
    for (size_t i = 0; i < round->count && result == CS_OK; i++)
        result = answer_prompt(stage, &round->prompts[i], ret_answers, error);
    if (result == CS_OK && stage->seen->count > STEPS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the dialogue has no end");
    return result;
}

/* Nobody is kept waiting. */
static enum cs_err wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    (void)channel;
    (void)until;
    (void)error;
    return CS_OK;
}

static enum cs_err authtok(struct cs_channel *channel, struct cs_secret *ret_authtok,
                           struct cs_error *error)
{
    (void)channel;
    (void)ret_authtok;
    (void)error;
    return CS_OK;
}

void cs_stage_person(struct cs_stage *stage)
{
    static const struct cs_channel_ops ops = {
        .exchange = exchange, .wait = wait, .authtok = authtok};

    stage->channel.ops = &ops;
}
