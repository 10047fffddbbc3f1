/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/limits.h"

/* The share of the unprivileged places that one account may use. */
enum { SHARE = 4 };

void cs_limits_init(struct cs_limits *limits, unsigned total_max, unsigned unprivileged_max)
{
    *limits = (struct cs_limits){.total_max = total_max, .unprivileged_max = unprivileged_max};
    if (unprivileged_max > CS_UNPRIVILEGED_MAX)
        limits->unprivileged_max = CS_UNPRIVILEGED_MAX;
    if (limits->unprivileged_max > total_max / 2) /* root always has room */
        limits->unprivileged_max = total_max / 2;
    pthread_mutex_init(&limits->mutex, NULL);
}

static bool has_place(const struct cs_limits *limits, uid_t uid)
{
    unsigned same = 0;

    if (limits->total >= limits->total_max)
        return false;
    if (uid == 0)
        return true;
    for (unsigned i = 0; i < limits->unprivileged; i++)
        same += limits->uids[i] == uid;
    return limits->unprivileged < limits->unprivileged_max &&
           same < (limits->unprivileged_max + SHARE - 1) / SHARE;
}

bool cs_limits_enter(struct cs_limits *limits, uid_t uid)
{
    bool place;

    pthread_mutex_lock(&limits->mutex);
    place = has_place(limits, uid);
    if (place) {
        limits->total++;
        if (uid != 0)
            limits->uids[limits->unprivileged++] = uid;
    }
    pthread_mutex_unlock(&limits->mutex);
    return place;
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

void cs_limits_leave(struct cs_limits *limits, uid_t uid)
{
    pthread_mutex_lock(&limits->mutex);
    if (uid != 0)
        remove_uid(limits, uid);
    limits->total--;
    pthread_mutex_unlock(&limits->mutex);
}
