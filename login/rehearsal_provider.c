/* SPDX-License-Identifier: Apache-2.0 */
/* The provider of a rehearsal, around the real one. That says which kinds of factors there are, and
 * what a user has, if it can tell without asking anybody elsewhere. It never gets an answer to
 * judge, and sends nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login/rehearsal_priv.h"
#include "providers/registry.h"

static struct cs_pretender *pretender_of(struct cs_provider *provider)
{
    return (struct cs_pretender *)provider;
}

static enum cs_way way_of(const struct cs_pretender *pretender)
{
    return pretender->stage->script->way;
}

/* Whether the real one is asked what a user has. */
static bool asks_inner(const struct cs_pretender *pretender)
{
    return !pretender->ops.remote || pretender->ops.finds_offline ||
           pretender->stage->script->online;
}

static const char *kind_name(enum cs_factor_kind kind)
{
    const struct cs_method *method = cs_method_of(kind);

    return method != NULL ? method->name : "password";
}

/* Notes what goes elsewhere. If nobody is there, it does not get that far. */
static enum cs_err call_out(const struct cs_pretender *pretender, const char *what,
                            const char *about, struct cs_error *error)
{
    if (!pretender->ops.remote)
        return CS_OK;
    if (way_of(pretender) == CS_WAY_AWAY)
        return cs_fail(error, CS_ERR_UNREACHABLE, "the provider cannot be reached");
    cs_stage_note(pretender->stage, &(const struct cs_step){.kind = CS_STEP_CALL, .what = what},
                  about);
    return CS_OK;
}

/* ---- what a user has ---- */

static unsigned kinds(const struct cs_provider *provider)
{
    const struct cs_provider *inner = ((const struct cs_pretender *)provider)->inner;

    return inner->ops->kinds(inner);
}

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    const struct cs_pretender *pretender = pretender_of(provider);
    enum cs_err result =
        pretender->ops.finds_offline ? CS_OK : call_out(pretender, "find", identity, error);

    if (result != CS_OK)
        return result;
    if (asks_inner(pretender))
        result =
            pretender->inner->ops->find_user(pretender->inner, call, identity, ret_user, error);
    else
        cs_stage_find_assumed(pretender->stage->script, identity, ret_user);
    pretender->stage->seen->found = result == CS_OK && ret_user->found;
    return result;
}

static enum cs_err keep_list(struct cs_rehearsed *seen, const struct cs_listed_factors *factors,
                             struct cs_error *error)
{
    enum cs_err result = CS_OK;

    cs_listed_factors_clear(&seen->listed);
    for (size_t i = 0; i < factors->count && result == CS_OK; i++)
        result = cs_listed_factors_add(&seen->listed, &factors->items[i], error);
    return result;
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    const struct cs_pretender *pretender = pretender_of(provider);
    enum cs_err result =
        pretender->ops.finds_offline ? CS_OK : call_out(pretender, "list", user->name, error);

    if (result != CS_OK)
        return result;
    result = asks_inner(pretender)
                 ? pretender->inner->ops->list_factors(pretender->inner, call, user, listing,
                                                       ret_factors, error)
                 : cs_stage_list_assumed(pretender->stage->script, listing, ret_factors, error);
    return result == CS_OK ? keep_list(pretender->stage->seen, ret_factors, error) : result;
}

static enum cs_err language(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error)
{
    const struct cs_pretender *pretender = pretender_of(provider);

    return pretender->inner->ops->language(pretender->inner, identity, ret_language, error);
}

/* Only of a provider on this machine; it reads its store. */
static enum cs_err shown_time(struct cs_provider *provider, int64_t *ret_time,
                              struct cs_error *error)
{
    struct cs_provider *inner = pretender_of(provider)->inner;

    return inner->ops->shown_time(inner, ret_time, error);
}

/* ---- challenges ---- */

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    const struct cs_pretender *pretender = pretender_of(provider);
    const struct cs_step step = {.kind = CS_STEP_SEND, .what = kind_name(factor->kind)};

    /* The request to a security key is in the prompt: it is read, and goes to nobody else. */
    if (factor->kind == CS_FACTOR_U2F)
        return pretender->inner->ops->begin(pretender->inner, call, user, factor, request,
                                            ret_challenge, error);
    if (pretender->ops.remote && way_of(pretender) == CS_WAY_AWAY)
        return call_out(pretender, "send", factor->name, error);
    cs_stage_note(pretender->stage, &step, factor->name);
    cs_stage_fill_challenge(factor, ret_challenge);
    return CS_OK;
}

static enum cs_err poll(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error)
{
    static const struct cs_approval_state states[CS_WAYS] = {
        [CS_WAY_RIGHT] = {CS_APPROVAL_GIVEN, CS_REASON_APPROVED},
        [CS_WAY_WRONG_CODE] = {CS_APPROVAL_GIVEN, CS_REASON_APPROVED},
        [CS_WAY_REFUSED] = {CS_APPROVAL_DENIED, CS_REASON_DENIED},
        [CS_WAY_EXPIRED] = {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
    };
    const struct cs_pretender *pretender = pretender_of(provider);

    (void)call;
    (void)user;
    (void)factor;
    (void)challenge;
    (void)error;
    pretender->stage->seen->polled = true;
    *ret_state = states[way_of(pretender)];
    return CS_OK;
}

/* ---- judging ---- */

/* Whether the user has anything of that kind. `ret_reason`: why not. */
static enum cs_err look_for(const struct cs_pretender *pretender, const struct cs_call *call,
                            const struct cs_attempt *attempt, bool *ret_has,
                            enum cs_reason *ret_reason, struct cs_error *error)
{
    const struct cs_rehearsal *script = pretender->stage->script;
    const struct cs_listing listing = {.kinds = CS_KIND(attempt->kind)};
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    struct cs_provider *inner = pretender->inner;
    enum cs_err result;

    *ret_reason = CS_REASON_NOT_ENROLLED;
    *ret_has = attempt->factor_count > 0 || attempt->kind == CS_FACTOR_PASSWORD;
    if (pretender->ops.remote && !pretender->ops.judges_unlisted)
        return CS_OK;
    if (pretender->ops.remote) {
        *ret_has = !script->unknown && script->assumed_count > 0;
        return CS_OK;
    }
    result = inner->ops->find_user(inner, call, attempt->identity, &user, error);
    *ret_has = user.found && attempt->kind == CS_FACTOR_PASSWORD && !script->no_password;
    *ret_reason = !user.found                           ? user.reason
                  : attempt->kind == CS_FACTOR_PASSWORD ? CS_REASON_NO_PASSWORD
                                                        : CS_REASON_NOT_ENROLLED;
    if (result != CS_OK || !user.found || attempt->kind == CS_FACTOR_PASSWORD)
        return result;
    result = inner->ops->list_factors(inner, call, &user, &listing, &factors, error);
    *ret_has = factors.count > 0;
    return result;
}

static bool is_right(const struct cs_pretender *pretender, const struct cs_attempt *attempt)
{
    const char *password = pretender->stage->password;
    enum cs_way way = way_of(pretender);

    if (attempt->kind == CS_FACTOR_PASSWORD)
        return way != CS_WAY_WRONG_PASSWORD && attempt->answer->data != NULL &&
               strcmp(attempt->answer->data, password) == 0;
    return way != CS_WAY_WRONG_PASSWORD && way != CS_WAY_WRONG_CODE;
}

static void settle(const struct cs_pretender *pretender, const struct cs_attempt *attempt,
                   struct cs_outcome *outcome)
{
    static const struct {
        enum cs_reason right, wrong;
    } reasons[CS_FACTOR_KINDS] = {
        [CS_FACTOR_PASSWORD] = {CS_REASON_PASSWORD, CS_REASON_WRONG_PASSWORD},
        [CS_FACTOR_TOTP] = {CS_REASON_TOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_SMSOTP] = {CS_REASON_SMSOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_EMAILOTP] = {CS_REASON_EMAILOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_VOICEOTP] = {CS_REASON_VOICEOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_TRANS_SMSOTP] = {CS_REASON_SMSOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_TRANS_EMAILOTP] = {CS_REASON_EMAILOTP, CS_REASON_WRONG_CODE},
        [CS_FACTOR_U2F] = {CS_REASON_U2F, CS_REASON_WRONG_SIGNATURE},
        [CS_FACTOR_DEVICE] = {CS_REASON_APPROVED, CS_REASON_DENIED},
        [CS_FACTOR_BROWSER] = {CS_REASON_APPROVED, CS_REASON_DENIED},
    };
    const struct cs_rehearsal *script = pretender->stage->script;
    enum cs_factor_kind kind = attempt->kind;
    bool right = is_right(pretender, attempt);

    *outcome = (struct cs_outcome){.judgement = right ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG,
                                   .reason = right ? reasons[kind].right : reasons[kind].wrong};
    if (script->way != CS_WAY_RECOVERY || kind == CS_FACTOR_PASSWORD)
        return;
    outcome->reason = CS_REASON_RECOVERY_CODE;
    outcome->recovery = true;
    outcome->recovery_left = script->recovery_left > 0 ? script->recovery_left - 1 : 0;
}

/* Why it is refused to somebody who has nothing of that kind, or to nobody. */
static enum cs_reason lacking(const struct cs_pretender *pretender, enum cs_factor_kind kind)
{
    if (pretender->ops.remote)
        return CS_REASON_UNKNOWN_USER;
    return kind == CS_FACTOR_PASSWORD ? CS_REASON_NO_PASSWORD : CS_REASON_NOT_ENROLLED;
}

static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    const struct cs_pretender *pretender = pretender_of(provider);
    struct cs_rehearsed *seen = pretender->stage->seen;
    enum cs_err result = call_out(pretender, "check", kind_name(attempt->kind), error);
    bool has = false;

    *(attempt->kind == CS_FACTOR_PASSWORD ? &seen->judged_password : &seen->judged_other) = true;
    *ret_outcome = (struct cs_outcome){.reason = lacking(pretender, attempt->kind)};
    if (result != CS_OK || attempt->identity == NULL)
        return result;
    result = look_for(pretender, call, attempt, &has, &ret_outcome->reason, error);
    if (result != CS_OK || !has)
        return result;
    seen->takes_recovery =
        seen->takes_recovery || (!pretender->ops.remote && attempt->kind != CS_FACTOR_PASSWORD);
    settle(pretender, attempt, ret_outcome);
    return CS_OK;
}

/* ---- around the real one ---- */

static void close_both(struct cs_provider *provider)
{
    struct cs_pretender *pretender = pretender_of(provider);

    cs_provider_close(&pretender->inner);
    free(pretender);
}

static void introduce(const struct cs_pretender *pretender, struct cs_rehearsed *seen)
{
    const struct cs_provider *inner = pretender->inner;

    seen->remote = inner->ops->remote;
    seen->names_factors = inner->ops->names_factors;
    seen->kinds = inner->ops->kinds(inner);
    seen->told = asks_inner(pretender);
}

/* A slot that is empty stays so: it means something. Whatever is not listed here is gone: it might
 * reach the real one. */
#define IF_THERE(slot) (inner->ops->slot != NULL ? slot : NULL)

struct cs_provider *cs_stage_wrap(void *context, struct cs_provider *inner)
{
    struct cs_pretender *pretender = calloc(1, sizeof *pretender);
    struct cs_stage *stage = context;

    if (pretender == NULL)
        return NULL;
    pretender->ops = (struct cs_provider_ops){
        .name = inner->ops->name,
        .remote = inner->ops->remote,
        .judges_unlisted = inner->ops->judges_unlisted,
        .finds_offline = inner->ops->finds_offline,
        .spends_codes = true, /* nothing is remembered of what is typed here */
        .names_factors = inner->ops->names_factors,
        .binds_identity = inner->ops->binds_identity,
        .accepts_empty = inner->ops->accepts_empty,
        .kinds = kinds,
        .find_user = IF_THERE(find_user),
        .list_factors = IF_THERE(list_factors),
        .language = inner->ops->remote ? NULL : IF_THERE(language),
        .shown_time = inner->ops->remote ? NULL : IF_THERE(shown_time),
        .begin = IF_THERE(begin),
        .judge = IF_THERE(judge),
        .poll = IF_THERE(poll),
        .enrolling = inner->ops->enrolling != NULL ? &cs_stage_enrolling : NULL,
        .close = close_both,
    };
    pretender->provider.ops = &pretender->ops;
    pretender->inner = inner;
    pretender->stage = stage;
    if (!stage->seen->remote) /* the second one is for users that go offline */
        introduce(pretender, stage->seen);
    return &pretender->provider;
}
