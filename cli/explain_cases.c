/* SPDX-License-Identifier: Apache-2.0 */
/* Which logins can differ: by what the user has, by the way through the plan, by the answers. */
#include <stdlib.h>
#include <string.h>

#include "cli/explain.h"
#include "methods/plan.h"

/* What a user might have at a provider that is not asked, in the order of its menus. */
static const struct cs_listed_factor samples[] = {
    {.kind = CS_FACTOR_EMAILOTP, .id = "assumed", .name = "user@example.com"},
    {.kind = CS_FACTOR_SMSOTP, .id = "assumed", .name = "+15551234567"},
    {.kind = CS_FACTOR_TOTP, .id = "assumed"},
    {.kind = CS_FACTOR_VOICEOTP, .id = "assumed", .name = "+15551234568"},
    {.kind = CS_FACTOR_TRANS_EMAILOTP, .id = "assumed", .name = "user@example.org"},
    {.kind = CS_FACTOR_TRANS_SMSOTP, .id = "assumed", .name = "+15557654321"},
    {.kind = CS_FACTOR_DEVICE, .id = "assumed", .name = "Phone"},
    {.kind = CS_FACTOR_BROWSER, .id = "assumed"},
};

_Static_assert(CS_ARRAY_SIZE(samples) <= CS_EXPLAINED_FACTORS_MAX, "a user may have all of them");

/* ---- one login ---- */

static unsigned of_store(const struct cs_explanation *explanation, enum cs_user_thing thing)
{
    return explanation->stored_read ? explanation->stored.counts[thing] : 0;
}

static enum cs_err rehearse(const struct cs_explanation *explanation,
                            const struct cs_explained_case *of, struct cs_explained_login *login,
                            struct cs_error *error)
{
    struct cs_request request = explanation->request;
    const struct cs_rehearsal rehearsal = {
        .config_path = explanation->config_path,
        .request = &request,
        .way = login->way,
        .choice = login->choice,
        .alone = login->alone,
        .online = explanation->online,
        .unknown = of->unknown,
        .assumed = of->has,
        .assumed_count = of->has_count,
        .no_password = explanation->stored_read && of_store(explanation, CS_USER_PASSWORD) == 0,
        .recovery_left = of_store(explanation, CS_USER_RECOVERY)};

    return cs_rehearse(&rehearsal, &login->seen, error);
}

/* Adds it to the case; the result stays valid until the next one is added. */
static enum cs_err add_login(const struct cs_explanation *explanation, struct cs_explained_case *of,
                             const struct cs_explained_login *wanted, struct cs_error *error)
{
    struct cs_explained_login *grown = reallocarray(of->logins, of->count + 1, sizeof *grown);

    if (grown == NULL)
        return cs_fail_nomem(error);
    of->logins = grown;
    grown[of->count] = *wanted;
    return rehearse(explanation, of, &grown[of->count++], error);
}

/* ---- the ways through a plan ---- */

/* Which logins differ from the one with right answers. `first` : it goes the first of the ways. */
static bool differs(const struct cs_explanation *explanation, enum cs_way way,
                    const struct cs_rehearsed *right, bool first)
{
    switch (way) {
    case CS_WAY_WRONG_PASSWORD:
        return first && right->judged_password && right->granted;
    case CS_WAY_WRONG_CODE:
        return right->judged_other && right->granted;
    case CS_WAY_RECOVERY:
        return right->takes_recovery && right->granted &&
               of_store(explanation, CS_USER_RECOVERY) > 0;
    case CS_WAY_REFUSED:
    case CS_WAY_EXPIRED:
        return right->polled;
    case CS_WAY_NO_ANSWER:
        return first && right->asked;
    case CS_WAY_AWAY:
        return first && right->remote && !right->standing;
    default:
        return false;
    }
}

/* Whether the menu took the choice: it asks again, or ends the login, if it has no such line. */
static bool was_taken(const struct cs_rehearsed *seen)
{
    static const enum cs_reason refused[] = {CS_REASON_NO_CHOICE, CS_REASON_REPEATED_ANSWER};
    unsigned made = 0;

    for (size_t i = 0; i < CS_ARRAY_SIZE(refused); i++) {
        if (strcmp(seen->reason, cs_reason_name(refused[i])) == 0)
            return false;
    }
    for (size_t i = 0; i < seen->count; i++)
        made += seen->steps[i].kind == CS_STEP_ASK && seen->steps[i].typed == CS_TYPED_CHOICE;
    return made == 1;
}

/* *ret_more: there may be a next choice. */
static enum cs_err add_way(const struct cs_explanation *explanation, struct cs_explained_case *of,
                           bool alone, unsigned choice, struct cs_rehearsed *ret_right,
                           bool *ret_more, struct cs_error *error)
{
    struct cs_explained_login wanted = {.choice = choice, .alone = alone};
    enum cs_err result = add_login(explanation, of, &wanted, error);

    *ret_more = false;
    if (result != CS_OK)
        return result;
    *ret_right = of->logins[of->count - 1].seen; /* read only; the case owns it */
    if (choice > 1 && !was_taken(ret_right)) {
        cs_rehearsed_clear(&of->logins[--of->count].seen);
        return CS_OK;
    }
    *ret_more = ret_right->has_menu;
    for (enum cs_way way = CS_WAY_RIGHT + 1; way < CS_WAYS && result == CS_OK; way++) {
        wanted.way = way;
        if (differs(explanation, way, ret_right, !alone && choice == 1))
            result = add_login(explanation, of, &wanted, error);
    }
    return result;
}

static enum cs_err fill_case(const struct cs_explanation *explanation, struct cs_explained_case *of,
                             struct cs_error *error)
{
    bool alternative = false;
    enum cs_err result = CS_OK;

    for (unsigned alone = 0; alone <= (unsigned)alternative && result == CS_OK; alone++) {
        bool more = true;

        for (unsigned choice = 1; more && choice <= CS_LISTED_FACTORS_MAX && result == CS_OK;
             choice++) {
            struct cs_rehearsed right = {0};

            result = add_way(explanation, of, alone != 0, choice, &right, &more, error);
            alternative = alternative || (result == CS_OK && choice == 1 && right.alternative);
        }
    }
    return result;
}

/* ---- the cases ---- */

static void have(struct cs_explained_case *of, const struct cs_listed_factor *sample, bool named)
{
    struct cs_listed_factor *factor = &of->has[of->has_count++];

    *factor = *sample;
    if (!named)
        factor->name[0] = '\0';
}

/* Kinds that make a difference to the plan; a code may be part of its first line. */
static unsigned kinds_that_matter(const struct cs_explanation *explanation,
                                  const struct cs_rehearsed *seen)
{
    const struct cs_plan *plan = cs_plan_find(explanation->line.options.auth_method);
    unsigned kinds = plan != NULL ? cs_plan_kinds(plan, &explanation->line.options.method) : 0;

    if (plan != NULL && (plan->first == CS_FIRST_PASSWORD_AND_TOTP ||
                         plan->first == CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE))
        kinds |= CS_KIND(CS_FACTOR_TOTP);
    return kinds & seen->kinds;
}

static enum cs_err add_case(struct cs_explanation *explanation, const struct cs_explained_case *of,
                            struct cs_error *error)
{
    struct cs_explained_case *grown =
        reallocarray(explanation->cases, explanation->count + 1, sizeof *grown);

    if (grown == NULL)
        return cs_fail_nomem(error);
    explanation->cases = grown;
    grown[explanation->count] = *of;
    return fill_case(explanation, &grown[explanation->count++], error);
}

static enum cs_err add_sampled(struct cs_explanation *explanation, unsigned kinds, bool named,
                               bool unknown, struct cs_error *error)
{
    struct cs_explained_case of = {.unknown = unknown};

    for (size_t i = 0; i < CS_ARRAY_SIZE(samples); i++) {
        if ((kinds & CS_KIND(samples[i].kind)) != 0)
            have(&of, &samples[i], named);
    }
    return add_case(explanation, &of, error);
}

/* Each kind by itself, then all of them: with one there is no menu. */
static enum cs_err add_assumed(struct cs_explanation *explanation, const struct cs_rehearsed *seen,
                               struct cs_error *error)
{
    unsigned kinds = kinds_that_matter(explanation, seen);
    bool named = seen->names_factors;
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < CS_ARRAY_SIZE(samples) && result == CS_OK; i++) {
        if ((kinds & CS_KIND(samples[i].kind)) != 0)
            result = add_sampled(explanation, CS_KIND(samples[i].kind), named, false, error);
    }
    if (result == CS_OK && (kinds & (kinds - 1)) != 0)
        result = add_sampled(explanation, kinds, named, false, error);
    if (result == CS_OK)
        result = add_sampled(explanation, 0, named, false, error);
    return result == CS_OK ? add_sampled(explanation, 0, named, true, error) : result;
}

static void keep_told(struct cs_explained_case *of)
{
    const struct cs_listed_factors *listed = &of->logins[0].seen.listed;

    for (size_t i = 0; i < listed->count && of->has_count < CS_EXPLAINED_FACTORS_MAX; i++)
        of->has[of->has_count++] = listed->items[i];
}

enum cs_err cs_explain_logins(struct cs_explanation *explanation, struct cs_error *error)
{
    struct cs_explained_case told = {.told = true};
    struct cs_explained_login probe = {.choice = 1};
    enum cs_err result = rehearse(explanation, &told, &probe, error);

    if (result == CS_OK && probe.seen.remote && !probe.seen.told && !probe.seen.standing) {
        result = add_assumed(explanation, &probe.seen, error);
    } else if (result == CS_OK) {
        result = add_case(explanation, &told, error);
        if (result == CS_OK)
            keep_told(&explanation->cases[0]);
    }
    cs_rehearsed_clear(&probe.seen);
    return result;
}

void cs_explain_clear_cases(struct cs_explanation *explanation)
{
    for (size_t i = 0; i < explanation->count; i++) {
        struct cs_explained_case *of = &explanation->cases[i];

        for (size_t j = 0; j < of->count; j++)
            cs_rehearsed_clear(&of->logins[j].seen);
        free(of->logins);
    }
    free(explanation->cases);
    explanation->cases = NULL;
    explanation->count = 0;
}
