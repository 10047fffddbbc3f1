/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a login's plan, or the account check: what methods are given, what they may call, what is
 * kept. */
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/login_priv.h"
#include "login/mail.h"
#include "login/pending_lock.h"
#include "login/policy.h"
#include "methods/account.h"
#include "methods/self_service.h"
#include "methods/steps.h"
#include "paths.h"

/* The context that the methods' calls get. */
struct run {
    struct cs_login *login;
    const struct cs_method_given *given;
    const struct cs_provider_user *user; /* once it was looked up */
    struct cs_pending_turn turn;
    struct cs_pending_lock lock;
};

/* Nothing can be judged without the account. */
static enum cs_err identify(void *context, const char **ret_identity, struct cs_error *error)
{
    struct cs_login *login = ((struct run *)context)->login;
    enum cs_err result = cs_login_look_up_now(login, error);

    /* Whoever types has no identity where the account has none. */
    if (login->identity[0] == '\0')
        *ret_identity = NULL;
    else
        *ret_identity = login->claimed[0] != '\0' ? login->claimed : login->identity;
    return result;
}

static bool claim_identity(void *context, const char *text, size_t length)
{
    struct cs_login *login = ((struct run *)context)->login;

    if (length >= sizeof login->claimed)
        return false;
    memcpy(login->claimed, text, length);
    login->claimed[length] = '\0';
    return true;
}

static bool proven(void *context, bool answered)
{
    return cs_login_first_factor(((struct run *)context)->login, answered);
}

/* A stand-alone session does not know what was sent before, so it sends nothing unasked to users
 * who have proven nothing. */
static bool may_send(void *context, const struct cs_sending *sending)
{
    struct cs_login *login = ((struct run *)context)->login;
    bool standalone = (login->request->flags & CS_REQUEST_STANDALONE) != 0;

    return (sending->proven || sending->asked_for || (login->options.autopush && !standalone)) &&
           cs_delivery_limit_may_send(cs_engine_delivery_limit(login->engine), login->identity,
                                      sending, cs_clock_ms());
}

static enum cs_enrol_leave may_enrol(void *context, int64_t now)
{
    return cs_login_may_enrol(((struct run *)context)->login, now);
}

static void changed(void *context, enum cs_change change)
{
    cs_login_tell(((struct run *)context)->login, change);
}

static void was_refused(void *context)
{
    struct cs_login *login = ((struct run *)context)->login;

    cs_delivery_limit_refused(cs_engine_delivery_limit(login->engine), login->identity,
                              cs_clock_ms());
}

/* Whose codes are good once. Where the user says who it is, one person may have several names
 * there, and one code; so a code is good once for everybody. */
static const char *owner_of_codes(const struct run *run)
{
    return run->given->provider->ops->binds_identity ? "" : run->login->identity;
}

static enum cs_err claim_code(void *context, const struct cs_secret *code, bool *ret_claimed,
                              struct cs_error *error)
{
    struct run *run = context;

    return cs_accepted_codes_claim(cs_engine_accepted_codes(run->login->engine),
                                   owner_of_codes(run), code, cs_clock_ms(), ret_claimed, error);
}

static void settle_code(void *context, const struct cs_secret *code, bool accepted)
{
    struct run *run = context;

    cs_accepted_codes_settle(cs_engine_accepted_codes(run->login->engine), owner_of_codes(run),
                             code, accepted, cs_clock_ms());
}

static uint32_t *judging(void *context)
{
    struct run *run = context;

    return cs_login_note_judging(run->login, run->given->channel);
}

static void judged(void *context, const struct cs_method_result *result)
{
    struct run *run = context;

    cs_login_note_judged(run->login, result, run->given->channel);
}

static unsigned days_to_enrol(void *context, int64_t now)
{
    return cs_login_days_to_enrol(((struct run *)context)->login, now);
}

static enum cs_err change_self(void *context, const struct cs_self_change *change,
                               struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                               struct cs_error *error)
{
    struct run *run = context;

    return cs_login_change_self(run->login, run->given, run->user, change, enrolling, ret_changed,
                                error);
}

static void speak(void *context, const char *language)
{
    cs_login_speak(((struct run *)context)->login, language);
}

static int64_t pace(void *context, enum cs_pace_of of, int64_t elapsed)
{
    struct cs_login *login = ((struct run *)context)->login;

    return cs_refusal_pace_note(cs_engine_refusal_pace(login->engine), of, elapsed, cs_clock_ms());
}

/* Among this process's logins first, in their order, then among processes. */
static enum cs_err take_turn(void *context, struct cs_error *error)
{
    struct run *run = context;
    struct cs_pending_queue *queue = cs_engine_pending_queue(run->login->engine);
    enum cs_err result =
        cs_pending_queue_join(queue, run->given->provider, run->login->identity, &run->turn, error);

    if (result == CS_OK)
        result = cs_pending_queue_await(&run->turn, &run->given->call, error);
    if (result == CS_OK)
        result = cs_pending_lock_take(CS_PENDING_DIR, run->given->provider->ops->name,
                                      run->login->identity, &run->given->call, &run->lock, error);
    if (result != CS_OK)
        cs_pending_queue_give(queue, &run->turn);
    return result;
}

static void give_turn(void *context, unsigned rest_ms)
{
    struct run *run = context;

    cs_pending_lock_give(&run->lock, rest_ms);
    cs_pending_queue_give(cs_engine_pending_queue(run->login->engine), &run->turn);
}

static const struct cs_method_calls calls = {.identify = identify,
                                             .claim_identity = claim_identity,
                                             .proven = proven,
                                             .may_send = may_send,
                                             .may_enrol = may_enrol,
                                             .changed = changed,
                                             .was_refused = was_refused,
                                             .claim_code = claim_code,
                                             .settle_code = settle_code,
                                             .judging = judging,
                                             .judged = judged,
                                             .change_self = change_self,
                                             .speak = speak,
                                             .days_to_enrol = days_to_enrol,
                                             .pace = pace,
                                             .take_turn = take_turn,
                                             .give_turn = give_turn};

/* Shows text that no prompt has carried: for the end of a refused login. */
CS_OWN_FRAME static void flush_last_text(struct cs_login *login, struct cs_fold_channel *fold)
{
    struct cs_error error = {0};

    if (cs_fold_channel_flush(fold, &error) != CS_OK)
        cs_log(&login->log, LOG_INFO, "the last text was not shown: %s", error.text);
}

/* Keeps what outlives the run. A refused login hands nothing over. */
/* A login that goes offline has results of its first run already. */
static void keep_results(struct cs_login *login, struct cs_method_login *method)
{
    login->reason = method->result.reason;
    login->last = method->result.last;
    login->tally = method->result.tally;
    login->clock_off = method->result.clock_off;
    login->days_left = method->result.days_left;
    login->proven = cs_is_proven(method);
    login->sent = method->state.sent;
    login->refused = method->state.refused;
    cs_secret_free(&login->authtok);
    login->authtok = method->result.authtok;
    method->result.authtok = (struct cs_secret){0};
    cs_wipe_string(&login->record);
    login->record = method->state.user.record;
    method->state.user.record = NULL;
}

static struct cs_method_given give(struct cs_login *login, struct cs_channel *channel,
                                   struct cs_provider *provider)
{
    const struct cs_options *options = &login->options;
    const char *service = login->request->service;

    return (struct cs_method_given){
        .options = &options->method,
        .channel = channel,
        .provider = provider,
        .log = &login->log,
        .call = {.deadline = login->started + (int64_t)cs_login_lasts_ms(login),
                 .cancel_fd = login->cancel_fd,
                 .settings = cs_options_chosen_provider(options),
                 .language = login->book.catalogue->language,
                 .account = login->account.name, /* filled before anybody is asked about it */
                 .uid = &login->uid,             /* the same */
                 .address = login->address},
        .book = &login->book,
        .wait_mode = cs_policy_wait_mode(options, login->request),
        .number_mode = cs_policy_shown_mode(options, login->request),
        .enrol_by = options->enrol_by,
        .host = cs_engine_host(login->engine),
        .service = service,
        .address = login->address,
        .client = login->client,
        .here = login->here,
        .name = login->request->user,
        .issuer = options->issuer,
        .label = options->label,
        .foreign = login->peer.uid != 0,
        .never_proven = login->peer.service_account,
        .stranger = login->stranger};
}

static enum cs_verdict run_on(const struct cs_login *login, struct cs_method_login *method,
                              bool second)
{
    const struct cs_self_wish wish = {login->request->self_act, login->request->self_detail};

    if (cs_login_is_self(login))
        return cs_self_service(login->plan, method, &wish);
    return (second ? cs_plan_run : cs_plan_run_first)(login->plan, method);
}

enum cs_verdict cs_login_run_plan(struct cs_login *login, struct cs_channel *channel,
                                  struct cs_provider *provider, bool second)
{
    struct cs_method_given given = give(login, channel, provider);
    struct run run = {.login = login, .given = &given};
    struct cs_method_login method = {.given = &given, .calls = &calls, .context = &run};
    struct cs_fold_channel fold;
    enum cs_verdict verdict;

    run.user = &method.state.user;
    cs_fold_channel_init(&fold, channel);
    if (!cs_policy_live(&login->options, login->request) && given.wait_mode != CS_WAIT_LIVE)
        given.channel = &fold.channel;
    verdict = run_on(login, &method, second);
    if (verdict == CS_VERDICT_DENY || verdict == CS_VERDICT_NOT_ENROLLED)
        flush_last_text(login, &fold);
    cs_fold_channel_clear(&fold);
    keep_results(login, &method);
    cs_method_login_clear(&method);
    return verdict;
}

enum cs_verdict cs_login_check_account(struct cs_login *login, struct cs_provider *provider)
{
    struct cs_method_given given = give(login, NULL, provider);
    struct run run = {.login = login, .given = &given};
    struct cs_method_login method = {.given = &given, .calls = &calls, .context = &run};
    enum cs_verdict verdict = cs_check_account(&method);

    login->reason = method.result.reason;
    cs_method_login_clear(&method);
    return verdict;
}
