/* SPDX-License-Identifier: Apache-2.0 */
#include "login/delivery_limit.h"

#include <stdio.h>
#include <string.h>

#include "base/attributes.h"
#include "base/locked.h"
#include "base/lower.h"
#include "mapping/map.h"

enum { PLACES = 1024, HOUR_MS = 3600 * 1000 };

struct place {
    char identity[CS_IDENTITY_SIZE]; /* "": free */
    int64_t hour;                    /* when the current hour of counting began */
    unsigned sent;                   /* in that hour, without a proven first factor */
    int64_t refused_until;           /* until then nothing is sent that is not wanted */
};

struct cs_delivery_limit {
    pthread_mutex_t mutex;
    struct place places[PLACES];
};

CS_DEFINE_LOCKED(cs_delivery_limit)

/* Whether the place still holds anything that counts. */
static bool is_live(const struct place *place, int64_t now)
{
    return place->identity[0] != '\0' &&
           (now < place->refused_until || (place->sent > 0 && now - place->hour < HOUR_MS));
}

/* NULL: nothing is remembered about the identity. */
static struct place *find_place(struct cs_delivery_limit *limit, const char *identity)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (cs_same_folded(limit->places[i].identity, identity))
            return &limit->places[i];
    }
    return NULL;
}

/* Takes a place that no longer holds anything. If there is none: NULL, or with `force` the place
 * whose loss costs least. Nobody may make this forget one identity by asking for many others. */
static struct place *take_place(struct cs_delivery_limit *limit, const char *identity, bool force,
                                int64_t now)
{
    struct place *best = &limit->places[0];

    for (size_t i = 0; i < PLACES && is_live(best, now); i++) {
        struct place *place = &limit->places[i];

        if (!is_live(place, now) || place->refused_until < best->refused_until)
            best = place;
    }
    if (!force && is_live(best, now))
        return NULL;
    *best = (struct place){.hour = now};
    (void)snprintf(best->identity, sizeof best->identity, "%s", identity);
    return best;
}

/* `place` is the identity's, or NULL. */
static bool is_quiet(const struct place *place, int64_t now)
{
    return place != NULL && now < place->refused_until;
}

/* Allows a few each hour, and none if there is no place to count them in. */
static bool count(struct place *place, unsigned most, int64_t now)
{
    if (place == NULL)
        return false;
    if (now - place->hour >= HOUR_MS) {
        place->hour = now;
        place->sent = 0;
    }
    if (place->sent >= most)
        return false;
    place->sent++;
    return true;
}

/* Whether it may be sent although a request was just refused. */
static bool is_wanted(const struct cs_sending *sending)
{
    return sending->proven && (sending->asked_for || sending->attended);
}

bool cs_delivery_limit_may_send(struct cs_delivery_limit *limit, const char *identity,
                                const struct cs_sending *sending, int64_t now)
{
    unsigned most = sending->asked_for ? CS_DELIVERIES_ASKED_PER_HOUR : CS_DELIVERIES_PER_HOUR;
    struct place *place;
    bool may;

    pthread_mutex_lock(&limit->mutex);
    place = find_place(limit, identity);
    may = is_wanted(sending) || !is_quiet(place, now);
    if (may && !sending->proven)
        may = count(place != NULL ? place : take_place(limit, identity, false, now), most, now);
    pthread_mutex_unlock(&limit->mutex);
    return may;
}

void cs_delivery_limit_refused(struct cs_delivery_limit *limit, const char *identity, int64_t now)
{
    struct place *place;

    pthread_mutex_lock(&limit->mutex);
    place = find_place(limit, identity);
    if (place == NULL)
        place = take_place(limit, identity, true, now);
    place->refused_until = now + CS_DELIVERY_QUIET_MS;
    pthread_mutex_unlock(&limit->mutex);
}
