/* SPDX-License-Identifier: Apache-2.0 */
/* OpenMetrics 1.0, https://openmetrics.io: a family has its metadata first, then all its samples,
 * and
 * "# EOF" ends everything. */
#include <inttypes.h>

#include "login/metrics.h"
#include "paths.h"
#include "providers/kind.h"
#include "providers/registry.h"

static const char *const call_names[CS_METERED_CALLS] = {
    [CS_METERED_FIND_USER] = "find_user", [CS_METERED_LIST_FACTORS] = "list_factors",
    [CS_METERED_LANGUAGE] = "language",   [CS_METERED_BEGIN] = "begin",
    [CS_METERED_JUDGE] = "judge",         [CS_METERED_POLL] = "poll",
    [CS_METERED_CANCEL] = "cancel",       [CS_METERED_ACCOUNT] = "account"};

static uint64_t load(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void print_family(struct cs_buffer *out, const char *name, const char *type,
                         const char *unit, const char *help)
{
    cs_buffer_printf(out, "# TYPE countersign_%s %s\n", name, type);
    if (unit != NULL)
        cs_buffer_printf(out, "# UNIT countersign_%s %s\n", name, unit);
    cs_buffer_printf(out, "# HELP countersign_%s %s\n", name, help);
}

/* Escaped as label values are: backslash, quote, newline. The last one is in no service's name. */
static void print_label(struct cs_buffer *out, const char *name, const char *value)
{
    cs_buffer_printf(out, "%s=\"", name);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            cs_buffer_text(out, "\\");
        cs_buffer_add(out, value, 1);
    }
    cs_buffer_text(out, "\"");
}

/* ---- logins ---- */

struct endings {
    struct cs_buffer *out;
    bool account_phase;
};

static void print_ending(const struct cs_metrics_ending *ending, void *context)
{
    const struct endings *endings = context;
    struct cs_buffer *out = endings->out;

    if (ending->account_phase != endings->account_phase)
        return;
    cs_buffer_printf(out, "countersign_%s_total{",
                     ending->account_phase ? "account_checks" : "logins");
    print_label(out, "service", ending->service);
    if (!ending->account_phase) {
        cs_buffer_text(out, ",");
        print_label(out, "method", ending->method);
    }
    cs_buffer_text(out, ",");
    print_label(out, "verdict", ending->verdict);
    cs_buffer_text(out, ",");
    print_label(out, "reason", ending->reason);
    cs_buffer_printf(out, "} %" PRIu64 "\n", ending->count);
}

static void print_endings(struct cs_metrics *metrics, struct cs_buffer *out)
{
    print_family(out, "logins", "counter", NULL, "Logins that have ended.");
    cs_metrics_endings(metrics, print_ending, &(struct endings){out, false});
    print_family(out, "account_checks", "counter", NULL, "Checks of PAM's account phase.");
    cs_metrics_endings(metrics, print_ending, &(struct endings){out, true});
}

static void print_answers(const struct cs_metrics_answers *answers, struct cs_buffer *out)
{
    print_family(out, "prompts", "counter", NULL, "Prompts that were answered.");
    cs_buffer_printf(out, "countersign_prompts_total %" PRIu64 "\n", load(&answers->prompts));
    print_family(out, "answers_accepted", "counter", NULL,
                 "Answers that were right; of one kind, one in each login.");
    cs_buffer_printf(out, "countersign_answers_accepted_total %" PRIu64 "\n",
                     load(&answers->accepted));
    print_family(out, "answers_refused", "counter", NULL,
                 "Answers that were refused, by the kinds of the audit line.");
    for (unsigned i = 0; i < CS_REFUSED_KINDS; i++)
        cs_buffer_printf(out, "countersign_answers_refused_total{kind=\"%s\"} %" PRIu64 "\n",
                         cs_refused_name(i), load(&answers->refused[i]));
    print_family(out, "throttled", "counter", NULL,
                 "Answers that nobody compared, most often because of a delay.");
    cs_buffer_printf(out, "countersign_throttled_total %" PRIu64 "\n",
                     load(&answers->refused[CS_REFUSED_UNCHECKED]));
}

/* ---- times ---- */

/* `labels` without braces. The count is read first: nothing may be within more bounds than there
 * is. */
static void print_samples(struct cs_buffer *out, const char *name, const char *labels,
                          const struct cs_meter *meter)
{
    const char *comma = labels[0] != '\0' ? "," : "";
    uint64_t buckets[CS_METER_BOUNDS], sum = 0, count;

    for (size_t i = 0; i < CS_METER_BOUNDS; i++)
        buckets[i] = sum += load(&meter->within[i]);
    count = load(&meter->count);
    for (size_t i = 0; i < CS_METER_BOUNDS; i++)
        cs_buffer_printf(out, "countersign_%s_bucket{%s%sle=\"%u.%06u\"} %" PRIu64 "\n", name,
                         labels, comma, cs_meter_bounds[i] / 1000000, cs_meter_bounds[i] % 1000000,
                         buckets[i]);
    count = count < sum ? sum : count;
    cs_buffer_printf(out, "countersign_%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, labels,
                     comma, count);
    cs_buffer_printf(out, "countersign_%s_count%s%s%s %" PRIu64 "\n", name, comma[0] ? "{" : "",
                     labels, comma[0] ? "}" : "", count);
    cs_buffer_printf(out, "countersign_%s_sum%s%s%s %" PRIu64 ".%06u\n", name, comma[0] ? "{" : "",
                     labels, comma[0] ? "}" : "", load(&meter->microseconds) / 1000000,
                     (unsigned)(load(&meter->microseconds) % 1000000));
}

static void print_times(struct cs_buffer *out, const char *name, const char *help,
                        const struct cs_meter *meter)
{
    print_family(out, name, "histogram", "seconds", help);
    print_samples(out, name, "", meter);
}

static void print_call(struct cs_metrics *metrics, const char *provider, unsigned row,
                       enum cs_metered_call call, bool failures, struct cs_buffer *out)
{
    const struct cs_metered *metered = cs_metrics_call(metrics, row, call);
    CS_AUTO(cs_buffer_free) struct cs_buffer labels = {0};

    if (load(&metered->meter.count) == 0)
        return;
    cs_buffer_printf(&labels, "provider=\"%s\",call=\"%s\"", provider, call_names[call]);
    out->failed = out->failed || labels.failed;
    if (labels.failed)
        return;
    if (failures)
        cs_buffer_printf(out, "countersign_provider_call_failures_total{%s} %" PRIu64 "\n",
                         labels.text, load(&metered->failures));
    else
        print_samples(out, "provider_call_seconds", labels.text, &metered->meter);
}

static void print_calls(struct cs_metrics *metrics, bool failures, struct cs_buffer *out)
{
    const struct cs_provider_kind *kind;

    for (unsigned row = 0; (kind = cs_provider_kind(row)) != NULL; row++) {
        for (unsigned call = 0; call < CS_METERED_CALLS; call++)
            print_call(metrics, kind->name, row, call, failures, out);
    }
}

/* ---- the moment ---- */

static void print_gauge(struct cs_buffer *out, const char *name, const char *help, uint64_t value)
{
    print_family(out, name, "gauge", NULL, help);
    cs_buffer_printf(out, "countersign_%s %" PRIu64 "\n", name, value);
}

void cs_metrics_print(struct cs_metrics *metrics, const struct cs_metrics_now *now,
                      struct cs_buffer *out)
{
    print_family(out, "build", "info", NULL, "The broker that answers.");
    cs_buffer_text(out, "countersign_build_info{version=\"" CS_VERSION "\"} 1\n");
    print_family(out, "start_time_seconds", "gauge", "seconds", "When it began to count.");
    cs_buffer_printf(out, "countersign_start_time_seconds %" PRId64 "\n",
                     cs_metrics_started(metrics));
    print_endings(metrics, out);
    print_answers(cs_metrics_answers(metrics), out);
    print_times(out, "login_seconds", "From request to verdict, the user's time included.",
                cs_metrics_logins(metrics));
    print_times(out, "prompt_wait_seconds", "Waits for the answer to a prompt.",
                cs_metrics_waits(metrics));
    print_family(out, "provider_call_seconds", "histogram", "seconds", "Calls of providers.");
    print_calls(metrics, false, out);
    print_family(out, "provider_call_failures", "counter", NULL,
                 "Of these, calls that brought no answer.");
    print_calls(metrics, true, out);
    print_times(out, "store_commit_seconds",
                "Waits for the disk in commits of the local provider's store.",
                &now->store.commits);
    print_gauge(out, "store_queue", "Logins that wait for the store.", now->store.waiting);
    print_gauge(out, "logins_running", "Logins that are running.", now->running);
    print_family(out, "connections_refused", "counter", NULL,
                 "Connections for which max_logins or max_unprivileged left no place.");
    cs_buffer_printf(out, "countersign_connections_refused_total %" PRIu64 "\n", now->refused);
    print_family(out, "mails", "counter", NULL, "Mails to users whose factors have changed.");
    cs_buffer_printf(out,
                     "countersign_mails_total{result=\"sent\"} %" PRIu64 "\n"
                     "countersign_mails_total{result=\"lost\"} %" PRIu64 "\n",
                     now->mails.sent, now->mails.lost);
    cs_buffer_text(out, "# EOF\n");
}
