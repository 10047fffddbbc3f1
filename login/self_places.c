/* SPDX-License-Identifier: Apache-2.0 */
#include "login/self_places.h"

void cs_self_places_init(struct cs_self_places *places)
{
    places->count = 0;
    pthread_mutex_init(&places->mutex, NULL);
}

/* Its index; `count` if it has none. Called with the mutex held. */
static size_t find(const struct cs_self_places *places, uid_t uid)
{
    size_t i = 0;

    while (i < places->count && places->uids[i] != uid)
        i++;
    return i;
}

bool cs_self_places_take(struct cs_self_places *places, uid_t uid)
{
    bool taken;

    pthread_mutex_lock(&places->mutex);
    taken = places->count < CS_SELF_PLACES && find(places, uid) == places->count;
    if (taken)
        places->uids[places->count++] = uid;
    pthread_mutex_unlock(&places->mutex);
    return taken;
}

void cs_self_places_give(struct cs_self_places *places, uid_t uid)
{
    size_t place;

    pthread_mutex_lock(&places->mutex);
    place = find(places, uid);
    if (place < places->count)
        places->uids[place] = places->uids[--places->count];
    pthread_mutex_unlock(&places->mutex);
}
