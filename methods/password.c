/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/password.h"

#include <stdio.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/answer.h"
#include "methods/steps.h"

static const char password_method[] = "password";

/* The texts of a dialogue whose answer holds a password. */
struct wording {
    enum cs_text prompt, refused;
};

static enum cs_err ask(struct cs_method_login *login, const struct wording *wording, unsigned tried,
                       struct cs_secret *ret_answer, struct cs_error *error)
{
    const enum cs_text keys[] = {wording->refused, wording->prompt};
    bool again = tried > 0;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_values values = {0};
    char tries[16];

    (void)snprintf(tries, sizeof tries, "%u", 1 + login->options->password_retry - tried);
    cs_values_set(&values, 'L', tries);
    cs_values_set(&values, 'P', login->options->password_separator);
    cs_say_prompt(login->book, again ? keys : &keys[1], again ? 2 : 1, &values, &prompt);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->channel, prompt.text, false, ret_answer, error);
}

/* How one line is judged; `context` is the caller's. */
typedef enum cs_err judge_line(struct cs_method_login *login, const struct cs_secret *line,
                               void *context, struct cs_outcome *ret_outcome,
                               struct cs_error *error);

static enum cs_err judge_one(struct cs_method_login *login, const struct cs_secret *line,
                             judge_line *judge, void *context, struct cs_outcome *ret_outcome,
                             struct cs_error *error)
{
    enum cs_err result;

    login->answers++;
    result = judge(login, line, context, ret_outcome, error);
    if (result == CS_OK)
        login->reason = login->last = ret_outcome->reason;
    return result;
}

/* The application's password, if it has one. *ret_decided: nothing more is to be asked. */
static enum cs_err try_authtok(struct cs_method_login *login, judge_line *judge, void *context,
                             struct cs_outcome *ret_outcome, bool *ret_decided,
                             struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret authtok = {0};
    enum cs_err result = login->foreign ? CS_OK : cs_channel_authtok(login->channel, &authtok, error);

    *ret_decided = false;
    if (result != CS_OK || authtok.length == 0)
        return result;
    result = judge_one(login, &authtok, judge, context, ret_outcome, error);
    *ret_decided =
        ret_outcome->judgement == CS_JUDGED_RIGHT || !login->options->ask_password_on_mismatch;
    if (result == CS_OK && ret_outcome->judgement != CS_JUDGED_RIGHT)
        cs_log(login->log, LOG_INFO, "the application's password is not the provider's (%s)%s",
               ret_outcome->reason,
               *ret_decided ? "; ask_password_on_mismatch would ask for the right one" : "");
    return result;
}

static enum cs_verdict dialogue(struct cs_method_login *login, const struct wording *wording,
                                judge_line *judge, void *context)
{
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};
    bool decided = false;
    enum cs_err result = try_authtok(login, judge, context, &outcome, &decided, &error);

    if (result != CS_OK)
        return cs_give_up(login, password_method, result, &error);
    if (decided)
        return outcome.judgement == CS_JUDGED_RIGHT ? CS_VERDICT_ALLOW : CS_VERDICT_DENY;
    for (unsigned tried = 0; tried <= login->options->password_retry; tried++) {
        CS_AUTO(cs_secret_free) struct cs_secret line = {0};

        result = ask(login, wording, tried, &line, &error);
        if (result == CS_OK)
            result = judge_one(login, &line, judge, context, &outcome, &error);
        if (result != CS_OK)
            return cs_give_up(login, password_method, result, &error);
        if (outcome.judgement == CS_JUDGED_RIGHT)
            return CS_VERDICT_ALLOW;
    }
    /* One try, then the end: a wrong password and not a matter of tries. */
    return login->options->password_retry > 0 ? CS_VERDICT_MAX_TRIES : CS_VERDICT_DENY;
}

/* ---- the password alone ---- */

static enum cs_err judge_password(struct cs_method_login *login, const struct cs_secret *password,
                                  void *context, struct cs_outcome *ret_outcome,
                                  struct cs_error *error)
{
    const struct cs_question question = {.kind = CS_FACTOR_PASSWORD};
    enum cs_err result = cs_judge(login, &question, password, ret_outcome, error);

    (void)context;
    if (result != CS_OK || ret_outcome->judgement != CS_JUDGED_RIGHT)
        return result;
    login->password_accepted = true;
    return cs_secret_set(&login->authtok, password->data, password->length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

enum cs_verdict cs_ask_password(struct cs_method_login *login)
{
    static const struct wording wording = {CS_TEXT_PASSWORD_PROMPT, CS_TEXT_PASSWORD_NOT_ACCEPTED};

    return dialogue(login, &wording, judge_password, NULL);
}

/* ---- password and code in one line ---- */

struct combined_context {
    bool device_instead;
    bool password_only; /* result */
    bool missing;       /* result: nothing that the code could be of, and that is accepted */
};

/* The code beside an accepted password. Who has only a device is not without a factor. */
static enum cs_err judge_code(struct cs_method_login *login, const struct cs_secret *code,
                              struct combined_context *combined, struct cs_outcome *ret_outcome,
                              struct cs_error *error)
{
    const struct cs_question question = {.kind = CS_FACTOR_TOTP};
    unsigned others = combined->device_instead ? CS_KIND(CS_FACTOR_DEVICE) : 0;
    enum cs_err result = CS_OK;

    if (login->options->accept_on_missing_auth_method)
        result = cs_find_missing(login, CS_KIND(CS_FACTOR_TOTP), others, &combined->missing, error);
    *ret_outcome = (struct cs_outcome){0};
    if (result == CS_OK && !combined->missing)
        return cs_judge(login, &question, code, ret_outcome, error);
    if (result == CS_OK)
        *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                           .reason = "accept_on_missing_auth_method"};
    return result;
}

/* The password first: a wrong one never spends the code. A refusal is held from the line's own
 * start: otherwise its time would tell that the password was right. */
static enum cs_err judge_parts(struct cs_method_login *login, const struct cs_combined *parts,
                               struct combined_context *combined, struct cs_outcome *ret_outcome,
                               struct cs_error *error)
{
    enum cs_err result;

    login->line_started = cs_clock_ms();
    result = judge_password(login, &parts->password, NULL, ret_outcome, error);
    if (result == CS_OK && ret_outcome->judgement == CS_JUDGED_RIGHT)
        result = judge_code(login, &parts->code, combined, ret_outcome, error);
    login->line_started = 0;
    return result;
}

static enum cs_err judge_combined(struct cs_method_login *login, const struct cs_secret *line,
                                  void *context, struct cs_outcome *ret_outcome,
                                  struct cs_error *error)
{
    CS_AUTO(cs_combined_clear) struct cs_combined parts = {0};
    struct combined_context *combined = context;
    const struct cs_question nothing = {.kind = CS_FACTOR_PASSWORD};
    bool has_code = false;
    enum cs_err result;

    /* What is no line of ours at all is judged as it came: it must look like any wrong one. */
    if (cs_answer_kind(line) != CS_ANSWER_TYPED)
        return cs_judge(login, &nothing, line, ret_outcome, error);
    result =
        cs_combined_split(line, login->options->password_separator, login->options->password_first,
                          combined->device_instead, &parts, &has_code, error);
    if (result != CS_OK)
        return result;
    combined->password_only = !has_code && combined->device_instead;
    if (has_code)
        return judge_parts(login, &parts, combined, ret_outcome, error);
    if (combined->device_instead)
        return judge_password(login, line, NULL, ret_outcome, error);
    ret_outcome->reason = "no-separator";
    return CS_OK;
}

enum cs_verdict cs_ask_password_and_totp(struct cs_method_login *login, bool device_instead,
                                         bool *ret_password_only)
{
    const enum cs_text prompts[2][2] = {
        {CS_TEXT_TOTP_AND_PASSWORD, CS_TEXT_PASSWORD_AND_TOTP},
        {CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE, CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE}};
    const struct wording wording = {prompts[device_instead][login->options->password_first],
                                    CS_TEXT_NOT_ACCEPTED};
    struct combined_context context = {.device_instead = device_instead};
    enum cs_verdict verdict = dialogue(login, &wording, judge_combined, &context);

    *ret_password_only = context.password_only;
    if (verdict == CS_VERDICT_ALLOW && context.missing)
        return CS_VERDICT_NOT_ENROLLED;
    /* The accepted password counts where only the server of the code is missing. */
    if (verdict != CS_VERDICT_ALLOW && verdict != CS_VERDICT_UNREACHABLE) {
        login->password_accepted = false;
        cs_secret_free(&login->authtok);
    }
    return verdict;
}
