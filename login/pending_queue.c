/* SPDX-License-Identifier: Apache-2.0 */
#include "login/pending_queue.h"

#include <unistd.h>

#include "base/event.h"
#include "base/locked.h"
#include "base/lower.h"

/* Those who hold a turn and those who wait, oldest first. The first for each provider and identity
 * holds its turn. */
struct cs_pending_queue {
    pthread_mutex_t mutex;
    struct cs_pending_turn *first;
};

CS_DEFINE_LOCKED(cs_pending_queue)

/* The next for the same provider and identity, from `turn` on; NULL: none. */
static struct cs_pending_turn *find_same(struct cs_pending_turn *turn,
                                         const struct cs_pending_turn *like)
{
    while (turn != NULL &&
           (turn->provider != like->provider || !cs_same_folded(turn->identity, like->identity)))
        turn = turn->next;
    return turn;
}

static void grant(struct cs_pending_turn *turn)
{
    turn->held = true;
    cs_event_set(turn->event_fd);
}

enum cs_err cs_pending_queue_join(struct cs_pending_queue *queue,
                                  const struct cs_provider *provider, const char *identity,
                                  struct cs_pending_turn *ret_turn, struct cs_error *error)
{
    int event_fd = cs_event_new();
    struct cs_pending_turn **place = &queue->first;

    if (event_fd < 0)
        return cs_fail_errno(error, "waiting for another login: no descriptor is left");
    *ret_turn =
        (struct cs_pending_turn){.provider = provider, .identity = identity, .event_fd = event_fd};
    pthread_mutex_lock(&queue->mutex);
    if (find_same(queue->first, ret_turn) == NULL)
        grant(ret_turn);
    while (*place != NULL)
        place = &(*place)->next;
    *place = ret_turn;
    pthread_mutex_unlock(&queue->mutex);
    return CS_OK;
}

enum cs_err cs_pending_queue_await(const struct cs_pending_turn *turn, const struct cs_call *call,
                                   struct cs_error *error)
{
    switch (cs_event_wait(turn->event_fd, call->cancel_fd, call->deadline)) {
    case CS_WAITED_EVENT:
        return CS_OK;
    case CS_WAITED_HANGUP:
        return cs_fail(
            error, CS_ERR_HANGUP,
            "the login was given up while another login of the same user had its request open");
    default:
        return cs_fail(error, CS_ERR_TIMEOUT,
                       "another login of the same user did not end before this one's time ran out");
    }
}

void cs_pending_queue_give(struct cs_pending_queue *queue, struct cs_pending_turn *turn)
{
    struct cs_pending_turn **place = &queue->first, *next;

    if (turn->provider == NULL)
        return;
    pthread_mutex_lock(&queue->mutex);
    while (*place != turn)
        place = &(*place)->next;
    *place = turn->next;
    next = turn->held ? find_same(turn->next, turn) : NULL;
    if (next != NULL)
        grant(next);
    (void)close(turn->event_fd);
    *turn = (struct cs_pending_turn){0};
    pthread_mutex_unlock(&queue->mutex);
}
