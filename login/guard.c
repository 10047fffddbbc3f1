/* SPDX-License-Identifier: Apache-2.0 */
#include "login/guard.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"
#include "mapping/map.h"

enum { PLACES = 1024, HOUR_MS = 3600 * 1000 };

struct place {
    char identity[CS_IDENTITY_SIZE]; /* "": free */
    int64_t hour;                    /* when the hour that is counted began */
    unsigned sent;                   /* in that hour, without a proven first factor */
    int64_t refused_until;           /* nothing is sent unasked before */
};

struct cs_guard {
    pthread_mutex_t mutex;
    struct place places[PLACES];
};

struct cs_guard *cs_guard_new(void)
{
    struct cs_guard *guard = calloc(1, sizeof *guard);

    if (guard != NULL)
        pthread_mutex_init(&guard->mutex, NULL);
    return guard;
}

void cs_guard_free(struct cs_guard **guard)
{
    if (*guard == NULL)
        return;
    pthread_mutex_destroy(&(*guard)->mutex);
    free(*guard);
    *guard = NULL;
}

/* Whether something is remembered in it that still holds. */
static bool is_live(const struct place *place, int64_t now)
{
    return place->identity[0] != '\0' &&
           (now < place->refused_until || (place->sent > 0 && now - place->hour < HOUR_MS));
}

/* NULL: nothing is remembered of the identity. */
static struct place *find_place(struct cs_guard *guard, const char *identity)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (strcmp(guard->places[i].identity, identity) == 0)
            return &guard->places[i];
    }
    return NULL;
}

/* One where nothing holds any more. Otherwise NULL, or where `force` is set the one of which the
 * least is lost: nobody may make this forget one identity by asking for many others. */
static struct place *take_place(struct cs_guard *guard, const char *identity, bool force,
                                int64_t now)
{
    struct place *best = &guard->places[0];

    for (size_t i = 0; i < PLACES && is_live(best, now); i++) {
        struct place *place = &guard->places[i];

        if (!is_live(place, now) || place->refused_until < best->refused_until)
            best = place;
    }
    if (!force && is_live(best, now))
        return NULL;
    *best = (struct place){.hour = now};
    (void)snprintf(best->identity, sizeof best->identity, "%s", identity);
    return best;
}

/* With a place of the identity, or NULL. */
static bool is_quiet(const struct place *place, int64_t now)
{
    return place != NULL && now < place->refused_until;
}

/* A few in an hour; none where no place is left to count them. */
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

bool cs_guard_may_send(struct cs_guard *guard, const struct cs_guard_case *what, int64_t now)
{
    unsigned most = what->asked_for ? CS_GUARD_ASKED_PER_HOUR : CS_GUARD_PER_HOUR;
    struct place *place;
    bool may;

    pthread_mutex_lock(&guard->mutex);
    place = find_place(guard, what->identity);
    may = what->asked_for || !is_quiet(place, now);
    if (may && !what->proven)
        may =
            count(place != NULL ? place : take_place(guard, what->identity, false, now), most, now);
    pthread_mutex_unlock(&guard->mutex);
    return may;
}

void cs_guard_refused(struct cs_guard *guard, const char *identity, int64_t now)
{
    struct place *place;

    pthread_mutex_lock(&guard->mutex);
    place = find_place(guard, identity);
    if (place == NULL)
        place = take_place(guard, identity, true, now);
    place->refused_until = now + CS_GUARD_QUIET_MS;
    pthread_mutex_unlock(&guard->mutex);
}
