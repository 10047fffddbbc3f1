/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits on running logins: in all, for peers that are not root, and for one such account. A peer
 * that is root asks for others: once its request is known, whoever asks from this machine (by way
 * of su or sudo) has a share of the places, and part of them is kept for those who have shown a
 * key.
 */
#ifndef CS_BROKER_LIMITS_H
#define CS_BROKER_LIMITS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    CS_UNPRIVILEGED_MAX = 1000,
    CS_ASKERS = 1024,
    CS_REFUSAL_PLACES = 64,
    CS_PACE_PLACES = 256,
    CS_PACE_MAX = 30
};

/* What was said of peers that were refused. */
struct cs_refusal {
    bool used;
    int64_t told;  /* cs_clock_ms of the last line */
    unsigned more; /* since then */
};

/* How many sessions an account has begun lately; accounts whose uids fall together share it. */
struct cs_pace {
    int64_t since; /* cs_clock_ms */
    unsigned count;
};

struct cs_limits {
    pthread_mutex_t mutex;
    unsigned total_max, unprivileged_max;
    unsigned total, unprivileged;
    unsigned self_only;                   /* of the unprivileged: who may do nothing else */
    uint64_t refused;                     /* connections for which there was no place */
    unsigned keyless;                     /* of those whose request is known, without a key */
    uid_t uids[CS_UNPRIVILEGED_MAX];      /* of the unprivileged logins that run */
    uint16_t askers[CS_ASKERS];           /* logins of each that asks from here, by a hash */
    struct cs_pace paces[CS_PACE_PLACES]; /* by uid */
    struct cs_refusal refusals[CS_REFUSAL_PLACES]; /* by uid */
};

void cs_limits_init(struct cs_limits *limits, unsigned total_max, unsigned unprivileged_max);

/* Takes a place for a login of `uid`; false if there is none. Root is limited only by the total.
 * `self_only`: the peer is let in for `countersign self` alone. All of those together have half of
 * what peers that are not root have, so that the other half stays for logins by screen lockers and
 * daemons. */
bool cs_limits_enter(struct cs_limits *limits, uid_t uid, bool self_only);
/* How many run, and how often there was no place. */
void cs_limits_count(struct cs_limits *limits, unsigned *ret_running, uint64_t *ret_refused);

void cs_limits_leave(struct cs_limits *limits, uid_t uid, bool self_only);

/* What a place is for, when the request is known. */
struct cs_claim {
    const char *asker; /* whoever asks from this machine; NULL: the login comes from elsewhere */
    bool has_key;      /* sshd has accepted one */
};

/* Whether the login may go on; then cs_limits_release is due. */
bool cs_limits_claim(struct cs_limits *limits, const struct cs_claim *claim);
void cs_limits_release(struct cs_limits *limits, const struct cs_claim *claim);

/* Whether that account may begin another session at `now` (cs_clock_ms): CS_PACE_MAX in a minute.
 * Each writes a few lines to the log whatever becomes of it, and where the log takes so many in a
 * while and no more, those of other people's logins would be lost. */
bool cs_limits_may_begin(struct cs_limits *limits, uid_t uid, int64_t now);

/* Whether a line about a peer that is refused is due: one for each uid and minute. *ret_more: how
 * many went without one since the last. `now` is cs_clock_ms. */
bool cs_limits_tell(struct cs_limits *limits, uid_t uid, int64_t now, unsigned *ret_more);

#endif
