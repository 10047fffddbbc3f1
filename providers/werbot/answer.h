/* SPDX-License-Identifier: Apache-2.0 */
/* What Werbot's server answers. Only one answer lets anybody in. */
#ifndef CS_PROVIDERS_WERBOT_ANSWER_H
#define CS_PROVIDERS_WERBOT_ANSWER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/reason.h"
#include "net/http.h"

struct cs_werbot_answer {
    bool success;
    enum cs_reason reason; /* of a refusal, if the server said it; else CS_REASON_NONE */
    bool own_fault;        /* the server does not know this machine's service */
    char said[128];        /* for the log, sanitised: status and reason */
};

/*
 * Reads an answer: a JSON object with a `status`, and access only for exactly "success" with
 * status 200, and an `error` that is missing or null. CS_ERR_UNAVAILABLE: any other status of HTTP,
 * or no such object. The server is there then, so nothing fails open.
 */
enum cs_err cs_werbot_answer_read(const struct cs_http_response *response,
                                  struct cs_werbot_answer *ret_answer,
                                  struct cs_error *error) CS_MUST_USE;

#endif
