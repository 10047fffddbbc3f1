/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_user.h"

#include <string.h>

#include "base/clock.h"
#include "cli/child.h"
#include "doctor/sshd_case.h"
#include "doctor/sshd_service.h"
#include "login/policy.h"
#include "methods/plan.h"
#include "providers/registry.h"

enum { GROUPS_MS = 5000, SERVER_MS = 15000 };

static const struct cs_place nowhere;

static bool is_local(const struct cs_options *options)
{
    return options->provider != NULL && strcmp(options->provider, "local") == 0;
}

/* ---- who is asked ---- */

static bool is_exempt(const struct cs_doctor_user *user)
{
    const struct cs_patience patience = {cs_clock_ms() + GROUPS_MS, -1};
    const struct cs_log silent = {0};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    enum cs_reason reason;

    if (directory == NULL)
        return false;
    reason = cs_policy_exemption(user->options, &user->account, directory, &patience, &silent);
    if (reason == CS_REASON_NONE)
        return false;
    cs_findings_add(user->all, CS_FINDING_FINE, "user-exempt", nowhere, NULL,
                    "%s is asked for no second factor: %s", user->doctor->user,
                    cs_reasons[reason].cause);
    return true;
}

/* ---- at a provider elsewhere ---- */

/* What comes back from the child that asks. */
struct elsewhere {
    const struct cs_doctor_user *user;
    struct told {
        bool silent; /* it can be asked only with an answer */
        bool found;
        enum cs_reason reason;
        unsigned factors;
        bool withheld;
    } told;
};

static enum cs_err list(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *found, struct elsewhere *elsewhere,
                        struct cs_error *error)
{
    const struct cs_listing listing = {.kinds = elsewhere->user->kinds};
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
    enum cs_err result =
        provider->ops->list_factors(provider, call, found, &listing, &factors, error);

    elsewhere->told.factors = (unsigned)factors.count;
    elsewhere->told.withheld = factors.withheld;
    return result;
}

static enum cs_err ask_provider(void *context, struct cs_error *error)
{
    const struct cs_log silent = {0};
    struct elsewhere *elsewhere = context;
    const struct cs_doctor_user *user = elsewhere->user;
    const struct cs_call call = {.deadline = cs_clock_ms() + SERVER_MS,
                                 .cancel_fd = -1,
                                 .settings = cs_options_chosen_provider(user->options),
                                 .account = user->account.name};
    CS_AUTO(cs_provider_close) struct cs_provider *provider = NULL;
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user found = {0};
    size_t row = 0;
    enum cs_err result = cs_options_check_provider(user->options, &row, error);

    if (result == CS_OK)
        result =
            cs_provider_kind(row)->open(&user->options->providers[row], &silent, &provider, error);
    if (result != CS_OK)
        return result;
    elsewhere->told.silent = provider->ops->finds_offline || provider->ops->judges_unlisted;
    if (elsewhere->told.silent)
        return CS_OK;
    result = provider->ops->find_user(provider, &call, user->identity, &found, error);
    elsewhere->told.found = found.found;
    elsewhere->told.reason = found.reason;
    return result == CS_OK && found.found ? list(provider, &call, &found, elsewhere, error)
                                          : result;
}

static void judge_told(const struct cs_doctor_user *user, const struct told *told)
{
    const char *name = user->doctor->user, *provider = user->options->provider;

    if (told->silent)
        cs_findings_add(user->all, CS_FINDING_FINE, "user-elsewhere", nowhere, NULL,
                        "what %s has is known to %s alone, which says it only during a login", name,
                        provider);
    else if (!told->found)
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-not-found", nowhere,
                        "look at 'countersign map' of the user, and at the user there",
                        "%s does not know %s by the name '%s': %s", provider, name, user->identity,
                        cs_reasons[told->reason].cause);
    else if (told->factors == 0 && !told->withheld)
        cs_doctor_user_lacks(user, NULL, "there that the plan asks for",
                             "register one at the provider, or choose another auth_method");
    else
        cs_findings_add(user->all, CS_FINDING_FINE, "user-factor", nowhere, NULL,
                        "%s is '%s' at %s, with %u factors that the plan asks for", name,
                        user->identity, provider, told->factors);
}

static void look_elsewhere(const struct cs_doctor_user *user)
{
    struct elsewhere elsewhere = {.user = user};
    struct cs_error error = {0};

    if (!user->doctor->online)
        cs_findings_add(user->all, CS_FINDING_FINE, "user-elsewhere", nowhere, NULL,
                        "what %s has is known to the provider '%s', which is asked with --online",
                        user->doctor->user, user->options->provider);
    else if (cs_cli_as_run_user(ask_provider, &elsewhere, &elsewhere.told, sizeof elsewhere.told,
                                &error) != CS_OK)
        cs_findings_add(user->all, CS_FINDING_WRONG, "user-not-told", nowhere,
                        "repair that and run doctor again", "%s: %s", user->doctor->user,
                        error.text);
    else
        judge_told(user, &elsewhere.told);
}

/* ---- everything ---- */

/* Passwords are not among them. */
static unsigned kinds_of(const struct cs_options *options)
{
    const struct cs_plan *plan = cs_plan_find(options->auth_method);
    unsigned kinds;

    if (plan == NULL)
        return 0;
    kinds = cs_plan_kinds(plan, &options->method);
    if (plan->direct != NULL)
        kinds |= CS_KIND(plan->direct->kind);
    if (plan->first == CS_FIRST_PASSWORD_AND_TOTP ||
        plan->first == CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE)
        kinds |= CS_KIND(CS_FACTOR_TOTP);
    return kinds & ~CS_KIND(CS_FACTOR_PASSWORD);
}

static void look(const struct cs_doctor *doctor, const struct cs_options *options,
                 struct cs_findings *all)
{
    struct cs_doctor_user user = {
        .doctor = doctor, .options = options, .kinds = kinds_of(options), .all = all};
    struct cs_error error = {0};

    if (cs_account_find(doctor->user, &user.account, NULL) != CS_OK || !user.account.known)
        return;
    user.exempt = is_exempt(&user);
    if (cs_account_identity(&user.account, &options->mapping, user.identity, NULL, &error) != CS_OK)
        cs_findings_add(all, CS_FINDING_WRONG, "user-no-identity", nowhere,
                        "look at 'countersign map' of the user", "%s: %s", doctor->user,
                        error.text);
    else if (is_local(options))
        cs_doctor_user_stored(&user);
    else
        look_elsewhere(&user);
}

void cs_doctor_look_at_user(const struct cs_doctor *doctor, struct cs_findings *all)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer service = {0};
    CS_AUTO(cs_sshd_stack_clear) struct cs_sshd_stack stack = {0};
    struct cs_options options;

    if (doctor->user == NULL || doctor->config == NULL)
        return;
    if (cs_sshd_service_of(doctor->root, &service) != CS_OK ||
        cs_sshd_stack_read(doctor->root, service.text, &stack, NULL) != CS_OK) {
        all->failed = true;
        return;
    }
    /* Mistakes on the line are reported elsewhere; with one, logins are refused whoever it is. */
    if (cs_config_line(doctor->config, service.text, &stack.arguments, &options, NULL, NULL) ==
        CS_OK)
        look(doctor, &options, all);
}
