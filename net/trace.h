/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with the requests that were sent and the answers that came, for finding out why a provider
 * refuses. Secrets are replaced (redact.h). Whatever is wrong with the file is one warning and
 * never the end of a login.
 */
#ifndef CS_NET_TRACE_H
#define CS_NET_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/secret.h"

struct cs_trace;

/* Borrowed; copied by cs_trace_new, except for the log, which must outlive the trace. */
struct cs_trace_settings {
    const char *path; /* absolute; its folders and itself belong to us or root, no links */
    int64_t rollover; /* bytes; a larger file is renamed to PATH.TIME and a new one begun; 0: no */
    bool local_time;  /* time stamps in local time instead of UTC */
    bool prefix_all;  /* time and thread before every line, not only before a record's first */
    const struct cs_log *log;
};

/* Nothing is opened yet. NULL when memory ran out. */
struct cs_trace *cs_trace_new(const struct cs_trace_settings *settings) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_trace_free(struct cs_trace **trace);

/* Records; any thread. `trace` may be NULL: then nothing happens. Types and bodies may be NULL;
 * `authorized` says that a token goes along. */
void cs_trace_request(struct cs_trace *trace, const char *base_url, const char *method,
                      const char *target, bool authorized, const char *content_type,
                      const struct cs_secret *body);
void cs_trace_response(struct cs_trace *trace, const char *what, long status,
                       const char *content_type, const struct cs_secret *body);
void cs_trace_failure(struct cs_trace *trace, const char *text);

#endif
