/* SPDX-License-Identifier: Apache-2.0 */
/* The codes that have let a user in, so that none lets anybody in twice, whatever a provider says:
 * a tenant may allow codes to be reused. This process alone keeps them, as keyed hashes, for longer
 * than any code is valid. A login claims a code before it is judged and gives it back if it was
 * wrong: of many logins that bring the same code at once, one is judged. */
#ifndef CS_LOGIN_ACCEPTED_CODES_H
#define CS_LOGIN_ACCEPTED_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

enum { CS_ACCEPTED_CODE_MS = 3600 * 1000, CS_ACCEPTED_CODES_MAX = 8192 };

struct cs_accepted_codes;

/* NULL when memory or random numbers ran out. */
struct cs_accepted_codes *cs_accepted_codes_new(void);
void cs_accepted_codes_free(struct cs_accepted_codes **codes);

/* *ret_claimed: the code has let nobody in for that identity, and no other login is having it
 * judged. Then the caller must settle it. `now` is cs_clock_ms. If there is no room, nothing is
 * claimed; the codes that were accepted longest ago make room. */
enum cs_err cs_accepted_codes_claim(struct cs_accepted_codes *codes, const char *identity,
                                    const struct cs_secret *code, int64_t now, bool *ret_claimed,
                                    struct cs_error *error) CS_MUST_USE;

/* Says what became of a claimed code. */
void cs_accepted_codes_settle(struct cs_accepted_codes *codes, const char *identity,
                              const struct cs_secret *code, bool accepted, int64_t now);

#endif
