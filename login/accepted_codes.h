/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which codes somebody got in with, so that none lets in twice whatever a provider says of it: a
 * tenant may allow that a code is used again. Kept by this process alone, as keyed hashes, for
 * longer than any code is valid. A code is claimed before it is judged and given back when it was
 * wrong: of many logins that bring one code at once, one is judged.
 */
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

/* *ret_claimed: nobody got in with that code of that identity, and no other login has it judged.
 * Then it must be settled. `now` is cs_clock_ms. While there is no room nothing is claimed; codes
 * that were accepted longest ago make room for others. */
enum cs_err cs_accepted_codes_claim(struct cs_accepted_codes *codes, const char *identity,
                                    const struct cs_secret *code, int64_t now, bool *ret_claimed,
                                    struct cs_error *error) CS_MUST_USE;

/* What became of a code that was claimed. */
void cs_accepted_codes_settle(struct cs_accepted_codes *codes, const char *identity,
                              const struct cs_secret *code, bool accepted, int64_t now);

#endif
