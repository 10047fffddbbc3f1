/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with the requests sent and the answers received, for finding out why a provider refuses.
 * Secrets are replaced (redact.h). A problem with the file causes one warning and never ends a
 * login.
 */
#ifndef CS_NET_TRACE_H
#define CS_NET_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/secret.h"

struct cs_trace;

/* Borrowed; cs_trace_new copies all but the log, which must outlive the trace. */
struct cs_trace_settings {
    const char *path; /* absolute, no links; the file and its folders belong to us or root */
    int64_t rollover; /* bytes; a larger file is renamed to PATH.TIME and a new one started; 0:
                       * never */
    bool local_time;  /* time stamps in local time instead of UTC */
    bool prefix_all;  /* time and thread on every line, not only on a record's first */
    const struct cs_log *log;
};

/* Opens nothing yet. NULL if memory ran out. */
struct cs_trace *cs_trace_new(const struct cs_trace_settings *settings) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_trace_free(struct cs_trace **trace);

/* Write a record, from any thread; do nothing if `trace` is NULL. Types and bodies may be NULL.
 * `authorized`: the request carries a token or credentials. */
void cs_trace_request(struct cs_trace *trace, const char *base_url, const char *method,
                      const char *target, bool authorized, const char *content_type,
                      const struct cs_secret *body);
void cs_trace_response(struct cs_trace *trace, const char *what, long status,
                       const char *content_type, const struct cs_secret *body);
void cs_trace_failure(struct cs_trace *trace, const char *text);

#endif
