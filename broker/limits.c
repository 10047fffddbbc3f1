/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/limits.h"

enum {
    /* One account may use this part of the places for peers that are not root, and one asker this
     * part of all; and this part of all is kept for those who have shown a key. */
    SHARE = 4,
    SELF_SHARE = 2, /* all accounts that are there for `countersign self` alone have this part */
    TELL_MS = 60 * 1000,
    PACE_MS = 60 * 1000,
};

void cs_limits_init(struct cs_limits *limits, unsigned total_max, unsigned unprivileged_max)
{
    *limits = (struct cs_limits){.total_max = total_max, .unprivileged_max = unprivileged_max};
    if (unprivileged_max > CS_UNPRIVILEGED_MAX)
        limits->unprivileged_max = CS_UNPRIVILEGED_MAX;
    if (limits->unprivileged_max > total_max / 2) /* root always has room */
        limits->unprivileged_max = total_max / 2;
    pthread_mutex_init(&limits->mutex, NULL);
}

static bool has_place(const struct cs_limits *limits, uid_t uid, bool self_only)
{
    unsigned same = 0;

    if (limits->total >= limits->total_max)
        return false;
    if (uid == 0)
        return true;
    if (self_only && limits->self_only >= (limits->unprivileged_max + SELF_SHARE - 1) / SELF_SHARE)
        return false;
    for (unsigned i = 0; i < limits->unprivileged; i++)
        same += limits->uids[i] == uid;
    return limits->unprivileged < limits->unprivileged_max &&
           same < (limits->unprivileged_max + SHARE - 1) / SHARE;
}

bool cs_limits_enter(struct cs_limits *limits, uid_t uid, bool self_only)
{
    bool place;

    pthread_mutex_lock(&limits->mutex);
    place = has_place(limits, uid, self_only);
    if (place) {
        limits->total++;
        limits->self_only += self_only;
        if (uid != 0)
            limits->uids[limits->unprivileged++] = uid;
    }
    limits->refused += !place;
    pthread_mutex_unlock(&limits->mutex);
    return place;
}

void cs_limits_count(struct cs_limits *limits, unsigned *ret_running, uint64_t *ret_refused)
{
    pthread_mutex_lock(&limits->mutex);
    *ret_running = limits->total;
    *ret_refused = limits->refused;
    pthread_mutex_unlock(&limits->mutex);
}

static void remove_uid(struct cs_limits *limits, uid_t uid)
{
    for (unsigned i = 0; i < limits->unprivileged; i++) {
        if (limits->uids[i] == uid) {
            limits->uids[i] = limits->uids[--limits->unprivileged];
            return;
        }
    }
}

void cs_limits_leave(struct cs_limits *limits, uid_t uid, bool self_only)
{
    pthread_mutex_lock(&limits->mutex);
    if (uid != 0)
        remove_uid(limits, uid);
    limits->total--;
    limits->self_only -= self_only;
    pthread_mutex_unlock(&limits->mutex);
}

static uint16_t *places_of(struct cs_limits *limits, const char *asker)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (; *asker != '\0'; asker++)
        hash = (hash ^ (unsigned char)*asker) * 16777619U;
    return &limits->askers[(hash ^ hash >> 16) % CS_ASKERS];
}

bool cs_limits_claim(struct cs_limits *limits, const struct cs_claim *claim)
{
    const unsigned share = (limits->total_max + SHARE - 1) / SHARE;
    bool place = true;

    pthread_mutex_lock(&limits->mutex);
    if (!claim->has_key)
        place = limits->keyless < limits->total_max - limits->total_max / SHARE;
    if (place && claim->asker != NULL)
        place = *places_of(limits, claim->asker) < share;
    if (place) {
        limits->keyless += !claim->has_key;
        if (claim->asker != NULL)
            (*places_of(limits, claim->asker))++;
    }
    limits->refused += !place;
    pthread_mutex_unlock(&limits->mutex);
    return place;
}

void cs_limits_release(struct cs_limits *limits, const struct cs_claim *claim)
{
    pthread_mutex_lock(&limits->mutex);
    limits->keyless -= !claim->has_key;
    if (claim->asker != NULL)
        (*places_of(limits, claim->asker))--;
    pthread_mutex_unlock(&limits->mutex);
}

bool cs_limits_may_begin(struct cs_limits *limits, uid_t uid, int64_t now)
{
    struct cs_pace *pace = &limits->paces[uid % CS_PACE_PLACES];
    bool may;

    pthread_mutex_lock(&limits->mutex);
    if (pace->count == 0 || now - pace->since >= PACE_MS)
        *pace = (struct cs_pace){.since = now};
    may = pace->count < CS_PACE_MAX;
    pace->count += may;
    limits->refused += !may;
    pthread_mutex_unlock(&limits->mutex);
    return may;
}

bool cs_limits_tell(struct cs_limits *limits, uid_t uid, int64_t now, unsigned *ret_more)
{
    struct cs_refusal *refusal = &limits->refusals[uid % CS_REFUSAL_PLACES];
    bool due;

    pthread_mutex_lock(&limits->mutex);
    due = !refusal->used || now - refusal->told >= TELL_MS;
    *ret_more = refusal->more;
    *refusal = due ? (struct cs_refusal){.used = true, .told = now}
                   : (struct cs_refusal){true, refusal->told, refusal->more + 1};
    pthread_mutex_unlock(&limits->mutex);
    return due;
}
