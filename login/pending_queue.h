/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some providers hold one request for each identity, and a second one ends the first: then whoever
 * starts a login takes an approval away from somebody else's. So logins of one identity at one
 * provider come one after the other, in the order in which they asked.
 */
#ifndef CS_LOGIN_PENDING_QUEUE_H
#define CS_LOGIN_PENDING_QUEUE_H

#include <stdbool.h>

#include "providers/provider.h"

struct cs_pending_queue;

/* One login's place in it; zero: none. The caller's, who leaves it where it is while it is in line.
 */
struct cs_pending_turn {
    const struct cs_provider *provider;
    const char *identity; /* borrowed */
    int event_fd;         /* set when the turn has come */
    bool held;
    struct cs_pending_turn *next;
};

/* NULL when memory ran out. */
struct cs_pending_queue *cs_pending_queue_new(void);

/* Nobody holds a turn or waits for one. Accepts a pointer to NULL, and leaves NULL. */
void cs_pending_queue_free(struct cs_pending_queue **queue);

/* Puts `ret_turn` in line for `identity` at `provider`; it leaves by cs_pending_queue_give. */
enum cs_err cs_pending_queue_join(struct cs_pending_queue *queue,
                                  const struct cs_provider *provider, const char *identity,
                                  struct cs_pending_turn *ret_turn,
                                  struct cs_error *error) CS_MUST_USE;

/* Waits until the turn has come, the call's deadline (CS_ERR_TIMEOUT) or a hang-up
 * (CS_ERR_HANGUP). */
enum cs_err cs_pending_queue_await(const struct cs_pending_turn *turn, const struct cs_call *call,
                                   struct cs_error *error) CS_MUST_USE;

/* Leaves the line, whether the turn has come or not; the next in line is woken. Does nothing with
 * a turn that is not in line. */
void cs_pending_queue_give(struct cs_pending_queue *queue, struct cs_pending_turn *turn);

#endif
