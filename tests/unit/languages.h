/* SPDX-License-Identifier: Apache-2.0 */
/* The built translations, for tests of every language. Needs no root, because the files are read
 * without checking their owner. Any error fails the test. */
#ifndef CS_TESTS_UNIT_LANGUAGES_H
#define CS_TESTS_UNIT_LANGUAGES_H

#include "tests/unit/unit.h"

#include "conversation/catalogue.h"
#include "i18n/mo.h"

/* Names of i18n/LINGUAS, in the order of the file. */
extern const char *const languages[];
extern const size_t languages_count;

void read_catalogue_file(const char *language, struct cs_secret *ret_content);

/* A catalogue of every message of the file, checked or not; `mo` owns the texts. */
void speak(const char *language, struct cs_catalogue *ret_catalogue, struct cs_mo **ret_mo);

#endif
