/* SPDX-License-Identifier: Apache-2.0 */
/* Names of languages: "fr", "pt_BR". They become part of file names, so nothing else is
 * accepted. */
#ifndef CS_I18N_LANGUAGE_H
#define CS_I18N_LANGUAGE_H

#include <stdbool.h>

enum { CS_LANGUAGE_SIZE = 8 };

/*
 * Writes the ll or ll_CC form of a tag such as "FR", "fr-CA", "pt_BR.UTF-8" (RFC 5646 language and
 * region, or a POSIX locale name). False, and an empty string, for anything else.
 */
bool cs_language_parse(const char *tag, char ret_language[CS_LANGUAGE_SIZE]);

/* Turns "fr_CA" into "fr". False if there is nothing more general. */
bool cs_language_parent(const char *language, char ret_parent[CS_LANGUAGE_SIZE]);

/* The translation that stands in for those of other countries, and for the language alone: "pt_BR"
 * for "pt". False if the language has none: then its own, without a country, serves all. */
bool cs_language_nearest(const char *language, char ret_nearest[CS_LANGUAGE_SIZE]);

/* Whether the language is written from right to left. */
bool cs_language_is_rtl(const char *language);

#endif
