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
    int64_t touched;
    int64_t hour;          /* when the hour that is counted began */
    unsigned sent;         /* in that hour, without a proven first factor */
    int64_t refused_until; /* nothing is sent unasked before */
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

/* The identity's place, or the one that nobody asked for the longest time. */
static struct place *find_place(struct cs_guard *guard, const char *identity, int64_t now)
{
    struct place *oldest = &guard->places[0];

    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &guard->places[i];

        if (strcmp(place->identity, identity) == 0) {
            place->touched = now;
            return place;
        }
        if (place->touched < oldest->touched)
            oldest = place;
    }
    *oldest = (struct place){.touched = now, .hour = now};
    (void)snprintf(oldest->identity, sizeof oldest->identity, "%s", identity);
    return oldest;
}

bool cs_guard_may_send(struct cs_guard *guard, const char *identity, bool proven, int64_t now)
{
    struct place *place;
    bool may;

    pthread_mutex_lock(&guard->mutex);
    place = find_place(guard, identity, now);
    if (now - place->hour >= HOUR_MS) {
        place->hour = now;
        place->sent = 0;
    }
    may = now >= place->refused_until && (proven || place->sent < CS_GUARD_PER_HOUR);
    place->sent += may && !proven;
    pthread_mutex_unlock(&guard->mutex);
    return may;
}

void cs_guard_refused(struct cs_guard *guard, const char *identity, int64_t now)
{
    pthread_mutex_lock(&guard->mutex);
    find_place(guard, identity, now)->refused_until = now + CS_GUARD_QUIET_MS;
    pthread_mutex_unlock(&guard->mutex);
}
