/*
 * A security key: one that is plugged into this machine, for a login at this machine, and otherwise
 * one that the person has elsewhere, through the lines of u2f/relay.h. Every round has a challenge
 * of its own. Nothing is sent to anybody, so that no consent is asked for.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "conversation/notice.h"
#include "methods/code.h"
#include "methods/delivery.h"
#include "u2f/host_client.h"
#include "u2f/origins.h"

enum { KEYS_MAX = 2, NUMBER_SIZE = 16 };

/* How an answer was sought. */
enum found {
    FOUND_ANSWER,
    FOUND_NO_HELPER, /* or a login from elsewhere */
    FOUND_NO_KEY,    /* of this user's in this machine */
    FOUND_NO_TOUCH,
};

/* ---- a key elsewhere ---- */

static enum cs_err ask_elsewhere(struct cs_method_login *login, const char *line, bool no_key,
                                 unsigned tried, struct cs_secret *ret_answer,
                                 struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    struct cs_values values = {0};
    enum cs_text keys[KEYS_MAX];
    char tries[NUMBER_SIZE];
    size_t count = 0;

    (void)snprintf(tries, sizeof tries, "%u", 1 + login->options->retry - tried);
    cs_values_set(&values, 'L', tries);
    if (no_key)
        keys[count++] = CS_TEXT_U2F_NO_KEY;
    else if (tried > 0)
        keys[count++] = CS_TEXT_NOT_ACCEPTED;
    keys[count++] = CS_TEXT_U2F_PROMPT;
    cs_say_prompt(login->book, keys, count, &values, &prompt);
    /* countersign-touch finds it behind a blank only, whatever an administrator wrote. */
    if (prompt.length == 0 || strchr(" \n", prompt.text[prompt.length - 1]) == NULL)
        cs_buffer_text(&prompt, " ");
    cs_buffer_printf(&prompt, "%s : ", line ? line : "");
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(login->channel, prompt.text, true, ret_answer, error);
}

/* ---- a key of this machine ---- */

/* The key signs for the first origin of the list. */
static enum cs_err make_request(const struct cs_method_login *login, const char *line,
                                struct cs_u2f_host_request *ret_request, struct cs_error *error)
{
    struct cs_u2f_origins origins;
    struct cs_u2f_request asked;
    int64_t left;
    enum cs_err result = cs_u2f_read_request(line, strlen(line), &asked, error);

    if (result == CS_OK)
        result = cs_u2f_read_origins(login->judging.origins, &origins, error);
    if (result == CS_OK)
        result = cs_u2f_app_hash(asked.app_id, ret_request->app_hash, error);
    if (result == CS_OK)
        result = cs_u2f_client_hash(CS_U2F_AUTHENTICATE, asked.challenge, origins.items[0],
                                    ret_request->client_hash, error);
    if (result != CS_OK)
        return result;
    left = cs_clock_left(login->call.deadline);
    ret_request->purpose = CS_U2F_AUTHENTICATE;
    ret_request->milliseconds = login->options->poll_timeout * 1000;
    if (left < ret_request->milliseconds)
        ret_request->milliseconds = (uint32_t)left;
    memcpy(ret_request->handles, asked.handles, sizeof asked.handles);
    ret_request->handle_count = asked.handle_count;
    return CS_OK;
}

static enum cs_err keep_answer(const struct cs_u2f_answer *answer, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_u2f_write_answer(answer, &line, error);

    if (result != CS_OK)
        return result;
    return !line.failed && cs_secret_set(ret_answer, line.text, line.length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* What a failure means for the person: another way to answer, or another try. */
static enum cs_err explain(struct cs_method_login *login, enum cs_err result, enum found *ret_found,
                           const struct cs_error *error)
{
    switch (result) {
    case CS_ERR_NOT_FOUND:
    case CS_ERR_INPUT:
        *ret_found = FOUND_NO_KEY;
        break;
    case CS_ERR_TIMEOUT:
        *ret_found = FOUND_NO_TOUCH;
        break;
    case CS_ERR_UNAVAILABLE:
        *ret_found = FOUND_NO_HELPER;
        break;
    default:
        return result;
    }
    cs_log(login->log, *ret_found == FOUND_NO_HELPER ? LOG_WARNING : LOG_INFO, "u2f: %s",
           error->text);
    return CS_OK;
}

static enum cs_err ask_here(struct cs_method_login *login, const char *line,
                            struct cs_secret *ret_answer, enum found *ret_found,
                            struct cs_error *error)
{
    const char *path = login->options->u2f_socket;
    struct cs_u2f_host_request request = {0};
    struct cs_u2f_host_answer answer = {0};
    enum cs_err result;

    *ret_found = FOUND_NO_HELPER;
    if (login->address[0] != '\0' || line == NULL || path == NULL || access(path, F_OK) != 0)
        return CS_OK;
    result = make_request(login, line, &request, error);
    if (result == CS_OK)
        result = cs_notice(login->channel, login->book, CS_TEXT_U2F_TOUCH, NULL, error);
    if (result != CS_OK)
        return result;
    result = cs_u2f_host_ask(path, &request, login->call.cancel_fd, &answer, error);
    if (result != CS_OK)
        return explain(login, result, ret_found, error);
    *ret_found = FOUND_ANSWER;
    return keep_answer(&answer.answer, ret_answer, error);
}

/* ---- the dialogue ---- */

static enum cs_err find_answer(struct cs_method_login *login, const char *line, unsigned tried,
                               struct cs_secret *ret_answer, enum found *ret_found,
                               struct cs_error *error)
{
    enum cs_err result = ask_here(login, line, ret_answer, ret_found, error);

    if (result != CS_OK)
        return result;
    if (*ret_found == FOUND_NO_TOUCH) {
        login->reason = login->last = "not-touched";
        return cs_notice(login->channel, login->book, CS_TEXT_U2F_NO_TOUCH, NULL, error);
    }
    if (*ret_found == FOUND_ANSWER)
        return CS_OK;
    result = ask_elsewhere(login, line, *ret_found == FOUND_NO_KEY, tried, ret_answer, error);
    *ret_found = FOUND_ANSWER;
    return result;
}

/* One challenge, and at most one answer to it. */
static enum cs_err run_once(struct cs_method_login *login, const struct cs_listed_factor *factor,
                            unsigned tried, struct cs_outcome *ret_outcome, struct cs_error *error)
{
    CS_AUTO(cs_challenge_clear) struct cs_challenge challenge = {0};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    const struct cs_question question = {
        .kind = CS_FACTOR_U2F, .factor = factor, .challenge = &challenge};
    enum found found = FOUND_NO_HELPER;
    enum cs_err result = cs_begin(login, factor, &challenge, error);

    if (result == CS_OK)
        result = find_answer(login, challenge.line, tried, &answer, &found, error);
    if (result != CS_OK || found != FOUND_ANSWER)
        return result;
    login->answers++;
    result = cs_judge(login, &question, &answer, ret_outcome, error);
    if (result == CS_OK) {
        login->reason = login->last = ret_outcome->reason;
        cs_log(login->log, LOG_DEBUG, "u2f: answer %u: %s", login->answers, ret_outcome->reason);
    }
    return result;
}

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    struct cs_error error = {0};

    for (unsigned tried = 0; tried <= login->options->retry; tried++) {
        struct cs_outcome outcome = {0};
        enum cs_err result = run_once(login, factor, tried, &outcome, &error);

        /* The last key was removed meanwhile, or the answer before has made it suspect. */
        if (result == CS_ERR_NOT_FOUND)
            return tried > 0 ? CS_VERDICT_MAX_TRIES : cs_refuse_codes(login, "not-enrolled");
        if (result != CS_OK)
            return cs_give_up(login, method->name, result, &error);
        if (outcome.judgement == CS_JUDGED_RIGHT)
            return CS_VERDICT_ALLOW;
        if (outcome.judgement == CS_JUDGED_OVER)
            return CS_VERDICT_DENY;
    }
    return CS_VERDICT_MAX_TRIES;
}

const struct cs_method cs_method_u2f = {
    .name = "u2f",
    .kind = CS_FACTOR_U2F,
    .menu = CS_TEXT_U2F,
    .run = run,
};
