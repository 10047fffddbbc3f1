/* A time-based code (RFC 6238), or a recovery code typed at the same prompt. */
#include <syslog.h>

#include "conversation/answer.h"
#include "conversation/text.h"
#include "methods/method.h"

static enum cs_err ask(struct cs_method_login *login, unsigned tries_left,
                       struct cs_secret *ret_answer, struct cs_error *error)
{
    const struct cs_text_values values = {.left = tries_left};
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};

    if (login->answers > 0)
        cs_text_render(&prompt, CS_TEXT_NOT_ACCEPTED, NULL, &values);
    cs_text_render(&prompt, CS_TEXT_OTP_PROMPT, login->prompt, &values);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->channel, prompt.text, login->echo, ret_answer, error);
}

/* Why an answer was refused that the provider saw only in disguise. */
static const char *reason_for(enum cs_answer_kind kind, bool known, const char *judged)
{
    static const char *const reasons[] = {[CS_ANSWER_EMPTY] = "empty-answer",
                                          [CS_ANSWER_TOO_LONG] = "answer-too-long",
                                          [CS_ANSWER_JUNK] = "refused-by-sshd"};

    if (kind != CS_ANSWER_TYPED)
        return reasons[kind];
    return known ? judged : "unknown-user";
}

/*
 * Judges one answer. `*doomed` is set by a junk answer and stays: sshd refuses the account, so
 * nothing that follows can allow or count against the user, while prompts, number and time stay the
 * same.
 */
static enum cs_err judge(struct cs_method_login *login, const struct cs_secret *answer,
                         bool *doomed, struct cs_outcome *ret_outcome, struct cs_error *error)
{
    enum cs_answer_kind kind = cs_answer_kind(answer);
    struct cs_attempt attempt = {
        .kind = CS_FACTOR_TOTP, .answer = answer, .client = login->client, .countable = true};
    enum cs_err result = login->identify(login, &attempt.identity, error);
    bool known;

    if (result != CS_OK)
        return result;
    known = attempt.identity != NULL;
    *doomed = *doomed || kind == CS_ANSWER_JUNK;
    if (*doomed || kind != CS_ANSWER_TYPED) {
        attempt.identity = NULL;
        attempt.countable = false;
    }
    attempt.proven = !*doomed && login->proven(login);
    result = login->provider->ops->verify(login->provider, &attempt, &login->judging, ret_outcome,
                                          error);
    if (result == CS_OK)
        ret_outcome->reason = reason_for(kind, known, ret_outcome->reason);
    return result;
}

/* The person must know, and no text after the last prompt is shown once by every server: so this is
 * a prompt of its own. Whoever hangs up here has spent the code all the same. */
static enum cs_err tell_recovery_left(struct cs_method_login *login, unsigned left,
                                      struct cs_error *error)
{
    const struct cs_text_values values = {.left = left};
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};

    cs_text_render(&prompt, CS_TEXT_RECOVERY_LEFT, NULL, &values);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->channel, prompt.text, true, &answer, error);
}

/* How a login ends whose dialogue or verification broke. */
static enum cs_verdict give_up(struct cs_method_login *login, enum cs_err result,
                               const struct cs_error *error)
{
    bool gone = result == CS_ERR_HANGUP || result == CS_ERR_TIMEOUT || result == CS_ERR_CANCELLED;

    login->reason = result == CS_ERR_TIMEOUT ? "timeout" : gone ? "hang-up" : "unavailable";
    cs_log(login->log, gone ? LOG_INFO : LOG_ERR, "totp: %s", error->text);
    return gone || result == CS_ERR_PROTOCOL ? CS_VERDICT_ABORTED : CS_VERDICT_UNAVAILABLE;
}

static enum cs_verdict run(struct cs_method_login *login)
{
    struct cs_error error = {0};
    bool doomed = false;

    while (login->answers < login->tries) {
        CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
        struct cs_outcome outcome = {0};
        enum cs_err result = ask(login, login->tries - login->answers, &answer, &error);

        if (result == CS_OK) {
            login->answers++;
            result = judge(login, &answer, &doomed, &outcome, &error);
        }
        if (result == CS_OK && outcome.judgement == CS_JUDGED_RIGHT && outcome.recovery)
            result = tell_recovery_left(login, outcome.recovery_left, &error);
        if (result != CS_OK)
            return give_up(login, result, &error);
        login->reason = outcome.reason;
        cs_log(login->log, LOG_DEBUG, "totp: answer %u: %s", login->answers, outcome.reason);
        if (outcome.judgement == CS_JUDGED_RIGHT)
            return CS_VERDICT_ALLOW;
    }
    return CS_VERDICT_MAX_TRIES;
}

const struct cs_method cs_method_totp = {
    .name = "totp",
    .kind = CS_FACTOR_TOTP,
    .run = run,
};
