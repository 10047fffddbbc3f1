/* SPDX-License-Identifier: Apache-2.0 */
/* Who has a `countersign self` going on: one for each account, and not many at once. */
#ifndef CS_LOGIN_SELF_PLACES_H
#define CS_LOGIN_SELF_PLACES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CS_SELF_PLACES = 256 };

struct cs_self_places {
    pthread_mutex_t mutex;
    uid_t uids[CS_SELF_PLACES];
    size_t count;
};

void cs_self_places_init(struct cs_self_places *places);

/* False: that account has one, or there is no place left. */
bool cs_self_places_take(struct cs_self_places *places, uid_t uid);
void cs_self_places_give(struct cs_self_places *places, uid_t uid);

#endif
