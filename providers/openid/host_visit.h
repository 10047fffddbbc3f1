/* SPDX-License-Identifier: Apache-2.0 */
/* A look at a provider (host.h), in parts: what each part shares, and how it says what it found. */
#ifndef CS_PROVIDERS_OPENID_HOST_VISIT_H
#define CS_PROVIDERS_OPENID_HOST_VISIT_H

#include "providers/openid/announced.h"
#include "providers/openid/host.h"
#include "providers/openid/openid.h"

struct cs_openid_visit {
    struct cs_openid *openid;
    struct cs_call call;
    struct cs_openid_metadata metadata; /* none before they were read: token_endpoint is NULL */
    struct cs_openid_announced announced;
    struct cs_openid_host *host;
    bool failed; /* memory ran out; sticky */
};

/* Note what was found; texts are copied. A text that is NULL is no fact. */
void cs_visit_fact(struct cs_openid_visit *visit, const char *name, const char *what,
                   const char *text);
void cs_visit_number(struct cs_openid_visit *visit, const char *name, const char *what,
                     int64_t number, const char *unit);
void cs_visit_limit(struct cs_openid_visit *visit, const char *format, ...) CS_PRINTF(2, 3);
void cs_visit_problem(struct cs_openid_visit *visit, const char *format, ...) CS_PRINTF(2, 3);

/* Whether the machine's clients are accepted, and a token if there is one without a user. */
void cs_visit_clients(struct cs_openid_visit *visit);

#endif
