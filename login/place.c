/* SPDX-License-Identifier: Apache-2.0 */
/* A login's place among those that run (running.h): what a kill leaves of it. */
#include <string.h>

#include "base/clock.h"
#include "login/login_priv.h"

enum { PLACES = 64 }; /* of one file of a broker; a session has one login */

static void copy(char *to, size_t size, const char *text)
{
    size_t length = text != NULL ? strnlen(text, size - 1) : 0;

    memcpy(to, text != NULL ? text : "", length);
    to[length] = '\0';
}

#define COPY(member, text) copy((member), sizeof(member), (text))

/* What does not change any more. */
static void fill(struct cs_running_place *place, const struct cs_login *login)
{
    const struct cs_request *request = login->request;

    cs_record_id_next(cs_engine_record_ids(login->engine), place->id);
    COPY(place->user, request->user);
    COPY(place->service, request->service);
    COPY(place->address, login->address[0] ? login->address : request->rhost);
    COPY(place->tty, request->tty);
    COPY(place->method, login->options.auth_method);
    place->peer_uid = (uint32_t)login->peer.uid;
    place->standalone = (request->flags & CS_REQUEST_STANDALONE) != 0;
}

/* The first answer takes a place: without one there is nothing that a kill could hide. What was
 * typed as an identity may be a password, so the place has the mapping's. */
static void refresh(struct cs_login *login, const struct cs_channel *channel)
{
    bool alone = (login->request->flags & CS_REQUEST_STANDALONE) != 0;

    if (login->place == NULL) {
        login->place =
            cs_running_enter(cs_engine_running(login->engine, alone ? 1 : PLACES), &login->log);
        if (login->place == NULL)
            return;
        fill(login->place, login);
    }
    COPY(login->place->identity, login->identity);
    login->place->answers = channel->answers;
    login->place->milliseconds = cs_clock_ms() - login->started;
    login->place->time = cs_clock_seconds();
}

uint32_t *cs_login_note_judging(struct cs_login *login, const struct cs_channel *channel)
{
    struct cs_running_place *place;

    refresh(login, channel);
    place = login->place;
    if (place == NULL)
        return NULL;
    place->foreseen = CS_REASON_NONE;
    place->judging = true;
    atomic_store_explicit(&place->state, CS_RUNNING_HELD, memory_order_release);
    return &place->foreseen;
}

void cs_login_note_judged(struct cs_login *login, const struct cs_method_result *result,
                          const struct cs_channel *channel)
{
    struct cs_running_place *place;

    refresh(login, channel);
    place = login->place;
    if (place == NULL)
        return;
    place->last = result->last;
    place->tally = result->tally;
    place->clock_off = result->clock_off;
    atomic_signal_fence(memory_order_seq_cst); /* a kill here leaves both: told twice, not never */
    place->judging = false;
    atomic_store_explicit(&place->state, CS_RUNNING_HELD, memory_order_release);
}

void cs_login_leave_place(struct cs_login *login)
{
    if (login->place != NULL)
        cs_running_leave(cs_engine_running(login->engine, PLACES), &login->place);
}
