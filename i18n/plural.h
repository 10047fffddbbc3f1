/* SPDX-License-Identifier: Apache-2.0 */
/* Which form of a text goes with a number. gettext has the rule in the header of each catalogue, as
 * an expression in C; here it is a table, so that no file brings code. check.translations compares
 * the two. */
#ifndef CS_I18N_PLURAL_H
#define CS_I18N_PLURAL_H

enum { CS_PLURAL_FORMS_MAX = 6 };

struct cs_plural {
    const char *language; /* without a country, unless that makes a difference */
    unsigned forms;
    unsigned (*form)(unsigned long number); /* from 0 on */
};

/* The rule of a language ("" is English); NULL: none is known, and the text is shown in English. */
const struct cs_plural *cs_plural_of(const char *language);

/* That form of a text, whose forms follow each other, each with a NUL at its end. */
const char *cs_plural_choose(const struct cs_plural *plural, const char *forms,
                             unsigned long number);

#endif
