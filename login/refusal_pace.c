/* SPDX-License-Identifier: Apache-2.0 */
#include "login/refusal_pace.h"

#include "base/locked.h"

/* The longest time of this window and of the one before. What is forgotten is at least one window
 * old. */
struct window {
    int64_t begun, longest, before;
};

struct cs_refusal_pace {
    pthread_mutex_t mutex;
    struct window windows[CS_PACES];
};

CS_DEFINE_LOCKED(cs_refusal_pace)

static void move_on(struct window *window, int64_t now)
{
    int64_t age = now - window->begun;

    if (age < CS_PACE_WINDOW_MS)
        return;
    window->before = age < 2 * (int64_t)CS_PACE_WINDOW_MS ? window->longest : 0;
    window->longest = 0;
    window->begun = now;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t cs_refusal_pace_note(struct cs_refusal_pace *pace, enum cs_pace_of of, int64_t elapsed,
                             int64_t now)
{
    struct window *window = &pace->windows[of];
    int64_t usual;

    pthread_mutex_lock(&pace->mutex);
    move_on(window, now);
    window->longest =
        larger(window->longest, elapsed < CS_PACE_MAX_MS ? elapsed : CS_PACE_MAX_MS - 1);
    usual = larger(elapsed, larger(window->longest, window->before));
    pthread_mutex_unlock(&pace->mutex);
    return usual;
}
