/* SPDX-License-Identifier: Apache-2.0 */
/* HOTP (RFC 4226) and TOTP (RFC 6238) values. */
#ifndef CS_PROVIDERS_LOCAL_TOTP_H
#define CS_PROVIDERS_LOCAL_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/typed_code.h"
#include "store/factor.h"

enum { CS_TOTP_CODE_SIZE = CS_CODE_DIGITS_MAX + 1 };

/* True for "sha1", "sha256", "sha512". */
bool cs_totp_algorithm(const char *algorithm);

/* RFC 4226 section 5.3: the value of `counter` in `digits` decimal digits. */
enum cs_err cs_hotp(const struct cs_secret *key, const char *algorithm, uint64_t counter,
                    unsigned digits, char ret_code[CS_TOTP_CODE_SIZE],
                    struct cs_error *error) CS_MUST_USE;

/* RFC 6238 section 4.2 with T0 = 0; times before 1970 are step 0. */
int64_t cs_totp_step(int64_t seconds, unsigned period);

struct cs_totp_match {
    bool found;
    int64_t step;
};

/* Compares `code` with every step from `center` - `window` to `center` + `window`, always all of
 * them and in constant time, so that the time does not tell whether or where it matched. The latest
 * match counts (RFC 6238 section 5.2). */
enum cs_err cs_totp_search(const struct cs_factor *factor, const struct cs_secret *code,
                           int64_t center, unsigned window, struct cs_totp_match *ret_match,
                           struct cs_error *error) CS_MUST_USE;

/* How many counters after the last accepted one are looked at. */
struct cs_hotp_windows {
    unsigned ahead;  /* accepted at once: the look-ahead (RFC 4226 section 7.2) */
    unsigned resync; /* accepted if the next one follows (section 7.4) */
};

/* What a code was found to be. If it is more than one, the first of these counts. */
enum cs_hotp_place {
    CS_HOTP_LAST,    /* the last accepted one */
    CS_HOTP_NEXT,    /* in the look-ahead */
    CS_HOTP_AWAITED, /* the one that completes a resynchronisation */
    CS_HOTP_FAR,     /* one that could begin it */
    CS_HOTP_NONE,    /* nothing of that */
};

struct cs_hotp_match {
    enum cs_hotp_place place;
    int64_t counter;
};

/* Compares `code` with that of the factor's last counter and of those in both windows, always all
 * of them and in constant time. Of counters in the same place the lowest counts: from a higher one
 * a device that stands at the lower could not come back. */
enum cs_err cs_hotp_search(const struct cs_factor *factor, const struct cs_secret *code,
                           const struct cs_hotp_windows *windows, struct cs_hotp_match *ret_match,
                           struct cs_error *error) CS_MUST_USE;

#endif
