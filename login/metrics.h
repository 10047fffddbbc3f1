/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the logins of one broker add up to: numbers only, no name of a user and no address. Labels
 * come from this program's tables, but for the service, of which there are at most
 * CS_METRICS_SERVICES: whatever comes after them is "other".
 */
#ifndef CS_LOGIN_METRICS_H
#define CS_LOGIN_METRICS_H

#include "base/buffer.h"
#include "base/meter.h"
#include "login/audit.h"
#include "net/mail.h"
#include "providers/provider.h"

enum { CS_METRICS_SERVICES = 32 };

struct cs_metrics;

/* What is true only of the moment. */
struct cs_metrics_now {
    unsigned running;         /* logins */
    uint64_t refused;         /* connections for which there was no place */
    struct cs_measures store; /* of all opened providers */
    struct cs_mail_counts mails;
};

/* NULL without memory. */
struct cs_metrics *cs_metrics_new(void) CS_MUST_USE;
void cs_metrics_free(struct cs_metrics **metrics);

/* Counts a login, or an account check, that has ended. `method` is a constant: the name of its
 * plan. */
void cs_metrics_login(struct cs_metrics *metrics, const struct cs_audit *audit, const char *method);

/* Measures waits for answers to prompts. */
struct cs_meter *cs_metrics_waits(struct cs_metrics *metrics);

/* A provider that measures the calls of another, which it owns. On failure NULL, and `inner` is as
 * it was. metered.c. */
struct cs_provider *cs_metrics_wrap(struct cs_metrics *metrics, unsigned kind_row,
                                    struct cs_provider *inner) CS_MUST_USE;

/* The calls of a provider that are measured. */
enum cs_metered_call {
    CS_METERED_FIND_USER,
    CS_METERED_LIST_FACTORS,
    CS_METERED_LANGUAGE,
    CS_METERED_BEGIN,
    CS_METERED_JUDGE,
    CS_METERED_POLL,
    CS_METERED_CANCEL,
    CS_METERED_ACCOUNT,
    CS_METERED_CALLS
};

struct cs_metered {
    struct cs_meter meter;
    _Atomic uint64_t failures;
};

/* The measurements of one call of the provider in that row of the registry. */
struct cs_metered *cs_metrics_call(struct cs_metrics *metrics, unsigned kind_row,
                                   enum cs_metered_call call);

/* metrics_text.c: everything, in the form of OpenMetrics 1.0. */
void cs_metrics_print(struct cs_metrics *metrics, const struct cs_metrics_now *now,
                      struct cs_buffer *out);

/* ---- for metrics_text.c ---- */

/* Logins that ended alike. */
struct cs_metrics_ending {
    const char *service, *method, *verdict, *reason; /* NULL: no such ending yet */
    bool account_phase;
    uint64_t count;
};

/* Calls `visit` for each ending, while no login can add one. */
void cs_metrics_endings(struct cs_metrics *metrics,
                        void (*visit)(const struct cs_metrics_ending *ending, void *context),
                        void *context);

struct cs_metrics_answers {
    _Atomic uint64_t prompts, accepted, refused[CS_REFUSED_KINDS];
};

const struct cs_metrics_answers *cs_metrics_answers(const struct cs_metrics *metrics);
const struct cs_meter *cs_metrics_logins(const struct cs_metrics *metrics);
int64_t cs_metrics_started(const struct cs_metrics *metrics);

#endif
