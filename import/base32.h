/* SPDX-License-Identifier: Apache-2.0 */
/* Base32 as the program that a file belongs to reads it. */
#ifndef CS_IMPORT_BASE32_H
#define CS_IMPORT_BASE32_H

#include <stdbool.h>

#include "base/secret.h"

/* As pam_google_authenticator does: blanks and hyphens do not count, any case, 0, 1 and 8 are O, L
 * and B, and bits that make no whole byte are dropped. False for anything else. */
bool cs_import_base32_loose(const char *text, struct cs_secret *ret_data) CS_MUST_USE;

#endif
