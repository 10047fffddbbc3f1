/* SPDX-License-Identifier: Apache-2.0 */
#include "login/login_priv.h"

#include <security/_pam_types.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "login/audit.h"
#include "login/offline.h"
#include "login/policy.h"
#include "login/verdict.h"

enum { VARIABLE_BYTES_MAX = 32 * 1024 };

/* A screen locker may ask only for the account that it runs as; a service account for any but
 * root's, unknown ones included: they are refused as they always are. CS_REASON_NONE: it may. */
static enum cs_reason peer_mistake(const struct cs_login *login)
{
    const struct cs_account *account = &login->account;

    if (login->peer.uid == 0)
        return CS_REASON_NONE;
    if (login->peer.service_account && !cs_login_is_self(login))
        return account->known && account->uid == 0 ? CS_REASON_ROOT_ACCOUNT : CS_REASON_NONE;
    return account->known && account->uid == login->peer.uid ? CS_REASON_NONE
                                                             : CS_REASON_NOT_YOUR_ACCOUNT;
}

static bool is_account_phase(const struct cs_login *login)
{
    return login->request->phase == CS_PHASE_ACCOUNT;
}

/* Ends a login before its plan is run; `reason` is for the audit line. */
static enum cs_verdict conclude(struct cs_login *login, enum cs_verdict verdict,
                                enum cs_reason reason)
{
    login->reason = reason;
    return verdict;
}

static enum cs_verdict fail(struct cs_login *login, enum cs_verdict verdict, enum cs_reason reason,
                            const struct cs_error *error)
{
    cs_log(&login->log, LOG_ERR, "service '%s': %s", login->request->service, error->text);
    return conclude(login, verdict, reason);
}

bool cs_login_asks_at_once(const struct cs_login *login)
{
    return !is_account_phase(login) && login->plan != NULL &&
           !cs_login_needs_account_first(login) &&
           cs_plan_asks_at_once(login->plan, &login->options.method);
}

/* In the account phase everything depends on the account, and there is no prompt to hurry. */
static enum cs_err look_up(struct cs_login *login, struct cs_error *error)
{
    return is_account_phase(login) ? cs_login_look_up_now(login, error)
                                   : cs_login_look_up_first(login, error);
}

/* `exempt`: from the second factor. */
static enum cs_verdict run_with(struct cs_login *login, struct cs_channel *channel,
                                struct cs_provider *provider, bool exempt)
{
    if (cs_login_is_self(login))
        return cs_login_run_self(login, channel, provider);
    return is_account_phase(login) ? cs_login_check_account(login, provider)
                                   : cs_login_run_plan(login, channel, provider, !exempt);
}

/* False: the login is over, with that verdict. `ret_rule`: what exempts it from the second factor.
 */
CS_OWN_FRAME static bool admit(struct cs_login *login, enum cs_reason *ret_rule,
                               enum cs_verdict *ret_verdict)
{
    struct cs_error error = {0};
    enum cs_reason rule;

    cs_log(&login->log, LOG_DEBUG,
           "user '%s' service '%s' from '%s': auth_method=%s provider=%s retry=%u",
           login->request->user, login->request->service, login->client, login->options.auth_method,
           login->options.provider, login->options.method.retry);
    if (look_up(login, &error) != CS_OK) {
        *ret_verdict = fail(login, CS_VERDICT_UNAVAILABLE, CS_REASON_ACCOUNT_LOOK_UP, &error);
        return false;
    }
    rule = peer_mistake(login);
    if (rule != CS_REASON_NONE) {
        *ret_verdict = conclude(login, CS_VERDICT_DENY, rule);
        return false;
    }
    if (is_account_phase(login) && !login->account.known) {
        *ret_verdict = conclude(login, CS_VERDICT_UNKNOWN_USER, CS_REASON_UNKNOWN_USER);
        return false;
    }
    if (cs_login_is_self(login))
        return true;
    *ret_rule = rule = cs_login_exemption(login);
    if (rule != CS_REASON_NONE && (is_account_phase(login) || !cs_plan_has_first(login->plan))) {
        *ret_verdict = conclude(login, CS_VERDICT_EXEMPT, rule);
        return false;
    }
    return true;
}

/* The same for the provider. */
CS_OWN_FRAME static bool reach_provider(struct cs_login *login, struct cs_provider **ret_provider,
                                        enum cs_verdict *ret_verdict)
{
    struct cs_error error = {0};

    if (cs_engine_provider(login->engine, &login->options, ret_provider, &error) == CS_OK)
        return true;
    *ret_verdict =
        fail(login, error.code == CS_ERR_CONFIG ? CS_VERDICT_MISCONFIGURED : CS_VERDICT_UNAVAILABLE,
             CS_REASON_PROVIDER, &error);
    return false;
}

static enum cs_verdict run(struct cs_login *login, struct cs_channel *channel)
{
    struct cs_provider *provider = NULL;
    enum cs_verdict verdict = CS_VERDICT_DENY;
    enum cs_reason rule = CS_REASON_NONE;

    if (login->plan == NULL)
        return conclude(login, CS_VERDICT_MISCONFIGURED, CS_REASON_MISCONFIGURED);
    if (!admit(login, &rule, &verdict))
        return verdict;
    if (cs_login_is_self(login) && cs_login_refuse_self(login, channel))
        return CS_VERDICT_DENY;
    if (!reach_provider(login, &provider, &verdict))
        return verdict;
    cs_login_choose_texts(login, provider);
    verdict = run_with(login, channel, provider, rule != CS_REASON_NONE);
    cs_engine_release(login->engine, &provider);
    if (verdict == CS_VERDICT_UNREACHABLE && rule == CS_REASON_NONE && !is_account_phase(login) &&
        cs_login_may_go_offline(login))
        verdict = cs_login_run_offline(login, channel);
    /* Failing open may forgive only a missing second factor. */
    login->proven = login->proven && rule == CS_REASON_NONE && cs_plan_has_second(login->plan);
    return rule != CS_REASON_NONE && verdict == CS_VERDICT_ALLOW
               ? conclude(login, CS_VERDICT_EXEMPT, rule)
               : verdict;
}

/* Whoever enrol_by let in before is told apart from those whom nobody has ever let in. */
static void explain_refusal(struct cs_login *login)
{
    if (login->reason == CS_REASON_NOT_ENROLLED && login->options.enrol_by != NULL &&
        (login->enrol_by_over || cs_policy_days_to_enrol(&login->options, cs_clock_seconds()) == 0))
        login->reason = CS_REASON_ENROL_BY_PASSED;
}

/* As far as this module is concerned: PAM combines the answers of the whole stack. */
static bool is_granted(int code)
{
    return code == PAM_SUCCESS || code == PAM_IGNORE;
}

/* What was typed as an identity may be a password, until the provider has confirmed it. */
static const char *audited_identity(const struct cs_login *login, enum cs_verdict verdict)
{
    if (login->claimed[0] != '\0' && verdict == CS_VERDICT_ALLOW)
        return login->claimed;
    return login->identity[0] != '\0' ? login->identity : NULL;
}

CS_OWN_FRAME static void write_audit(const struct cs_login *login, enum cs_verdict verdict,
                                     int code)
{
    const struct cs_request *request = login->request;
    struct cs_audit audit = {
        .form = login->options.audit,
        .user = request->user,
        .identity = audited_identity(login, verdict),
        .service = request->service,
        .address = login->address[0] ? login->address : request->rhost,
        .tty = request->tty,
        .method = login->options.auth_method,
        .verdict = cs_verdict_name(verdict),
        .reason = login->reason,
        .last = login->last,
        .granted = is_granted(code),
        .code = cs_pam_code_name(code),
        .answers = login->answers,
        .tally = login->tally,
        .clock_off = login->clock_off,
        .days_left = login->days_left,
        .milliseconds = cs_clock_ms() - login->started,
        .peer_uid = (unsigned)login->peer.uid,
        .standalone = (request->flags & CS_REQUEST_STANDALONE) != 0,
        .account_phase = is_account_phase(login),
    };
    struct cs_metrics *metrics = cs_engine_metrics(login->engine);
    char id[CS_RECORD_ID_SIZE];

    if (audit.form != CS_AUDIT_TEXT) {
        if (login->place == NULL)
            cs_record_id_next(cs_engine_record_ids(login->engine), id);
        audit.id = login->place != NULL ? login->place->id : id;
        audit.time = cs_clock_seconds();
    }
    cs_audit_write(&login->log, &audit);
    if (metrics != NULL)
        cs_metrics_login(metrics, &audit, login->plan != NULL ? login->plan->name : "none");
}

/* Says why a login passed without a second factor. */
static void explain_grant(struct cs_login *login, enum cs_verdict verdict, int code)
{
    if (verdict == CS_VERDICT_UNREACHABLE)
        login->reason = CS_REASON_FAILMODE_INSECURE;
    if (verdict == CS_VERDICT_NOT_ENROLLED && code == PAM_SUCCESS && !login->proven)
        cs_log(&login->log, LOG_WARNING,
               "'%s' has no factor and is let in although nothing shows a first factor; set "
               "stack_first_factor if the modules before this line prove one, or "
               "missing_result=ignore",
               login->account.name);
}

static void hand_over(struct cs_login *login, struct cs_verdict_message *ret_verdict)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer variable = {0};

    if (!login->peer.service_account) {
        ret_verdict->authtok = login->authtok;
        login->authtok = (struct cs_secret){0};
    }
    if (login->options.user_env == NULL || login->record == NULL)
        return;
    cs_buffer_printf(&variable, "%s=%s", login->options.user_env, login->record);
    if (variable.failed || variable.length > VARIABLE_BYTES_MAX ||
        cs_strlist_add(&ret_verdict->variables, variable.text, variable.length) != CS_OK)
        cs_log(&login->log, LOG_WARNING, "user_env: the record of '%s' is too large for %s",
               login->account.name, login->options.user_env);
}

/* The reason says whether the account exists and what it has, so nobody but root learns it; and the
 * module never asks, so that it cannot reach a prompt. Without memory the tool goes without. */
static void tell_reason(const struct cs_login *login, struct cs_verdict_message *ret_verdict)
{
    if (login->peer.uid == 0 && (login->request->flags & CS_REQUEST_REASON) != 0)
        ret_verdict->reason = strdup(cs_reason_name(login->reason));
}

/* After something was sent, the user must answer it. Otherwise, if the tenant goes away meanwhile,
 * someone else would be let in while the user still reads what to do. Nor does an outage let in
 * somebody whose answer was wrong before it. */
static bool may_fail_open(const struct cs_login *login)
{
    return login->proven && !login->sent && !login->refused;
}

void cs_login_run(struct cs_login *login, struct cs_channel *channel,
                  struct cs_verdict_message *ret_verdict)
{
    struct cs_metrics *metrics = cs_engine_metrics(login->engine);
    enum cs_verdict verdict;
    /* To pass, the account must be known; a plan that allowed it has looked it up. */
    bool known;
    int code;

    channel->waits = metrics != NULL ? cs_metrics_waits(metrics) : NULL;
    verdict = run(login, channel);
    known = login->account.known;
    code = is_account_phase(login)
               ? cs_verdict_account_code(verdict, login->reason, &login->options, known)
               : cs_verdict_pam_code(verdict, &login->options, known, may_fail_open(login));
    if (!is_granted(code))
        explain_refusal(login);
    login->answers = channel->answers;
    ret_verdict->pam_code = (uint32_t)code;
    ret_verdict->name = strdup(cs_verdict_name(verdict));
    if (is_granted(code) && login->request->phase == CS_PHASE_AUTHENTICATE) {
        explain_grant(login, verdict, code);
        hand_over(login, ret_verdict);
    }
    tell_reason(login, ret_verdict);
    write_audit(login, verdict, code);
    cs_login_leave_place(login);
}

void cs_login_clear(struct cs_login *login)
{
    cs_login_leave_place(login);
    cs_search_release(&login->search);
    cs_config_release(&login->config);
    cs_secret_free(&login->authtok);
    cs_wipe_string(&login->record);
}
