/* SPDX-License-Identifier: Apache-2.0 */
/* Work that may hang, such as a question to a directory. A bounded number of threads does it, while
 * the caller waits only as long as it chooses. If nobody wants the work any more before a thread
 * gets to it, it is never done. */
#ifndef CS_LOGIN_ERRAND_H
#define CS_LOGIN_ERRAND_H

#include <stdbool.h>

#include "base/event.h"

enum { CS_ERRANDS_MAX = 32 }; /* at once; more have to wait for a thread */

struct cs_errands;

struct cs_errands *cs_errands_new(void) CS_MUST_USE;

/* Does not wait for work in progress, which may go on for longer. Accepts NULL and sets the pointer
 * to NULL. */
void cs_errands_free(struct cs_errands **errands);

/* Whether any work has been in progress or queued for longer than `ms`. */
bool cs_errands_stuck(struct cs_errands *errands, int ms);

/* The work. Nobody else touches the data until it is done. */
struct cs_errand_kind {
    void (*run)(void *data);
    void (*free)(void *data);
};

struct cs_errand;

/* Takes over `data`, even on failure. */
enum cs_err cs_errand_start(struct cs_errands *errands, const struct cs_errand_kind *kind,
                            void *data, struct cs_errand **ret_errand,
                            struct cs_error *error) CS_MUST_USE;

/* Waits until it is done (CS_WAITED_EVENT, from then on), the other end of `cancel_fd` (-1: none)
 * is gone, or `until` (cs_clock_ms). The work goes on in every case. */
enum cs_waited cs_errand_wait(struct cs_errand *errand, int cancel_fd, int64_t until) CS_MUST_USE;

/* The data, once it is done. */
void *cs_errand_data(struct cs_errand *errand);

/* No longer wanted. Accepts NULL and sets the pointer to NULL. */
void cs_errand_release(struct cs_errand **errand);

#endif
