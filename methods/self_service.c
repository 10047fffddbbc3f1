/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/self_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "base/time_text.h"
#include "conversation/tell.h"
#include "i18n/language.h"
#include "methods/new_app.h"
#include "methods/steps.h"
#include "providers/self_service.h"

static const char step[] = "countersign self";

enum { NUMBER_SIZE = 24 };

/* One user's way through it. */
struct session {
    struct cs_method_login *login;
    const struct cs_self_wish *wish;
    struct cs_self_listing listing;
    struct cs_enrolling enrolling;
    int64_t factor; /* of the wish; 0: none */
};

static void clear_session(struct session *session)
{
    cs_enrolling_clear(&session->enrolling);
}

/* ---- ends ---- */

static void tell(const struct session *session, enum cs_text key)
{
    const struct cs_method_given *given = session->login->given;

    cs_tell_last(given->channel, given->book, key, given->log);
}

static enum cs_verdict refuse(const struct session *session, enum cs_reason reason,
                              enum cs_text key)
{
    session->login->result.reason = reason;
    tell(session, key);
    return reason == CS_REASON_NOT_ENROLLED ? CS_VERDICT_NOT_ENROLLED : CS_VERDICT_DENY;
}

/* What came of a change, to somebody who reads no log. */
static enum cs_verdict end_change(const struct session *session, const struct cs_enrolled *changed)
{
    static const struct {
        enum cs_reason reason;
        enum cs_text key;
    } refusals[] = {{CS_REASON_OTHER_FACTOR, CS_TEXT_SELF_OTHER_FACTOR},
                    {CS_REASON_NO_SUCH_FACTOR, CS_TEXT_SELF_NO_FACTOR}};

    if (changed->done)
        return CS_VERDICT_ALLOW;
    for (size_t i = 0; i < CS_ARRAY_SIZE(refusals); i++) {
        if (refusals[i].reason == changed->reason)
            return refuse(session, changed->reason, refusals[i].key);
    }
    return refuse(session, changed->reason, CS_TEXT_SELF_UNCHANGED);
}

/* ---- what there is ---- */

static enum cs_err look(struct session *session, struct cs_error *error)
{
    struct cs_method_login *login = session->login;
    const struct cs_method_given *given = login->given;
    enum cs_err result = cs_find_user(login, error);

    return result == CS_OK && login->state.user.found
               ? given->provider->ops->self->list(given->provider, &given->call, &login->state.user,
                                                  &session->listing, error)
               : result;
}

static void add_factor(const struct cs_self_factor *factor, struct cs_buffer *out)
{
    char created[CS_TIME_SIZE], used[CS_TIME_SIZE] = "-";

    cs_format_time(factor->created, created);
    if (factor->last_used > 0)
        cs_format_time(factor->last_used, used);
    cs_buffer_printf(out, "  %lld  %s  %s  %s", (long long)factor->id, factor->kind, created, used);
    if (factor->label[0] != '\0') {
        cs_buffer_text(out, "  ");
        cs_sanitise(out, factor->label, strlen(factor->label));
    }
    cs_buffer_text(out, "\n");
}

static enum cs_verdict list(struct session *session)
{
    const struct cs_method_given *given = session->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_values values = {0};
    struct cs_error error = {0};
    char left[NUMBER_SIZE];
    enum cs_err result = look(session, &error); /* again: a recovery code may be spent by now */

    (void)snprintf(left, sizeof left, "%u", session->listing.recovery_left);
    cs_values_set(&values, 'N', left);
    cs_say(given->book, CS_TEXT_SELF_FACTORS, NULL, &text);
    for (size_t i = 0; i < session->listing.count; i++)
        add_factor(&session->listing.factors[i], &text);
    cs_say(given->book, CS_TEXT_SELF_CODES_LEFT, &values, &text);
    if (result == CS_OK)
        result = text.failed ? cs_fail_nomem(&error) : cs_tell(given->channel, text.text, &error);
    return result == CS_OK ? CS_VERDICT_ALLOW : cs_give_up(session->login, step, result, &error);
}

/* ---- what changes ---- */

/* To whoever the account belongs, should it not be who is at the terminal. */
static void tell_owner(const struct session *session, const struct cs_self_change *done)
{
    const struct cs_method_login *login = session->login;
    enum cs_change change = done->recovery        ? CS_CHANGE_RECOVERY
                            : done->replaced != 0 ? CS_CHANGE_REPLACED
                                                  : CS_CHANGE_ADDED;

    if (done->adds || done->recovery)
        login->calls->changed(login->context, change);
}

/* In one transaction, with its record; see providers/self_service.h. */
static enum cs_verdict change(struct session *session, struct cs_self_change *change)
{
    struct cs_method_login *login = session->login;
    struct cs_enrolled changed = {0};
    struct cs_error error = {0};
    enum cs_err result;

    change->confirmed = login->result.factor;
    change->known = &session->listing;
    /* Whoever is gone by now would never see the codes that are good from then on. */
    result = cs_channel_wait(login->given->channel, cs_clock_ms(), &error);
    if (result == CS_OK)
        result = login->calls->change_self(login->context, change, &session->enrolling, &changed,
                                           &error);
    if (result != CS_OK && !changed.done) {
        tell(session, CS_TEXT_SELF_UNCHANGED);
        return cs_give_up(login, step, result, &error);
    }
    if (changed.done)
        tell_owner(session, change);
    /* It is done, whatever follows. */
    if (result != CS_OK)
        cs_log(login->given->log, LOG_ERR, "%s: %s", step, error.text);
    return end_change(session, &changed);
}

/* Shown once: only their hashes are stored. */
static void show_codes(const struct session *session)
{
    const struct cs_method_given *given = session->login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    struct cs_error error = {0};

    if (session->enrolling.codes_count == 0)
        return;
    cs_say(given->book, CS_TEXT_SELF_CODES, NULL, &text);
    cs_app_add_codes(&session->enrolling, &text);
    if (text.failed || cs_tell(given->channel, text.text, &error) != CS_OK)
        cs_log(
            given->log, LOG_WARNING,
            "%s: the new recovery codes of '%s' were not shown: 'countersign self recovery' makes "
            "others",
            step, session->login->state.user.name);
}

static enum cs_verdict renew_codes(struct session *session)
{
    struct cs_self_change wanted = {.recovery = true};
    enum cs_verdict verdict = change(session, &wanted);

    if (verdict == CS_VERDICT_ALLOW)
        show_codes(session);
    return verdict;
}

/* For the client to draw; the prompt after it has the same as text. */
static enum cs_err show_scan(const struct session *session, struct cs_error *error)
{
    CS_AUTO(cs_answers_clear) struct cs_answers none = {0};
    CS_AUTO(cs_round_clear) struct cs_round round = {0};
    const struct cs_secret *uri = &session->enrolling.uri;

    if (cs_secret_set(&round.scan, uri->data, uri->length) != CS_OK)
        return cs_fail_nomem(error);
    return cs_channel_exchange(session->login->given->channel, &round, &none, error);
}

/* True: the app shows the right codes. False: the verdict is set. */
static bool set_up_app(struct session *session, enum cs_verdict *ret_verdict)
{
    struct cs_method_login *login = session->login;
    enum cs_app_asked asked = CS_APP_DECLINED;
    struct cs_error error = {0};
    enum cs_err result = cs_app_begin(login, &session->enrolling, &error);

    if (result == CS_OK)
        result = show_scan(session, &error);
    if (result == CS_OK)
        result = cs_app_confirm(login, &session->enrolling, &asked, &error);
    if (result != CS_OK) {
        *ret_verdict = cs_give_up(login, step, result, &error);
        return false;
    }
    if (asked != CS_APP_RIGHT)
        *ret_verdict = refuse(session, CS_REASON_NOT_CONFIRMED, CS_TEXT_SELF_UNCHANGED);
    return asked == CS_APP_RIGHT;
}

static enum cs_verdict add_app(struct session *session)
{
    struct cs_self_change wanted = {.adds = true};
    enum cs_verdict verdict;

    if (session->listing.full)
        return refuse(session, CS_REASON_TOO_MANY_FACTORS, CS_TEXT_SELF_FULL);
    if (!set_up_app(session, &verdict))
        return verdict;
    verdict = change(session, &wanted);
    if (verdict == CS_VERDICT_ALLOW) {
        tell(session, CS_TEXT_SELF_ADDED);
        show_codes(session);
    }
    return verdict;
}

static const struct cs_self_factor *find_factor(const struct session *session, int64_t id)
{
    for (size_t i = 0; i < session->listing.count; i++) {
        if (session->listing.factors[i].id == id)
            return &session->listing.factors[i];
    }
    return NULL;
}

/* The old one has confirmed it, and is good until the new one is. Looked at again in the store:
 * here so that nobody sets up an app in vain. */
static enum cs_verdict replace_app(struct session *session)
{
    struct cs_self_change wanted = {.adds = true, .replaced = session->factor};
    const struct cs_self_factor *factor = find_factor(session, session->factor);
    enum cs_verdict verdict;

    if (factor == NULL || !factor->replaceable)
        return refuse(session, CS_REASON_NO_SUCH_FACTOR, CS_TEXT_SELF_NO_FACTOR);
    if (session->login->result.factor != session->factor)
        return refuse(session, CS_REASON_OTHER_FACTOR, CS_TEXT_SELF_OTHER_FACTOR);
    if (!set_up_app(session, &verdict))
        return verdict;
    verdict = change(session, &wanted);
    if (verdict == CS_VERDICT_ALLOW) {
        tell(session, CS_TEXT_SELF_REPLACED);
        show_codes(session);
    }
    return verdict;
}

static enum cs_verdict set_language(struct session *session)
{
    struct cs_method_login *login = session->login;
    struct cs_self_change wanted = {.language = ""};
    char language[CS_LANGUAGE_SIZE] = "";
    enum cs_verdict verdict;

    if (session->wish->detail != NULL && strcmp(session->wish->detail, "none") != 0 &&
        !cs_language_parse(session->wish->detail, language))
        return refuse(session, CS_REASON_NO_SUCH_LANGUAGE, CS_TEXT_SELF_UNCHANGED);
    wanted.language = language;
    verdict = change(session, &wanted);
    if (verdict != CS_VERDICT_ALLOW)
        return verdict;
    login->calls->speak(login->context, language);
    tell(session, CS_TEXT_SELF_LANGUAGE);
    return verdict;
}

/* ---- the whole ---- */

static const struct {
    const char *verb;
    enum cs_verdict (*run)(struct session *session);
} acts[CS_SELF_ACTS] = {
    [CS_SELF_NONE] = {"self", NULL},
    [CS_SELF_LIST] = {"self list", list},
    [CS_SELF_ADD] = {"self add", add_app},
    [CS_SELF_REPLACE] = {"self replace", replace_app},
    [CS_SELF_RECOVERY] = {"self recovery", renew_codes},
    [CS_SELF_LANGUAGE] = {"self lang", set_language},
};

const char *cs_self_verb(enum cs_self_act act)
{
    return acts[act].verb;
}

/* What opens all this, however the login was let in: an answer of this login that only the owner of
 * a second factor has. */
static bool is_confirmed(const struct cs_method_login *login)
{
    static const enum cs_reason second[] = {CS_REASON_TOTP, CS_REASON_HOTP, CS_REASON_U2F,
                                            CS_REASON_RECOVERY_CODE};
    const struct cs_tally *tally = &login->result.tally;

    for (size_t i = 0; i < CS_ACCEPTED_MAX; i++) {
        for (size_t j = 0; j < CS_ARRAY_SIZE(second); j++) {
            if (tally->accepted[i] == second[j])
                return login->state.user.found;
        }
    }
    return false;
}

static bool is_number(const char *text)
{
    return text != NULL && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* False: the verdict is set. To the owner of the account, which the kernel vouches for, it is no
 * secret that there is no factor. */
static bool prepare(struct session *session, enum cs_verdict *ret_verdict)
{
    struct cs_error error = {0};
    enum cs_err result = look(session, &error);

    if (result != CS_OK) {
        *ret_verdict = cs_give_up(session->login, step, result, &error);
        return false;
    }
    if (session->login->state.user.found && session->listing.count == 0) {
        *ret_verdict = refuse(session, CS_REASON_NOT_ENROLLED, CS_TEXT_NOT_ENROLLED);
        return false;
    }
    if (session->wish->act == CS_SELF_REPLACE) {
        /* What is no number is no factor's. */
        session->factor =
            is_number(session->wish->detail) ? strtoll(session->wish->detail, NULL, 10) : 0;
        tell(session, CS_TEXT_SELF_REPLACE);
    }
    return true;
}

enum cs_verdict cs_self_service(const struct cs_plan *plan, struct cs_method_login *login,
                                const struct cs_self_wish *wish)
{
    CS_AUTO(clear_session) struct session session = {.login = login, .wish = wish};
    enum cs_verdict verdict;

    if (!prepare(&session, &verdict))
        return verdict;
    verdict = cs_plan_run(plan, login);
    if (verdict != CS_VERDICT_ALLOW)
        return verdict;
    if (!is_confirmed(login))
        return refuse(&session, CS_REASON_NOT_ENROLLED, CS_TEXT_SELF_UNCHANGED);
    return acts[wish->act].run(&session);
}
