/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/password.h"

#include <stdio.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/answer.h"
#include "methods/dialogue.h"
#include "methods/judge.h"
#include "methods/odd_answer.h"
#include "methods/without_factor.h"

static const char password_method[] = "password";

/* A dialogue whose answer holds a password. */
struct password_dialogue {
    enum cs_text prompt, refused;
    /* If the line also holds a code: */
    bool device_instead; /* the code may be missing, and a device takes its place */
    bool password_only;  /* result: the password came without a code */
    bool missing;        /* result: the user has nothing that the code could come from, and that is
                            accepted */
};

static enum cs_err ask(struct cs_method_login *login, void *context, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    const struct password_dialogue *dialogue = context;
    const enum cs_text keys[] = {dialogue->refused, dialogue->prompt};
    bool again = tried > 0;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_values values = {0};
    char tries[16];

    (void)snprintf(tries, sizeof tries, "%u", 1 + given->options->password_retry - tried);
    cs_values_set(&values, 'L', tries);
    cs_values_set(&values, 'P', given->options->password_separator);
    cs_say_prompt(given->book, again ? keys : &keys[1], again ? 2 : 1, &values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(given->channel, prompt.text, false, ret_answer, error);
}

/* The application's password, if it has one. *ret_decided: nothing more is to be asked. */
static enum cs_err try_authtok(struct cs_method_login *login, const struct cs_dialogue *loop,
                               struct cs_outcome *ret_outcome, bool *ret_decided,
                               struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_secret_free) struct cs_secret authtok = {0};
    enum cs_err result =
        given->foreign ? CS_OK : cs_channel_authtok(given->channel, &authtok, error);

    *ret_decided = false;
    if (result != CS_OK || authtok.length == 0)
        return result;
    result = cs_dialogue_judge(login, loop, &authtok, ret_outcome, error);
    *ret_decided =
        ret_outcome->judgement == CS_JUDGED_RIGHT || !given->options->ask_password_on_mismatch;
    if (result == CS_OK && ret_outcome->judgement != CS_JUDGED_RIGHT)
        cs_log(given->log, LOG_INFO, "the application's password is not the provider's (%s)%s",
               cs_reason_name(ret_outcome->reason),
               *ret_decided ? "; ask_password_on_mismatch would ask for the right one" : "");
    return result;
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_dialogue *loop)
{
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};
    bool decided = false;
    enum cs_err result = try_authtok(login, loop, &outcome, &decided, &error);
    enum cs_verdict verdict;

    if (result != CS_OK)
        return cs_give_up(login, loop->method, result, &error);
    if (decided)
        return outcome.judgement == CS_JUDGED_RIGHT ? CS_VERDICT_ALLOW : CS_VERDICT_DENY;
    verdict = cs_dialogue_run(login, loop);
    /* One try, then the end: a wrong password, not a question of tries. */
    return verdict == CS_VERDICT_MAX_TRIES && loop->retry == 0 ? CS_VERDICT_DENY : verdict;
}

/* No challenge is open here that could be used up: another line may be right. */
static enum cs_err judge_part(struct cs_method_login *login, enum cs_factor_kind kind,
                              const struct cs_secret *part, struct cs_outcome *ret_outcome,
                              struct cs_error *error)
{
    const struct cs_question question = {.kind = kind};
    enum cs_err result = cs_judge(login, &question, part, ret_outcome, error);

    if (ret_outcome->judgement == CS_JUDGED_OVER && !login->state.repeated)
        ret_outcome->judgement = CS_JUDGED_WRONG;
    return result;
}

/* ---- the password alone ---- */

static enum cs_err judge_password(struct cs_method_login *login, void *context,
                                  const struct cs_secret *password, struct cs_outcome *ret_outcome,
                                  struct cs_error *error)
{
    enum cs_err result = judge_part(login, CS_FACTOR_PASSWORD, password, ret_outcome, error);

    (void)context;
    if (result != CS_OK || ret_outcome->judgement != CS_JUDGED_RIGHT)
        return result;
    login->state.password_accepted = true;
    return cs_secret_set(&login->result.authtok, password->data, password->length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

enum cs_verdict cs_ask_password(struct cs_method_login *login)
{
    struct password_dialogue dialogue = {.prompt = CS_TEXT_PASSWORD_PROMPT,
                                         .refused = CS_TEXT_PASSWORD_NOT_ACCEPTED};
    const struct cs_dialogue loop = {.method = password_method,
                                     .retry = login->given->options->password_retry,
                                     .context = &dialogue,
                                     .ask = ask,
                                     .judge = judge_password};

    return run(login, &loop);
}

/* ---- password and code in one line ---- */

/* The code that came with an accepted password. A user who has only a device does have a factor. */
static enum cs_err judge_code(struct cs_method_login *login, struct password_dialogue *dialogue,
                              const struct cs_secret *code, struct cs_outcome *ret_outcome,
                              struct cs_error *error)
{
    unsigned others = dialogue->device_instead ? CS_KIND(CS_FACTOR_DEVICE) : 0;
    enum cs_err result = CS_OK;

    if (cs_may_lack_factor(login))
        result = cs_find_missing(login, CS_KIND(CS_FACTOR_TOTP), others, &dialogue->missing, error);
    if (result == CS_OK && dialogue->missing)
        result = cs_does_without_factor(login, &dialogue->missing, error);
    *ret_outcome = (struct cs_outcome){0};
    if (result == CS_OK && !dialogue->missing)
        return judge_part(login, CS_FACTOR_TOTP, code, ret_outcome, error);
    if (result == CS_OK)
        *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                           .reason = cs_reason_without_factor(login)};
    return result;
}

/* Check the password first: a wrong one never spends the code. A refusal is timed from when the
 * whole line came in; otherwise its timing would tell that the password was right. */
static enum cs_err judge_parts(struct cs_method_login *login, struct password_dialogue *dialogue,
                               const struct cs_combined *parts, struct cs_outcome *ret_outcome,
                               struct cs_error *error)
{
    enum cs_err result;

    login->state.line_started = cs_clock_ms();
    result = judge_password(login, dialogue, &parts->password, ret_outcome, error);
    if (result == CS_OK && ret_outcome->judgement == CS_JUDGED_RIGHT)
        result = judge_code(login, dialogue, &parts->code, ret_outcome, error);
    login->state.line_started = 0;
    return result;
}

static enum cs_err judge_combined(struct cs_method_login *login, void *context,
                                  const struct cs_secret *line, struct cs_outcome *ret_outcome,
                                  struct cs_error *error)
{
    const struct cs_method_options *options = login->given->options;
    CS_AUTO(cs_combined_clear) struct cs_combined parts = {0};
    struct password_dialogue *dialogue = context;
    bool has_code = false;
    enum cs_err result;

    /* A line that is not of our form is judged as it came: it must look like any wrong one. */
    if (cs_answer_kind(line) != CS_ANSWER_TYPED)
        return judge_part(login, CS_FACTOR_PASSWORD, line, ret_outcome, error);
    result = cs_combined_split(line, options->password_separator, options->password_first,
                               dialogue->device_instead, &parts, &has_code, error);
    if (result != CS_OK)
        return result;
    dialogue->password_only = !has_code && dialogue->device_instead;
    if (has_code)
        return judge_parts(login, dialogue, &parts, ret_outcome, error);
    if (dialogue->device_instead)
        return judge_password(login, dialogue, line, ret_outcome, error);
    *ret_outcome =
        (struct cs_outcome){.judgement = CS_JUDGED_WRONG, .reason = CS_REASON_NO_SEPARATOR};
    cs_note_outcome(login, CS_FACTOR_PASSWORD, true, ret_outcome);
    return cs_refuse_odd_answer(login, line, ret_outcome, error);
}

enum cs_verdict cs_ask_password_and_totp(struct cs_method_login *login, bool device_instead,
                                         bool *ret_password_only)
{
    static const enum cs_text prompts[2][2] = {
        {CS_TEXT_TOTP_AND_PASSWORD, CS_TEXT_PASSWORD_AND_TOTP},
        {CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE, CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE}};
    const struct cs_method_options *options = login->given->options;
    struct password_dialogue dialogue = {.prompt = prompts[device_instead][options->password_first],
                                         .refused = CS_TEXT_NOT_ACCEPTED,
                                         .device_instead = device_instead};
    const struct cs_dialogue loop = {.method = password_method,
                                     .retry = options->password_retry,
                                     .context = &dialogue,
                                     .ask = ask,
                                     .judge = judge_combined};
    enum cs_verdict verdict = run(login, &loop);

    *ret_password_only = dialogue.password_only;
    if (verdict == CS_VERDICT_ALLOW && dialogue.missing)
        return cs_go_without_factor(login);
    /* The accepted password counts if only the server for the code is missing. */
    if (verdict != CS_VERDICT_ALLOW && verdict != CS_VERDICT_UNREACHABLE) {
        login->state.password_accepted = false;
        cs_secret_free(&login->result.authtok);
    }
    return verdict;
}
