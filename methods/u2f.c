/*
 * A security key: one that is plugged into this machine, for a login at this machine, and otherwise
 * one that the person has elsewhere, through the lines of u2f/relay.h. Every try has a challenge of
 * its own. Nothing is sent to anybody, so that no consent is asked for; who has no key is asked all
 * the same, with a decoy in place of the key's handle.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "conversation/notice.h"
#include "methods/delivery.h"
#include "methods/steps.h"
#include "u2f/host_client.h"
#include "u2f/origins.h"

enum { KEYS_MAX = 2, NUMBER_SIZE = 16 };

/* What came of asking a key of this machine. */
enum found {
    FOUND_NO_HELPER, /* or a login from elsewhere */
    FOUND_NO_KEY,    /* of this user's in this machine */
    FOUND_NO_TOUCH,
    FOUND_KEY, /* which was only looked for */
    FOUND_ANSWER,
};

/* The tries of one login. */
struct dialogue {
    struct cs_method_login *login;
    const struct cs_listed_factor *factor;
    struct cs_challenge challenge; /* the newest; its line is the request */
    unsigned tried;
    bool looked;    /* in this try, for a key here: which may have taken long */
    bool elsewhere; /* asking a key here is no use any more */
};

static void end_dialogue(struct dialogue *dialogue)
{
    cs_challenge_clear(&dialogue->challenge);
}

/* A fresh challenge: the time of one begins when the person may answer it. */
static enum cs_err renew(struct dialogue *dialogue, struct cs_error *error)
{
    static const struct cs_listed_factor any = {.kind = CS_FACTOR_U2F};

    cs_challenge_clear(&dialogue->challenge);
    return cs_begin(dialogue->login, dialogue->factor ? dialogue->factor : &any,
                    &dialogue->challenge, error);
}

/* ---- prompts ---- */

/* The text of `key`, behind one that says what came before. */
static enum cs_err say_prompt(const struct dialogue *dialogue, enum found found, enum cs_text key,
                              struct cs_buffer *out, struct cs_error *error)
{
    const struct cs_method_login *login = dialogue->login;
    struct cs_values values = {0};
    enum cs_text keys[KEYS_MAX];
    char tries[NUMBER_SIZE];
    size_t count = 0;

    (void)snprintf(tries, sizeof tries, "%u", 1 + login->options->retry - dialogue->tried);
    cs_values_set(&values, 'L', tries);
    if (dialogue->tried > 0)
        keys[count++] = CS_TEXT_NOT_ACCEPTED;
    else if (found == FOUND_NO_KEY)
        keys[count++] = CS_TEXT_U2F_NO_KEY;
    keys[count++] = key;
    cs_say_prompt(login->book, keys, count, &values, out);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

static enum cs_err ask_elsewhere(const struct dialogue *dialogue, enum found found,
                                 struct cs_secret *ret_answer, struct cs_error *error)
{
    const char *line = dialogue->challenge.line;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result = say_prompt(dialogue, found, CS_TEXT_U2F_PROMPT, &prompt, error);

    if (result != CS_OK)
        return result;
    /* countersign-touch finds it behind a blank only, whatever an administrator wrote. */
    if (prompt.length == 0 || strchr(" \n", prompt.text[prompt.length - 1]) == NULL)
        cs_buffer_text(&prompt, " ");
    cs_buffer_printf(&prompt, "%s : ", line ? line : "");
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(dialogue->login->channel, prompt.text, true, ret_answer, error);
}

/* Where texts wait for the next prompt there has to be one before the touch; and after a touch that
 * did not come, because programs repeat a failed login by themselves. What is typed there is an
 * answer like one from elsewhere. */
static enum cs_err tell_to_touch(const struct dialogue *dialogue, struct cs_secret *ret_typed,
                                 struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};
    enum cs_err result;

    if (login->number_mode == CS_WAIT_LIVE && login->may_send(login, true, false))
        return cs_notice(login->channel, login->book, CS_TEXT_U2F_TOUCH, NULL, error);
    result = say_prompt(dialogue, FOUND_KEY, CS_TEXT_U2F_ENTER, &prompt, error);
    return result == CS_OK ? cs_ask(login->channel, prompt.text, true, ret_typed, error) : result;
}

/* ---- a key of this machine ---- */

/* The key signs for the first origin of the list. */
static enum cs_err make_request(const struct dialogue *dialogue,
                                struct cs_u2f_host_request *ret_request, struct cs_error *error)
{
    const struct cs_method_login *login = dialogue->login;
    const char *line = dialogue->challenge.line;
    struct cs_u2f_origins origins;
    struct cs_u2f_request asked;
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
    ret_request->purpose = CS_U2F_AUTHENTICATE;
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
                           struct cs_error *error)
{
    if (cs_clock_left(login->call.deadline) == 0)
        return cs_fail(error, CS_ERR_TIMEOUT, "the time of the login is over");
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

/* Whether one of the user's keys may be plugged in: nobody is told to touch what is not there. One
 * that does not answer may have the right one beside it. */
static enum cs_err look_here(struct dialogue *dialogue, enum found *ret_found,
                             struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    struct cs_u2f_host_request request = {0};
    struct cs_u2f_host_answer answer = {0};
    enum cs_err result = make_request(dialogue, &request, error);

    if (result != CS_OK)
        return result;
    dialogue->looked = true;
    result = cs_u2f_host_ask(login->options->u2f_socket, &request, login->call.deadline,
                             login->call.cancel_fd, &answer, error);
    if (result == CS_ERR_NOT_FOUND || result == CS_ERR_INPUT || result == CS_ERR_CANCELLED)
        return explain(login, result, ret_found, error);
    *ret_found = FOUND_KEY;
    return result == CS_OK || result == CS_ERR_TIMEOUT || result == CS_ERR_UNAVAILABLE ? CS_OK
                                                                                       : result;
}

static enum cs_err touch_here(struct dialogue *dialogue, struct cs_secret *ret_answer,
                              enum found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    struct cs_u2f_host_request request = {0};
    struct cs_u2f_host_answer answer = {0};
    int64_t left = cs_clock_left(login->call.deadline);
    enum cs_err result = renew(dialogue, error);

    if (result == CS_OK)
        result = make_request(dialogue, &request, error);
    if (result != CS_OK)
        return result;
    request.milliseconds = login->options->poll_timeout * 1000;
    if (left < request.milliseconds)
        request.milliseconds = (uint32_t)left;
    result = cs_u2f_host_ask(login->options->u2f_socket, &request, login->call.deadline,
                             login->call.cancel_fd, &answer, error);
    if (result == CS_ERR_TIMEOUT || result == CS_ERR_CANCELLED)
        login->was_refused(login);
    if (result != CS_OK)
        return explain(login, result, ret_found, error);
    *ret_found = FOUND_ANSWER;
    return keep_answer(&answer.answer, ret_answer, error);
}

static enum cs_err ask_here(struct dialogue *dialogue, struct cs_secret *ret_answer,
                            enum found *ret_found, struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum cs_err result;

    *ret_found = FOUND_NO_HELPER;
    dialogue->looked = false;
    if (!login->here || dialogue->elsewhere || dialogue->challenge.line == NULL ||
        !cs_u2f_host_exists(login->options->u2f_socket))
        return CS_OK;
    result = look_here(dialogue, ret_found, error);
    if (result != CS_OK || *ret_found != FOUND_KEY)
        return result;
    result = tell_to_touch(dialogue, ret_answer, error);
    if (result != CS_OK)
        return result;
    if (ret_answer->length > 0) {
        *ret_found = FOUND_ANSWER;
        return CS_OK;
    }
    cs_secret_free(ret_answer);
    return touch_here(dialogue, ret_answer, ret_found, error);
}

/* ---- the dialogue ---- */

/* No answer comes of a key that nobody touches; the next try may be answered from elsewhere. */
static enum cs_err find_answer(struct dialogue *dialogue, struct cs_secret *ret_answer,
                               struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    enum found found;
    enum cs_err result = ask_here(dialogue, ret_answer, &found, error);

    if (result != CS_OK || found == FOUND_ANSWER)
        return result;
    if (found != FOUND_NO_TOUCH) {
        result = dialogue->looked ? renew(dialogue, error) : CS_OK;
        return result == CS_OK ? ask_elsewhere(dialogue, found, ret_answer, error) : result;
    }
    dialogue->elsewhere = true;
    login->reason = login->last = "not-touched";
    return cs_notice(login->channel, login->book, CS_TEXT_U2F_NO_TOUCH, NULL, error);
}

static enum cs_err run_once(struct dialogue *dialogue, struct cs_outcome *ret_outcome,
                            struct cs_error *error)
{
    struct cs_method_login *login = dialogue->login;
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    const struct cs_question question = {
        .kind = CS_FACTOR_U2F, .factor = dialogue->factor, .challenge = &dialogue->challenge};
    enum cs_err result = cs_find_user(login, error);

    if (result == CS_OK)
        result = renew(dialogue, error);
    if (result == CS_OK)
        result = find_answer(dialogue, &answer, error);
    if (result != CS_OK || answer.data == NULL)
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
    CS_AUTO(end_dialogue) struct dialogue dialogue = {.login = login, .factor = factor};
    struct cs_error error = {0};

    for (; dialogue.tried <= login->options->retry; dialogue.tried++) {
        struct cs_outcome outcome = {0};
        enum cs_err result = run_once(&dialogue, &outcome, &error);

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
    .looks_up = true,
    .run = run,
};
