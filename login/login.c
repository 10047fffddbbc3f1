/* SPDX-License-Identifier: Apache-2.0 */
#include "login/login.h"

#include <security/_pam_types.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/audit.h"
#include "login/look_up.h"
#include "login/policy.h"
#include "login/verdict.h"
#include "methods/steps.h"

enum {
    VARIABLE_BYTES_MAX = 32 * 1024,
    LANGUAGE_MS = 500, /* so long the first prompt waits for what decides its language */
};

/* What the method gets: its own view first, so that the callbacks find the login behind it. */
struct run {
    struct cs_method_login method;
    struct cs_login *login;
};

/* Whether sshd's list of finished methods names a key. */
static bool key_was_accepted(const struct cs_login *login)
{
    const char *info = login->request->ssh_auth_info;

    while (info != NULL && *info != '\0') {
        const char *newline = strchr(info, '\n');

        if (strncmp(info, "publickey ", 10) == 0)
            return true;
        info = newline ? newline + 1 : NULL;
    }
    return false;
}

static bool administrator_vouches(const struct cs_login *login)
{
    return login->options.stack_first_factor && login->peer.uid == 0;
}

/* A key, or the administrator's word. For root over sshd, and for an account that was not looked up
 * yet, the key counts only after an answer that is not junk: with `PermitRootLogin
 * prohibit-password`, sshd's default, root gets this far and is refused all the same. */
static bool first_factor_proven(const struct cs_login *login, bool answered)
{
    return administrator_vouches(login) ||
           (key_was_accepted(login) && (login->account.uid != 0 || answered));
}

static struct cs_login *login_of(struct cs_method_login *method)
{
    return ((struct run *)method)->login;
}

/* Without the account nothing can be judged. */
static enum cs_err identify(struct cs_method_login *method, const char **ret_identity,
                            struct cs_error *error)
{
    struct cs_login *login = login_of(method);
    enum cs_err result = cs_login_look_up_now(login, error);

    *ret_identity = login->identity[0] ? login->identity : NULL;
    return result;
}

static bool proven(struct cs_method_login *method, bool answered)
{
    return first_factor_proven(login_of(method), answered);
}

/* Stand-alone there is no memory of what was sent before, so nothing is sent unasked to those who
 * have proven nothing. */
static bool may_send(struct cs_method_login *method, bool is_proven, bool asked_for)
{
    struct cs_login *login = login_of(method);
    bool standalone = (login->request->flags & CS_REQUEST_STANDALONE) != 0;
    const struct cs_guard_case what = {login->identity, is_proven, asked_for};

    return (is_proven || asked_for || (login->options.autopush && !standalone)) &&
           cs_guard_may_send(cs_engine_guard(login->engine), &what, cs_clock_ms());
}

static void was_refused(struct cs_method_login *method)
{
    struct cs_login *login = login_of(method);

    cs_guard_refused(cs_engine_guard(login->engine), login->identity, cs_clock_ms());
}

/* ---- how it speaks ---- */

/* The user's own language is asked for only where a first factor is proven: to a stranger every
 * account speaks alike. A preference that cannot be read is no reason to refuse, nor a directory
 * that is slow to keep the prompt back. */
static void find_user_language(struct cs_login *login, struct cs_provider *provider,
                               char ret_language[CS_PROVIDER_LANGUAGE_SIZE])
{
    struct cs_error error = {0};

    ret_language[0] = '\0';
    if (provider->ops->language == NULL ||
        !(administrator_vouches(login) || key_was_accepted(login)) ||
        cs_login_look_up(login, LANGUAGE_MS, &error) != CS_OK ||
        !first_factor_proven(login, false) || login->identity[0] == '\0')
        return;
    if (provider->ops->language(provider, login->identity, ret_language, &error) != CS_OK)
        cs_log(&login->log, LOG_WARNING, "the user's language cannot be read: %s", error.text);
}

static void prepare_book(struct cs_login *login, struct cs_provider *provider)
{
    const struct cs_options *options = &login->options;
    char preferred[CS_PROVIDER_LANGUAGE_SIZE] = "";
    const char *language = options->lang;

    if (language == NULL) {
        find_user_language(login, provider, preferred);
        language = preferred[0] ? preferred : options->default_lang;
    }
    login->book = (struct cs_phrasebook){
        .catalogue = cs_engine_catalogue(login->engine, language ? language : ""),
        .ascii = options->ascii_prompts,
        .mask = options->mask_addresses};
    memcpy(login->book.own, options->texts, sizeof login->book.own);
    cs_values_set(&login->book.values, 'U', login->request->user);
    cs_values_set(&login->book.values, 'H', cs_engine_host(login->engine));
    cs_values_set(&login->book.values, 'S', login->request->service);
    cs_values_set(&login->book.values, 'R', login->address);
}

/* Shows what no prompt has carried: for the end of a refused login. */
static void flush_last_text(struct cs_login *login, struct cs_fold_channel *fold)
{
    struct cs_error error = {0};

    if (cs_fold_channel_flush(fold, &error) != CS_OK)
        cs_log(&login->log, LOG_INFO, "the last text was not shown: %s", error.text);
}

/* What outlives the run; a login that is refused hands nothing over of it. */
static void keep_results(struct cs_login *login, struct cs_method_login *method)
{
    login->reason = method->reason;
    login->last = method->last;
    login->answers = method->answers;
    login->proven = cs_is_proven(method);
    login->token = method->token;
    method->token = (struct cs_secret){0};
    login->record = method->user.record;
    method->user.record = NULL;
}

static enum cs_verdict run_plan(struct cs_login *login, struct cs_channel *channel,
                                struct cs_provider *provider)
{
    const struct cs_options *options = &login->options;
    char name[CS_PROVIDER_NAME_SIZE];
    struct cs_fold_channel fold;
    struct run run = {
        .method = {.options = &options->method,
                   .channel = channel,
                   .provider = provider,
                   .log = &login->log,
                   .judging = cs_policy_judging(options, cs_engine_host(login->engine), name),
                   .call = {.deadline = login->started + (int64_t)options->login_timeout * 1000,
                            .cancel_fd = login->cancel_fd,
                            .lookup = &options->lookup,
                            .language = login->book.catalogue->language},
                   .book = &login->book,
                   .wait_mode = cs_policy_wait_mode(options, login->request->service),
                   .number_mode = cs_policy_shown_mode(options, login->request->service),
                   .host = cs_engine_host(login->engine),
                   .service = login->request->service,
                   .address = login->address,
                   .client = login->client,
                   .here = login->here,
                   .name = login->request->user,
                   .foreign = login->peer.uid != 0,
                   .stranger = login->stranger,
                   .identify = identify,
                   .proven = proven,
                   .may_send = may_send,
                   .was_refused = was_refused,
                   .reason = "none"},
        .login = login};
    enum cs_verdict verdict;

    cs_fold_channel_init(&fold, channel);
    if (!cs_policy_live(options, login->request->service) && run.method.wait_mode != CS_WAIT_LIVE)
        run.method.channel = &fold.channel;
    verdict = cs_plan_run(login->plan, &run.method);
    if (verdict == CS_VERDICT_DENY || verdict == CS_VERDICT_NOT_ENROLLED)
        flush_last_text(login, &fold);
    cs_fold_channel_clear(&fold);
    keep_results(login, &run.method);
    cs_method_login_clear(&run.method);
    return verdict;
}

/* A screen locker may only ask for the account that it runs as, and never for root. */
static bool peer_may_ask(const struct cs_login *login)
{
    return login->peer.uid == 0 || (login->account.known && login->account.uid == login->peer.uid);
}

static enum cs_verdict fail(struct cs_login *login, enum cs_verdict verdict, const char *reason,
                            const struct cs_error *error)
{
    login->reason = reason;
    if (error != NULL)
        cs_log(&login->log, LOG_ERR, "service '%s': %s", login->request->service, error->text);
    return verdict;
}

bool cs_login_asks_at_once(const struct cs_login *login)
{
    return login->plan != NULL && !cs_login_needs_account_first(login) &&
           cs_plan_asks_at_once(login->plan, &login->options.method);
}

static enum cs_verdict run(struct cs_login *login, struct cs_channel *channel)
{
    struct cs_provider *provider = NULL;
    struct cs_error error = {0};
    enum cs_verdict verdict;
    const char *rule;

    if (login->plan == NULL)
        return fail(login, CS_VERDICT_MISCONFIGURED, "misconfigured", NULL);
    cs_log(&login->log, LOG_DEBUG,
           "user '%s' service '%s' from '%s': auth_method=%s provider=%s retry=%u",
           login->request->user, login->request->service, login->client, login->options.auth_method,
           login->options.provider, login->options.method.retry);
    if (cs_login_look_up_first(login, &error) != CS_OK)
        return fail(login, CS_VERDICT_UNAVAILABLE, "account-look-up", &error);
    if (!peer_may_ask(login))
        return fail(login, CS_VERDICT_DENY, "not-your-account", NULL);
    rule = cs_login_exemption(login);
    if (rule != NULL)
        return fail(login, CS_VERDICT_EXEMPT, rule, NULL);
    if (cs_engine_provider(login->engine, &login->options, cs_config_verify(login->config),
                           &provider, &error) != CS_OK)
        return fail(login,
                    error.code == CS_ERR_CONFIG ? CS_VERDICT_MISCONFIGURED : CS_VERDICT_UNAVAILABLE,
                    "provider", &error);
    prepare_book(login, provider);
    verdict = run_plan(login, channel, provider);
    cs_engine_release(login->engine, &provider);
    /* Nothing but a second factor may be missing. */
    login->proven = login->proven && cs_plan_has_second(login->plan);
    return verdict;
}

static void write_audit(const struct cs_login *login, enum cs_verdict verdict, bool granted)
{
    const struct cs_request *request = login->request;
    const struct cs_audit audit = {
        .user = request->user,
        .identity = login->identity[0] ? login->identity : NULL,
        .service = request->service,
        .address = login->address[0] ? login->address : request->rhost,
        .tty = request->tty,
        .method = login->options.auth_method,
        .verdict = cs_verdict_name(verdict),
        .reason = login->reason,
        .last = login->last,
        .granted = granted,
        .answers = login->answers,
        .milliseconds = cs_clock_ms() - login->started,
        .peer_uid = (unsigned)login->peer.uid,
        .standalone = (request->flags & CS_REQUEST_STANDALONE) != 0,
    };

    cs_audit_write(&login->log, &audit);
}

/* What stands behind a pass that no factor earned. */
static void explain_grant(struct cs_login *login, enum cs_verdict verdict)
{
    if (verdict == CS_VERDICT_UNREACHABLE)
        login->reason = "failmode_insecure";
    if (verdict == CS_VERDICT_NOT_ENROLLED && !login->proven)
        cs_log(&login->log, LOG_WARNING,
               "'%s' has no factor and is let in although nothing shows a first factor; set "
               "stack_first_factor if the modules before this line prove one",
               login->account.name);
}

static void hand_over(struct cs_login *login, struct cs_verdict_message *ret_verdict)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer variable = {0};

    ret_verdict->token = login->token;
    login->token = (struct cs_secret){0};
    if (login->options.user_env == NULL || login->record == NULL)
        return;
    cs_buffer_printf(&variable, "%s=%s", login->options.user_env, login->record);
    if (variable.failed || variable.length > VARIABLE_BYTES_MAX ||
        cs_strlist_add(&ret_verdict->variables, variable.text, variable.length) != CS_OK)
        cs_log(&login->log, LOG_WARNING, "user_env: the record of '%s' is too large for %s",
               login->account.name, login->options.user_env);
}

void cs_login_run(struct cs_login *login, struct cs_channel *channel,
                  struct cs_verdict_message *ret_verdict)
{
    enum cs_verdict verdict = run(login, channel);
    /* Passing needs an account; a plan that allowed one has looked it up. */
    int code = cs_verdict_pam_code(verdict, &login->options, login->account.known, login->proven);
    bool granted = code == PAM_SUCCESS || code == PAM_IGNORE;

    ret_verdict->pam_code = (uint32_t)code;
    ret_verdict->name = strdup(cs_verdict_name(verdict));
    if (granted) {
        explain_grant(login, verdict);
        hand_over(login, ret_verdict);
    }
    write_audit(login, verdict, granted);
}

void cs_login_clear(struct cs_login *login)
{
    cs_search_release(&login->search);
    cs_config_release(&login->config);
    cs_secret_free(&login->token);
    if (login->record != NULL)
        cs_wipe(login->record, strlen(login->record));
    free(login->record);
}
