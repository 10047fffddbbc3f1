/* SPDX-License-Identifier: Apache-2.0 */
/* What the answer to a poll means (RFC 8628 section 3.5, CIBA Core section 11). */
#ifndef CS_PROVIDERS_OPENID_PROGRESS_H
#define CS_PROVIDERS_OPENID_PROGRESS_H

#include <stdbool.h>

#include "base/log.h"
#include "providers/openid/answer.h"
#include "providers/provider.h"

/*
 * Judges an answer that is not CS_OPENID_SUCCESS. `expired`: the request's life is over by our own
 * clock, because some servers never say so. `lost`: the answer to an earlier poll never came, so
 * that it may have had the tokens, which are given once. Only "authorization_pending", "slow_down"
 * and a server that is busy let the wait go on; every other word ends it.
 * CS_ERR_UNREACHABLE: the server is busy.
 */
enum cs_err cs_openid_progress(const struct cs_log *log, const struct cs_openid_answer *answer,
                               bool expired, bool lost, struct cs_approval_state *ret_state,
                               struct cs_error *error) CS_MUST_USE;

#endif
