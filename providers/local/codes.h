/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery codes: 12 symbols of Crockford's base32 alphabet (no I, L, O, U), 60 random bits, shown
 * as three groups of four. They may be typed in any case, as base/typed_code.h says, and with O for
 * 0, I or L for 1. Emergency codes that were imported from pam_google_authenticator are 8 digits.
 */
#ifndef CS_PROVIDERS_LOCAL_CODES_H
#define CS_PROVIDERS_LOCAL_CODES_H

#include <stdbool.h>

#include "base/secret.h"

enum {
    CS_SYMBOLS_MAX = 20,
    CS_RECOVERY_SYMBOLS = 12,
    CS_RECOVERY_SHOWN_SIZE = CS_RECOVERY_SYMBOLS + 2 + 1,
    CS_EMERGENCY_DIGITS = 8
};

/* Random symbols: one code, or several without anything between them. */
enum cs_err cs_recovery_symbols(char *ret_symbols, size_t length,
                                struct cs_error *error) CS_MUST_USE;

/* So many random symbols, at most CS_SYMBOLS_MAX. */
enum cs_err cs_symbols_generate(size_t length, struct cs_secret *ret_code,
                                struct cs_error *error) CS_MUST_USE;

/* A fresh code, normalised. */
enum cs_err cs_recovery_generate(struct cs_secret *ret_code, struct cs_error *error) CS_MUST_USE;

/* "ABCDEFGHJKMN" to "ABCD-EFGH-JKMN". */
void cs_recovery_show(const struct cs_secret *code, char ret_shown[CS_RECOVERY_SHOWN_SIZE]);

/* True, with the normalised symbols, if `typed` has the form of so many. */
bool cs_symbols_parse(const struct cs_secret *typed, size_t length, struct cs_secret *ret_code);

/* The same for a recovery code. */
bool cs_recovery_parse(const struct cs_secret *typed, struct cs_secret *ret_code);

#endif
