/* SPDX-License-Identifier: Apache-2.0 */
#include "net/parked.h"

static struct cs_http_list *list_of(struct cs_parked *parked, int64_t beat)
{
    return &parked->beats[beat % CS_PARKED_BEATS];
}

void cs_parked_init(struct cs_parked *parked, int64_t now)
{
    *parked = (struct cs_parked){.seen = now / CS_HOLD_BEAT_MS};
    for (size_t i = 0; i < CS_PARKED_BEATS; i++)
        cs_http_list_init(&parked->beats[i]);
}

void cs_parked_add(struct cs_parked *parked, struct cs_http_job *job)
{
    int64_t beat = (job->due + CS_HOLD_BEAT_MS - 1) / CS_HOLD_BEAT_MS;

    if (beat <= parked->seen)
        beat = parked->seen + 1;
    cs_http_list_append(list_of(parked, beat), job);
    parked->count++;
    parked->ever = true;
}

void cs_parked_remove(struct cs_parked *parked, struct cs_http_list *beat, struct cs_http_job *job)
{
    cs_http_list_remove(beat, job);
    parked->count--;
}

static void take_beat(struct cs_parked *parked, struct cs_http_list *beat, int64_t now,
                      struct cs_http_list *list)
{
    struct cs_http_job *next;

    for (struct cs_http_job *job = beat->first; job != NULL; job = next) {
        next = job->next;
        if (job->due > now)
            continue;
        cs_parked_remove(parked, beat, job);
        cs_http_list_append(list, job);
    }
}

void cs_parked_take(struct cs_parked *parked, int64_t now, struct cs_http_list *list)
{
    int64_t last = now / CS_HOLD_BEAT_MS;

    if (last - parked->seen > CS_PARKED_BEATS) /* each list once is enough */
        parked->seen = last - CS_PARKED_BEATS;
    while (parked->seen < last)
        take_beat(parked, list_of(parked, ++parked->seen), now, list);
}

int cs_parked_left(const struct cs_parked *parked, int64_t now, int most)
{
    for (int64_t beat = parked->seen + 1;
         parked->count > 0 && beat <= parked->seen + CS_PARKED_BEATS; beat++) {
        int64_t left = beat * CS_HOLD_BEAT_MS - now;

        if (parked->beats[beat % CS_PARKED_BEATS].first != NULL)
            return left >= most ? most : left > 0 ? (int)left : 0;
    }
    return most;
}
