/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/plan.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "conversation/menu.h"
#include "conversation/tell.h"
#include "methods/browser.h"
#include "methods/code.h"
#include "methods/identity.h"
#include "methods/password.h"
#include "methods/self_enrol.h"
#include "methods/steps.h"
#include "methods/without_factor.h"

static const char plan_method[] = "plan";

bool cs_plan_has_second(const struct cs_plan *plan)
{
    return plan->first != CS_FIRST_PASSWORD || plan->kinds != 0 || plan->choice ||
           plan->direct != NULL;
}

bool cs_plan_asks_once(const struct cs_plan *plan)
{
    if (plan->first == CS_FIRST_NONE)
        return plan->direct == &cs_method_totp;
    return plan->first != CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE && plan->direct == NULL &&
           plan->kinds == 0 && !plan->choice;
}

bool cs_plan_has_first(const struct cs_plan *plan)
{
    return plan->first != CS_FIRST_NONE;
}

bool cs_plan_asks_at_once(const struct cs_plan *plan, const struct cs_method_options *options)
{
    return plan->first != CS_FIRST_NONE ||
           (plan->direct != NULL && !plan->direct->looks_up &&
            !options->accept_on_missing_auth_method && !options->enrol_by &&
            options->self_enrol == CS_SELF_ENROL_NO);
}

/* ---- which factors ---- */

/* Only kinds that the provider can have. */
static unsigned kinds_for(const struct cs_plan *plan, const struct cs_method_login *login)
{
    return cs_plan_kinds(plan, login->given->options) &
           login->given->provider->ops->kinds(login->given->provider);
}

static bool is_transient(const struct cs_listed_factor *factor)
{
    return factor->kind == CS_FACTOR_TRANS_EMAILOTP || factor->kind == CS_FACTOR_TRANS_SMSOTP;
}

static bool is_enrolled_too(const struct cs_listed_factors *factors,
                            const struct cs_listed_factor *transient)
{
    enum cs_factor_kind kind =
        transient->kind == CS_FACTOR_TRANS_SMSOTP ? CS_FACTOR_SMSOTP : CS_FACTOR_EMAILOTP;

    for (size_t i = 0; i < factors->count; i++) {
        if (factors->items[i].kind == kind && strcmp(factors->items[i].name, transient->name) == 0)
            return true;
    }
    return false;
}

/* An address from the directory that is also enrolled would be listed twice. */
static void drop_duplicates(struct cs_listed_factors *factors)
{
    size_t kept = 0;

    for (size_t i = 0; i < factors->count; i++) {
        if (!is_transient(&factors->items[i]) || !is_enrolled_too(factors, &factors->items[i]))
            factors->items[kept++] = factors->items[i];
    }
    factors->count = kept;
}

/* A browser that the user may not use yet is left out of a menu; alone it is run, and says why it
 * does nothing. */
static void drop_browser(struct cs_method_login *login)
{
    struct cs_listed_factors *factors = &login->state.factors;
    size_t kept = 0;

    if (factors->count < 2 || cs_may_use_browser(login))
        return;
    for (size_t i = 0; i < factors->count; i++) {
        if (factors->items[i].kind != CS_FACTOR_BROWSER)
            factors->items[kept++] = factors->items[i];
    }
    factors->count = kept;
}

/* ---- the second step ---- */

static enum cs_verdict run_factor(struct cs_method_login *login, size_t index)
{
    const struct cs_listed_factor *factor = &login->state.factors.items[index];
    const struct cs_method *method = cs_method_of(factor->kind);

    return method->run(login, method, factor);
}

static enum cs_text menu_line(const struct cs_method *method, const struct cs_listed_factor *factor)
{
    if (method->unnamed && factor->name[0] == '\0')
        return method->menu_unnamed;
    return factor->checks_user ? method->menu_checked : method->menu;
}

static void fill_menu(const struct cs_listed_factors *factors, struct cs_menu_entry *entries)
{
    for (size_t i = 0; i < factors->count; i++) {
        const struct cs_listed_factor *factor = &factors->items[i];
        const struct cs_method *method = cs_method_of(factor->kind);

        entries[i] = (struct cs_menu_entry){.text = menu_line(method, factor),
                                            .name = cs_name_of(factor),
                                            .word = method->name,
                                            .is_address = method->is_address,
                                            .takes_code = method->takes_code};
    }
}

/* Answers that chose nothing; the one that ended the menu is not in their number. */
static void note_no_choices(struct cs_method_login *login, const struct cs_choice *choice)
{
    unsigned last = choice->kind == CS_CHOICE_JUNK || choice->kind == CS_CHOICE_REPEATED;

    for (unsigned i = 0; i < choice->answers + last; i++)
        cs_tally_refuse(&login->result.tally, CS_FACTOR_TOTP, CS_REASON_NO_CHOICE);
}

/* False: nobody can be asked, and the verdict is set. */
CS_OWN_FRAME static bool ask_menu(struct cs_method_login *login, struct cs_choice *ret_choice,
                                  enum cs_verdict *ret_verdict)
{
    struct cs_menu_entry entries[CS_LISTED_FACTORS_MAX];
    const struct cs_menu menu = {entries, login->state.factors.count};
    struct cs_error error = {0};
    enum cs_err result;

    fill_menu(&login->state.factors, entries);
    result = cs_menu_ask(login->given->channel, login->given->book, &menu,
                         1 + login->given->options->retry, &login->state.odd, ret_choice, &error);
    login->state.typed = ret_choice->code;
    note_no_choices(login, ret_choice);
    if (result != CS_OK)
        *ret_verdict = cs_give_up(login, plan_method, result, &error);
    return result == CS_OK;
}

/* The user types the choice, which therefore asks for what it chooses. */
static enum cs_verdict choose(struct cs_method_login *login)
{
    struct cs_choice choice = {0};
    enum cs_verdict verdict;

    if (!ask_menu(login, &choice, &verdict))
        return verdict;
    if (choice.kind == CS_CHOICE_JUNK)
        return cs_refuse_codes(login, CS_REASON_REFUSED_BY_SSHD);
    if (choice.kind == CS_CHOICE_REPEATED) {
        login->result.reason = CS_REASON_REPEATED_ANSWER;
        return CS_VERDICT_DENY;
    }
    if (choice.kind == CS_CHOICE_NONE) {
        login->result.reason = CS_REASON_NO_CHOICE;
        return CS_VERDICT_MAX_TRIES;
    }
    login->state.consented = login->state.answered = true;
    return run_factor(login, choice.index);
}

/* Nothing to choose from. A user who has proven a first factor is told; all others are asked for
 * codes that are never right. */
static enum cs_verdict refuse_unenrolled(struct cs_method_login *login)
{
    enum cs_reason reason = login->state.user.found || !login->state.sought ? CS_REASON_NOT_ENROLLED
                            : login->state.user.reason != CS_REASON_NONE ? login->state.user.reason
                                                                         : CS_REASON_UNKNOWN_USER;

    /* A user whose only key may no longer be used still has a way in: a recovery code. */
    if (login->state.factors.withheld)
        return cs_method_u2f.run(login, &cs_method_u2f, NULL);
    if (!login->state.user.found || !cs_is_proven(login))
        return cs_refuse_codes(login, reason);
    login->result.reason = reason;
    cs_tell_last(login->given->channel, login->given->book, CS_TEXT_NOT_ENROLLED,
                 login->given->log);
    return CS_VERDICT_NOT_ENROLLED;
}

/* False: nobody is let in without a factor here. If the line may hold a code instead, a user with
 * an authenticator app does have a factor. */
static bool accept_missing(const struct cs_plan *plan, struct cs_method_login *login,
                           enum cs_verdict *ret_verdict)
{
    unsigned others =
        plan->first == CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE ? CS_KIND(CS_FACTOR_TOTP) : 0;
    struct cs_error error = {0};
    bool missing = false, does = false;
    enum cs_err result = cs_find_missing(login, login->state.listed, others, &missing, &error);

    if (result == CS_OK && missing)
        result = cs_does_without_factor(login, &does, &error);
    if (result != CS_OK)
        *ret_verdict = cs_give_up(login, plan_method, result, &error);
    else if (does)
        *ret_verdict = cs_go_without_factor(login);
    else if (!missing) {
        login->result.reason = CS_REASON_NOT_ENROLLED;
        *ret_verdict = CS_VERDICT_DENY;
    }
    return result != CS_OK || does || !missing;
}

/* Whether a plan with a method of its own may tell the user that there is nothing to go on with. It
 * asks for a code before anything is looked up, so only the password counts. */
static bool may_be_told(const struct cs_plan *plan, struct cs_method_login *login)
{
    return plan->direct->looks_up ? cs_is_proven(login) : login->state.password_accepted;
}

/* False: the verdict is set. Nobody can have a factor if no kind is allowed, and that must not pass
 * for a user without one. */
CS_OWN_FRAME static bool list_allowed(const struct cs_plan *plan, struct cs_method_login *login,
                                      enum cs_verdict *ret_verdict)
{
    const struct cs_provider *provider = login->given->provider;
    unsigned kinds = kinds_for(plan, login);
    struct cs_error error = {0};
    enum cs_err result;

    if (kinds == 0 && (plan->direct == NULL || plan->direct->looks_up)) {
        result = cs_plan_check(plan, login->given->options, provider->ops->name,
                               provider->ops->kinds(provider), &error);
        *ret_verdict = cs_give_up(login, plan_method, result, &error);
        return false;
    }
    result = cs_list_factors(login, kinds, &error);
    if (result != CS_OK)
        *ret_verdict = cs_give_up(login, plan_method, result, &error);
    return result == CS_OK;
}

/* False: the verdict is set. For enrol_by the account must be known first: root's key proves
 * nothing before an answer. */
CS_OWN_FRAME static bool look_who(struct cs_method_login *login, enum cs_verdict *ret_verdict)
{
    struct cs_error error = {0};
    enum cs_err result = login->given->options->enrol_by ? cs_find_user(login, &error) : CS_OK;

    if (result != CS_OK)
        *ret_verdict = cs_give_up(login, plan_method, result, &error);
    return result == CS_OK;
}

/* Whether the plan accepts the codes of an app in its second step. */
static bool takes_app(const struct cs_plan *plan, const struct cs_method_login *login)
{
    return plan->direct == &cs_method_totp ||
           (kinds_for(plan, login) & CS_KIND(CS_FACTOR_TOTP)) != 0;
}

static enum cs_verdict second_step(const struct cs_plan *plan, struct cs_method_login *login)
{
    enum cs_verdict verdict;
    bool any, accept;

    if (takes_app(plan, login) && cs_self_enrol(login, &verdict))
        return verdict;
    if (!look_who(login, &verdict))
        return verdict;
    accept = cs_may_lack_factor(login);
    if (plan->direct != NULL && !plan->direct->looks_up && !accept &&
        !login->state.password_accepted)
        return plan->direct->run(login, plan->direct, NULL);
    if (!list_allowed(plan, login, &verdict))
        return verdict;
    drop_duplicates(&login->state.factors);
    any = login->state.factors.count > 0 || login->state.factors.withheld;
    if (!any && accept && login->state.user.found && accept_missing(plan, login, &verdict))
        return verdict;
    if (plan->direct != NULL && (any || !login->state.user.found || !may_be_told(plan, login)))
        return plan->direct->run(login, plan->direct, NULL);
    if (login->state.factors.count == 0)
        return refuse_unenrolled(login);
    drop_browser(login);
    return login->state.factors.count == 1 ? run_factor(login, 0) : choose(login);
}

/* ---- the first step ---- */

static enum cs_verdict first_step(const struct cs_plan *plan, struct cs_method_login *login,
                                  bool *ret_done)
{
    bool device = plan->first == CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE;
    bool password_only = false;
    enum cs_verdict verdict;

    switch (plan->first) {
    case CS_FIRST_NONE:
        return CS_VERDICT_ALLOW;
    case CS_FIRST_PASSWORD:
        *ret_done = !cs_plan_has_second(plan);
        return cs_ask_password(login);
    default:
        verdict = cs_ask_password_and_totp(login, device, &password_only);
        *ret_done = !password_only;
        return verdict;
    }
}

enum cs_verdict cs_plan_run_first(const struct cs_plan *plan, struct cs_method_login *login)
{
    return cs_plan_has_first(plan) ? cs_ask_password(login) : CS_VERDICT_ALLOW;
}

enum cs_verdict cs_plan_run(const struct cs_plan *plan, struct cs_method_login *login)
{
    bool done = false;
    enum cs_verdict verdict =
        login->given->options->ask_identity ? cs_ask_identity(login) : CS_VERDICT_ALLOW;

    if (verdict == CS_VERDICT_ALLOW)
        verdict = first_step(plan, login, &done);

    return verdict == CS_VERDICT_ALLOW && !done ? second_step(plan, login) : verdict;
}
