/* SPDX-License-Identifier: Apache-2.0 */
/* Names of languages: "fr", "pt_BR". They become parts of file names, so nothing else is let
 * through. */
#ifndef CS_I18N_LANGUAGE_H
#define CS_I18N_LANGUAGE_H

#include <stdbool.h>

enum { CS_LANGUAGE_SIZE = 8 };

/*
 * Writes the form ll or ll_CC of a tag such as "FR", "fr-CA", "pt_BR.UTF-8" (RFC 5646 language and
 * region, or a POSIX locale name). False, and an empty string, for anything else.
 */
bool cs_language_parse(const char *tag, char ret_language[CS_LANGUAGE_SIZE]);

/* "fr_CA" to "fr". False when there is nothing more general. */
bool cs_language_parent(const char *language, char ret_parent[CS_LANGUAGE_SIZE]);

/* Written from right to left. */
bool cs_language_is_rtl(const char *language);

#endif
