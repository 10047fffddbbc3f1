/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolling at a login: a user without a factor gets the key of an authenticator app, confirms it
 * by a code, and has a factor. Until then the key is nowhere but in memory. A provider that can do
 * this has a table of these functions in its ops.
 */
#ifndef CS_PROVIDERS_ENROLLING_H
#define CS_PROVIDERS_ENROLLING_H

#include "providers/provider.h"

enum { CS_ENROLLING_CODES_MAX = 10 };

/* What stands in the way of a user, and what is there for it. */
struct cs_enrol_standing {
    bool newcomer;       /* has no factor, and never had one. The initial value: is none */
    bool untouched;      /* neither this name nor another one of the account has or had a factor or
                            recovery codes. The initial value: one has */
    bool ticket;         /* a ticket waits for this user */
    const char *because; /* if not both of the first two: "has a factor", ...; static */
};

/* One user's, from the first prompt to the last. All secrets; wiped by cs_enrolling_clear. */
struct cs_enrolling {
    struct cs_secret key;    /* as the user types it into the app */
    struct cs_secret uri;    /* the same as otpauth URI */
    struct cs_secret ticket; /* the ticket, normalised, once it was right; else empty */
    struct cs_secret codes[CS_ENROLLING_CODES_MAX]; /* recovery codes, as they are shown */
    size_t codes_count;
    void *state; /* the provider's own; NULL: none */
    void (*free_state)(void *state);
};

void cs_enrolling_clear(struct cs_enrolling *enrolling);

/* What came of the last step. */
struct cs_enrolled {
    bool done;             /* the factor is stored. The initial value: it is not */
    enum cs_reason reason; /* why, or why not */
};

/* The user is one that find_user() has found. An error means that nothing is known or done. */
struct cs_enrolling_ops {
    /* Whether the user may enrol at all. */
    enum cs_err (*look)(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrol_standing *ret_standing,
                        struct cs_error *error);

    /* Judges a ticket as judge() does a code, throttle included. It is good for one login: spent is
     * it only when the factor is stored. Sets enrolling->ticket if it is right. */
    enum cs_err (*judge_ticket)(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_attempt *attempt, struct cs_enrolling *enrolling,
                                struct cs_outcome *ret_outcome, struct cs_error *error);

    /* Makes a key. `issuer` and `label` name the entry in the app. */
    enum cs_err (*begin)(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const char *issuer, const char *label,
                         struct cs_enrolling *enrolling, struct cs_error *error);

    /* Whether the code is right now; then it is spent. */
    enum cs_err (*confirm)(struct cs_enrolling *enrolling, const struct cs_secret *code,
                           bool *ret_right, struct cs_error *error);

    /* Stores factor and recovery codes and spends the ticket, all or nothing, if the user may still
     * enrol; of several logins at once, for exactly one. `foreseen` as in struct cs_attempt. */
    enum cs_err (*save)(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrolling *enrolling,
                        uint32_t *foreseen, struct cs_enrolled *ret_enrolled,
                        struct cs_error *error);
};

#endif
