#include "login/login.h"

#include <security/_pam_types.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/audit.h"
#include "login/policy.h"
#include "login/verdict.h"
#include "mapping/map.h"

/* What the method gets: its own view first, so that the callbacks find the login behind it. */
struct run {
    struct cs_method_login method;
    struct cs_login *login;
};

static enum cs_err look_up(struct cs_login *login, struct cs_error *error)
{
    const struct cs_mapping mapping = {0};
    const struct cs_map_account account = {.name = login->account.name};
    enum cs_err result;

    if (login->looked_up)
        return CS_OK;
    result = cs_account_find(login->request->user, &login->account, error);
    if (result != CS_OK)
        return result;
    login->looked_up = true;
    if (!login->account.known)
        return CS_OK;
    if (cs_map_identity(&mapping, &account, login->identity, NULL, error) != CS_OK) {
        cs_log(&login->log, LOG_WARNING, "'%s' has no identity: %s", login->account.name,
               error->text);
        login->identity[0] = '\0';
    }
    return CS_OK;
}

void cs_login_look_ahead(void *login)
{
    struct cs_error error = {0};

    if (look_up(login, &error) != CS_OK)
        return;
}

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
static bool first_factor_proven(const struct cs_login *login)
{
    return administrator_vouches(login) ||
           (key_was_accepted(login) && (login->account.uid != 0 || login->answered));
}

static enum cs_err identify(struct cs_method_login *method, const char **ret_identity,
                            struct cs_error *error)
{
    struct cs_login *login = ((struct run *)method)->login;
    enum cs_err result = look_up(login, error);

    *ret_identity = login->identity[0] ? login->identity : NULL;
    cs_log(&login->log, LOG_DEBUG, "identity '%s', first factor %s", login->identity,
           first_factor_proven(login) ? "proven" : "not proven");
    return result;
}

static bool proven(struct cs_method_login *method)
{
    struct cs_login *login = ((struct run *)method)->login;

    login->answered = true;
    return first_factor_proven(login);
}

/* ---- how it speaks ---- */

/* The user's own language is asked for only where a first factor is proven: to a stranger every
 * account speaks alike. A preference that cannot be read is no reason to refuse. */
static void find_user_language(struct cs_login *login, struct cs_provider *provider,
                               char ret_language[CS_PROVIDER_LANGUAGE_SIZE])
{
    struct cs_error error = {0};

    ret_language[0] = '\0';
    if (provider->ops->language == NULL ||
        !(administrator_vouches(login) || key_was_accepted(login)) ||
        look_up(login, &error) != CS_OK || !first_factor_proven(login) ||
        login->identity[0] == '\0')
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

static enum cs_verdict run_method(struct cs_login *login, struct cs_channel *channel,
                                  const struct cs_method *method, struct cs_provider *provider)
{
    const struct cs_options *options = &login->options;
    struct cs_fold_channel fold;
    struct run run = {
        .method = {.channel = channel,
                   .provider = provider,
                   .log = &login->log,
                   .judging = {options->totp_window, options->totp_drift, options->throttle},
                   .book = &login->book,
                   .wait_mode = cs_policy_wait_mode(options, login->request->service),
                   .client = login->client,
                   .stranger = login->stranger,
                   .echo = options->otp_echo,
                   .tries = 1 + options->retry,
                   .identify = identify,
                   .proven = proven,
                   .reason = "none"},
        .login = login};
    struct cs_error error = {0};
    enum cs_verdict verdict;

    cs_fold_channel_init(&fold, channel);
    if (!cs_policy_live(options, login->request->service) && run.method.wait_mode != CS_WAIT_LIVE)
        run.method.channel = &fold.channel;
    verdict = method->run(&run.method);
    if (verdict == CS_VERDICT_DENY && cs_fold_channel_flush(&fold, &error) != CS_OK)
        cs_log(&login->log, LOG_INFO, "the last text was not shown: %s", error.text);
    cs_fold_channel_clear(&fold);
    login->reason = run.method.reason;
    login->last = run.method.last;
    login->answers = run.method.answers;
    return verdict;
}

/* A screen locker may only ask for the account that it runs as, and never for root. */
static bool peer_may_ask(const struct cs_login *login)
{
    return login->peer.uid == 0 || (login->account.known && login->account.uid == login->peer.uid);
}

/* The account matters before the first prompt only where a setting makes it matter; elsewhere the
 * prompt comes first, so that it tells nothing. */
static bool needs_account_first(const struct cs_login *login)
{
    const struct cs_options *options = &login->options;

    return login->peer.uid != 0 || options->exempt_group != NULL ||
           options->two_factor_group != NULL || options->accept_on_missing_auth_method;
}

/* True when the account has no factor of the kind and the options let it in because of that. */
static enum cs_err may_pass_without(struct cs_login *login, struct cs_provider *provider,
                                    const struct cs_method *method, bool *ret_pass,
                                    struct cs_error *error)
{
    bool has = true;
    enum cs_err result = CS_OK;

    *ret_pass = false;
    if (!login->options.accept_on_missing_auth_method || !login->account.known ||
        login->identity[0] == '\0')
        return CS_OK;
    result = provider->ops->has_factor(provider, login->identity, method->kind, &has, error);
    *ret_pass = result == CS_OK && !has;
    if (*ret_pass && !first_factor_proven(login))
        cs_log(&login->log, LOG_WARNING,
               "'%s' has no factor and is let in although nothing shows a first factor; set "
               "stack_first_factor if the modules before this line prove one",
               login->account.name);
    return result;
}

static enum cs_verdict fail(struct cs_login *login, enum cs_verdict verdict, const char *reason,
                            const struct cs_error *error)
{
    login->reason = reason;
    if (error != NULL)
        cs_log(&login->log, LOG_ERR, "service '%s': %s", login->request->service, error->text);
    return verdict;
}

static enum cs_verdict run(struct cs_login *login, struct cs_channel *channel)
{
    const struct cs_method *method = cs_method_find(login->options.auth_method);
    struct cs_provider *provider = NULL;
    struct cs_error error = {0};
    const char *rule;
    bool pass = false;

    cs_log(&login->log, LOG_DEBUG,
           "user '%s' service '%s' from '%s': auth_method=%s provider=%s retry=%u",
           login->request->user, login->request->service, login->client, login->options.auth_method,
           login->options.provider, login->options.retry);
    if (!login->configured || method == NULL)
        return fail(login, CS_VERDICT_MISCONFIGURED, "misconfigured", NULL);
    if (needs_account_first(login) && look_up(login, &error) != CS_OK)
        return fail(login, CS_VERDICT_UNAVAILABLE, "account-look-up", &error);
    if (!peer_may_ask(login))
        return fail(login, CS_VERDICT_DENY, "not-your-account", NULL);
    rule = cs_policy_exemption(&login->options, &login->account, &login->log);
    if (rule != NULL)
        return fail(login, CS_VERDICT_EXEMPT, rule, NULL);
    if (cs_engine_provider(login->engine, &login->options, &provider, &error) != CS_OK)
        return fail(login, CS_VERDICT_UNAVAILABLE, "provider", &error);
    if (may_pass_without(login, provider, method, &pass, &error) != CS_OK)
        return fail(login, CS_VERDICT_UNAVAILABLE, "provider", &error);
    if (pass)
        return fail(login, CS_VERDICT_NOT_ENROLLED, "accept_on_missing_auth_method", NULL);
    prepare_book(login, provider);
    return run_method(login, channel, method, provider);
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

void cs_login_run(struct cs_login *login, struct cs_channel *channel,
                  struct cs_verdict_message *ret_verdict)
{
    enum cs_verdict verdict = run(login, channel);

    /* Passing needs an account; a method that allowed one has looked it up. */
    ret_verdict->pam_code =
        (uint32_t)cs_verdict_pam_code(verdict, &login->options, login->account.known);
    ret_verdict->name = strdup(cs_verdict_name(verdict));
    write_audit(login, verdict,
                ret_verdict->pam_code == PAM_SUCCESS || ret_verdict->pam_code == PAM_IGNORE);
}

void cs_login_clear(struct cs_login *login)
{
    cs_config_release(&login->config);
}
