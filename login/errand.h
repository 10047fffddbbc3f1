/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that may hang, such as a question to a directory: done by a bounded number of threads of its
 * own, while whoever wants the result waits only as long as suits him. What is not wanted any more
 * before a thread has come to it is never done.
 */
#ifndef CS_LOGIN_ERRAND_H
#define CS_LOGIN_ERRAND_H

#include <stdbool.h>

#include "base/event.h"

enum { CS_ERRANDS_MAX = 32 }; /* at once; further ones wait for a thread */

struct cs_errands;

struct cs_errands *cs_errands_new(void) CS_MUST_USE;

/* Does not wait for work under way, which may go on for longer. Accepts NULL and sets the pointer
 * to NULL. */
void cs_errands_free(struct cs_errands **errands);

/* Whether any work has been under way, or waiting for a thread, for longer than `ms`. */
bool cs_errands_stuck(struct cs_errands *errands, int ms);

/* What is to be done. The data is touched by nobody else until it is done. */
struct cs_errand_kind {
    void (*run)(void *data);
    void (*free)(void *data);
};

struct cs_errand;

/* `data` is taken over, also when this fails. */
enum cs_err cs_errand_start(struct cs_errands *errands, const struct cs_errand_kind *kind,
                            void *data, struct cs_errand **ret_errand,
                            struct cs_error *error) CS_MUST_USE;

/* Waits until it is done (CS_WAITED_EVENT, from then on), the other end of `cancel_fd` (-1: none)
 * is gone, or `until` (cs_clock_ms). It goes on whatever the result is. */
enum cs_waited cs_errand_wait(struct cs_errand *errand, int cancel_fd, int64_t until) CS_MUST_USE;

/* The data, once it is done. */
void *cs_errand_data(struct cs_errand *errand);

/* No longer wanted. Accepts NULL and sets the pointer to NULL. */
void cs_errand_release(struct cs_errand **errand);

#endif
