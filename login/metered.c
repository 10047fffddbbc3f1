/* SPDX-License-Identifier: Apache-2.0 */
/* A provider around another one, which measures its calls. */
#include <stdlib.h>

#include "login/metrics.h"
#include "providers/enrolling.h"
#include "providers/registry.h"

struct metered {
    struct cs_provider provider;
    struct cs_provider_ops
        ops; /* the other one's, with the calls below in place of those that it has */
    struct cs_enrolling_ops enrolling; /* likewise */
    struct cs_provider *inner;
    struct cs_metrics *metrics;
    unsigned kind_row;
};

static enum cs_err note(const struct metered *metered, enum cs_metered_call call, int64_t started,
                        enum cs_err result)
{
    struct cs_metered *to = cs_metrics_call(metered->metrics, metered->kind_row, call);

    cs_meter_add(&to->meter, started);
    if (result != CS_OK)
        atomic_fetch_add_explicit(&to->failures, 1, memory_order_relaxed);
    return result;
}

/* Makes the call, and measures it. */
#define METERED(which, slot, ...)                                                                  \
    const struct metered *metered = (const struct metered *)provider;                              \
    int64_t started = cs_meter_now();                                                              \
                                                                                                   \
    return note(metered, which, started, metered->inner->ops->slot(metered->inner, __VA_ARGS__))

static unsigned kinds(const struct cs_provider *provider)
{
    const struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->kinds(inner);
}

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    METERED(CS_METERED_FIND_USER, find_user, call, identity, ret_user, error);
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    METERED(CS_METERED_LIST_FACTORS, list_factors, call, user, listing, ret_factors, error);
}

static enum cs_err language(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error)
{
    METERED(CS_METERED_LANGUAGE, language, identity, ret_language, error);
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    METERED(CS_METERED_BEGIN, begin, call, user, factor, request, ret_challenge, error);
}

static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    METERED(CS_METERED_JUDGE, judge, call, attempt, ret_outcome, error);
}

static enum cs_err poll(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error)
{
    const struct metered *metered = (const struct metered *)provider;
    struct cs_metered *to = cs_metrics_call(metered->metrics, metered->kind_row, CS_METERED_POLL);
    int64_t started = cs_meter_now(), asked;
    enum cs_err result;

    if (call->hold != NULL)
        call->hold->meter = &to->meter;
    result =
        metered->inner->ops->poll(metered->inner, call, user, factor, challenge, ret_state, error);
    asked = call->hold != NULL ? call->hold->asked * 1000 : 0;
    return note(metered, CS_METERED_POLL, asked > started ? asked : started, result);
}

static enum cs_err cancel(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge *challenge, struct cs_error *error)
{
    METERED(CS_METERED_CANCEL, cancel, call, user, factor, challenge, error);
}

static enum cs_err account(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error)
{
    METERED(CS_METERED_ACCOUNT, account, call, user, ret_standing, error);
}

/* Too rare to be measured. */
static enum cs_err shown_time(struct cs_provider *provider, int64_t *ret_time,
                              struct cs_error *error)
{
    struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->shown_time(inner, ret_time, error);
}

/* ---- enrolling at a login: too rare as well ---- */

static enum cs_err enrolling_look(struct cs_provider *provider, const struct cs_call *call,
                                  const struct cs_provider_user *user,
                                  struct cs_enrol_standing *ret_standing, struct cs_error *error)
{
    struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->enrolling->look(inner, call, user, ret_standing, error);
}

static enum cs_err enrolling_judge_ticket(struct cs_provider *provider, const struct cs_call *call,
                                          const struct cs_attempt *attempt,
                                          struct cs_enrolling *enrolling,
                                          struct cs_outcome *ret_outcome, struct cs_error *error)
{
    struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->enrolling->judge_ticket(inner, call, attempt, enrolling, ret_outcome, error);
}

static enum cs_err enrolling_begin(struct cs_provider *provider, const struct cs_call *call,
                                   const struct cs_provider_user *user, const char *issuer,
                                   const char *label, struct cs_enrolling *enrolling,
                                   struct cs_error *error)
{
    struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->enrolling->begin(inner, call, user, issuer, label, enrolling, error);
}

static enum cs_err enrolling_save(struct cs_provider *provider, const struct cs_call *call,
                                  const struct cs_provider_user *user,
                                  struct cs_enrolling *enrolling, uint32_t *foreseen,
                                  struct cs_enrolled *ret_enrolled, struct cs_error *error)
{
    struct cs_provider *inner = ((const struct metered *)provider)->inner;

    return inner->ops->enrolling->save(inner, call, user, enrolling, foreseen, ret_enrolled, error);
}

static void wrap_enrolling(struct metered *metered, const struct cs_enrolling_ops *inner)
{
    if (inner == NULL)
        return;
    metered->enrolling = *inner;
    metered->enrolling.look = enrolling_look;
    metered->enrolling.judge_ticket = enrolling_judge_ticket;
    metered->enrolling.begin = enrolling_begin;
    metered->enrolling.save = enrolling_save;
    metered->ops.enrolling = &metered->enrolling;
}

/* ---- the rest ---- */

static void measure(const struct cs_provider *provider, struct cs_measures *measures)
{
    const struct cs_provider *inner = ((const struct metered *)provider)->inner;

    inner->ops->measure(inner, measures);
}

static void close_both(struct cs_provider *provider)
{
    struct metered *metered = (struct metered *)provider;

    cs_provider_close(&metered->inner);
    free(metered);
}

/* A slot that is empty stays so: it means something. */
#define IF_THERE(slot) (inner->ops->slot != NULL ? slot : NULL)

struct cs_provider *cs_metrics_wrap(struct cs_metrics *metrics, unsigned kind_row,
                                    struct cs_provider *inner)
{
    struct metered *metered = calloc(1, sizeof *metered);

    if (metered == NULL)
        return NULL;
    metered->ops = *inner->ops;
    metered->ops.kinds = kinds;
    metered->ops.find_user = IF_THERE(find_user);
    metered->ops.list_factors = IF_THERE(list_factors);
    metered->ops.language = IF_THERE(language);
    metered->ops.begin = IF_THERE(begin);
    metered->ops.judge = IF_THERE(judge);
    metered->ops.poll = IF_THERE(poll);
    metered->ops.cancel = IF_THERE(cancel);
    metered->ops.account = IF_THERE(account);
    metered->ops.shown_time = IF_THERE(shown_time);
    metered->ops.measure = IF_THERE(measure);
    metered->ops.close = close_both;
    wrap_enrolling(metered, inner->ops->enrolling);
    metered->provider.ops = &metered->ops;
    metered->inner = inner;
    metered->metrics = metrics;
    metered->kind_row = kind_row;
    return &metered->provider;
}
