/* SPDX-License-Identifier: Apache-2.0 */
/* Some providers hold one request for each identity, and a second request ends the first. Anyone
 * who starts a login would then take an approval away from another. So logins of one identity at
 * one provider take turns, in the order in which they asked. */
#ifndef CS_LOGIN_PENDING_QUEUE_H
#define CS_LOGIN_PENDING_QUEUE_H

#include <stdbool.h>

#include "providers/provider.h"

struct cs_pending_queue;

/* One login's place in the queue; zero: none. The caller owns it and must not move it while it is
 * in the queue. */
struct cs_pending_turn {
    const struct cs_provider *provider;
    const char *identity; /* borrowed */
    int event_fd;         /* set when the turn comes */
    bool held;
    struct cs_pending_turn *next;
};

/* NULL if memory ran out. */
struct cs_pending_queue *cs_pending_queue_new(void);

/* Call it when nobody holds a turn or waits for one. Accepts a pointer to NULL, and leaves NULL. */
void cs_pending_queue_free(struct cs_pending_queue **queue);

/* Puts `ret_turn` in the queue for `identity` at `provider`; cs_pending_queue_give takes it out. */
enum cs_err cs_pending_queue_join(struct cs_pending_queue *queue,
                                  const struct cs_provider *provider, const char *identity,
                                  struct cs_pending_turn *ret_turn,
                                  struct cs_error *error) CS_MUST_USE;

/* Waits for the turn, the call's deadline (CS_ERR_TIMEOUT) or a hang-up (CS_ERR_HANGUP). */
enum cs_err cs_pending_queue_await(const struct cs_pending_turn *turn, const struct cs_call *call,
                                   struct cs_error *error) CS_MUST_USE;

/* Leaves the queue, whether the turn has come or not, and wakes the next login. Does nothing if the
 * turn is not in the queue. */
void cs_pending_queue_give(struct cs_pending_queue *queue, struct cs_pending_turn *turn);

#endif
