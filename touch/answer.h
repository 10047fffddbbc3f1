/* SPDX-License-Identifier: Apache-2.0 */
/* A request line in, the key touched, the answer line out. */
#ifndef CS_TOUCH_ANSWER_H
#define CS_TOUCH_ANSWER_H

#include "base/buffer.h"
#include "u2f/relay.h"

struct cs_touch_job {
    const char *line; /* the request, or a text with one in it */
    size_t length;
    const char *host; /* what this side knows of the server: becomes the origin */
    enum cs_u2f_purpose purpose;
    unsigned seconds;    /* to be touched in */
    const char *askpass; /* shows the notice where there is no terminal; NULL for none */
    const char *quote;   /* lines to be shown before the notice, each ended; "" for none */
};

/* Appends the answer line without its end. Until then a notice names the host: on the terminal, or
 * by the other askpass, or on standard error. CS_ERR_INPUT where the request or the host is not
 * valid; else as u2f/touch.h. */
enum cs_err cs_touch_answer(const struct cs_touch_job *job, struct cs_buffer *out,
                            struct cs_error *error) CS_MUST_USE;

#endif
