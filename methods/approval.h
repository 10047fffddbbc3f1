/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for an approval elsewhere, and what its end means. */
#ifndef CS_METHODS_APPROVAL_H
#define CS_METHODS_APPROVAL_H

#include "methods/challenge.h"

/*
 * Ends a login's step whose challenge is open in `open`, or could not be begun (`begun`, with
 * `error`): waits as long as the login and its options allow, says what became of it, and ends the
 * challenge.
 */
enum cs_verdict cs_conclude_approval(struct cs_open_challenge *open, const struct cs_method *method,
                                     enum cs_wait_place place, enum cs_err begun,
                                     struct cs_error *error);

#endif
