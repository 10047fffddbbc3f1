/* SPDX-License-Identifier: Apache-2.0 */
/* Limits on running logins: in all, for peers that are not root, and for one such account. */
#ifndef CS_BROKER_LIMITS_H
#define CS_BROKER_LIMITS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

enum { CS_UNPRIVILEGED_MAX = 1000 };

struct cs_limits {
    pthread_mutex_t mutex;
    unsigned total_max, unprivileged_max;
    unsigned total, unprivileged;
    uid_t uids[CS_UNPRIVILEGED_MAX]; /* of the running unprivileged logins */
};

void cs_limits_init(struct cs_limits *limits, unsigned total_max, unsigned unprivileged_max);

/* Takes a place for a login of `uid`; false if there is none. Root is limited only by the total. */
bool cs_limits_enter(struct cs_limits *limits, uid_t uid);
void cs_limits_leave(struct cs_limits *limits, uid_t uid);

#endif
