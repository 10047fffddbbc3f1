/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a request line, has the key touched and writes the answer line. */
#ifndef CS_TOUCH_ANSWER_H
#define CS_TOUCH_ANSWER_H

#include "base/buffer.h"
#include "touch/person.h"
#include "u2f/relay.h"

struct cs_touch_job {
    const char *line; /* the request, or a text with one in it */
    size_t length;
    const char *host; /* the server's name on this side: becomes the origin */
    enum cs_u2f_purpose purpose;
    unsigned seconds;  /* time for the touch */
    const char *quote; /* lines to show before the notice, each with its newline; "" for none */
};

/* Appends the answer line without its newline; nothing if no key here is one that the request names
 * and the server has further ones, which an empty answer asks for. Unless that is known at once,
 * the person is told the host; the time begins when they are. CS_ERR_INPUT if the request or the
 * host is not valid; otherwise what the person's `tell` returns or as in u2f/touch.h. */
enum cs_err cs_touch_answer(const struct cs_touch_job *job, struct cs_touch_person *person,
                            struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
