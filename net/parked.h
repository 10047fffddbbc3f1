/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that wait for their time, for the I/O thread alone. Adding one and taking those that are due
 * costs the same however many there are. */
#ifndef CS_NET_PARKED_H
#define CS_NET_PARKED_H

#include "net/http_priv.h"

/* A job is in the list of its beat; those whose time is a turn or more away stay when their list's
 * turn comes. */
enum { CS_PARKED_BEATS = 64 };

struct cs_parked {
    struct cs_http_list beats[CS_PARKED_BEATS];
    size_t count;
    bool ever;    /* a job was here: some may now wait elsewhere, and nobody else watches them */
    int64_t seen; /* the last beat that was looked at, in beats since the clock began */
};

void cs_parked_init(struct cs_parked *parked, int64_t now);

/* Until `due` of the job; if that is over, it is taken at the next beat. */
void cs_parked_add(struct cs_parked *parked, struct cs_http_job *job);

/* For a job that leaves before its time. */
void cs_parked_remove(struct cs_parked *parked, struct cs_http_list *beat, struct cs_http_job *job);

/* Moves the jobs that are due to `list`. */
void cs_parked_take(struct cs_parked *parked, int64_t now, struct cs_http_list *list);

/* Milliseconds until one may be due; `most` if that is longer, or none is there. */
int cs_parked_left(const struct cs_parked *parked, int64_t now, int most);

#endif
