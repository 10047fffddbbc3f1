/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of each language, read once per process and kept: a login in a language that was used
 * before opens no file. A translation that is missing, damaged or unsuitable for its key falls
 * back, message by message: fr_CA, fr, English.
 */
#ifndef CS_CONVERSATION_CATALOGUE_H
#define CS_CONVERSATION_CATALOGUE_H

#include <stdbool.h>

#include "base/log.h"
#include "conversation/texts.h"
#include "i18n/language.h"
#include "i18n/mo.h"
#include "i18n/plural.h"

struct cs_catalogue {
    char language[CS_LANGUAGE_SIZE];    /* as requested */
    char translation[CS_LANGUAGE_SIZE]; /* the file that the texts are from; "": none, English */
    const char *texts[CS_TEXTS];        /* never NULL; the first of its forms, if it has several */
    const struct cs_plural *plurals[CS_TEXTS]; /* which of them is for a number; NULL: it has one */
    bool rtl;                                  /* the texts run from right to left */
};

struct cs_catalogues; /* several threads may use it */

/* `folder` holds LANGUAGE/LC_MESSAGES/countersign.mo; borrowed, like `log`. */
struct cs_catalogues *cs_catalogues_new(const char *folder, const struct cs_log *log);
void cs_catalogues_free(struct cs_catalogues **catalogues);

/* The catalogue of a language ("" is English): its own, its parent's ("fr" for "fr_CA"), the
 * nearest
 * ("zh_CN" for "zh_TW"), English. Anything but the first two is logged once. Never NULL, lives as
 * long as `catalogues`. */
const struct cs_catalogue *cs_catalogues_get(struct cs_catalogues *catalogues,
                                             const char *language);

/* Fills in English, without any file. */
void cs_catalogue_english(struct cs_catalogue *ret_catalogue);

/* The translation of that key, borrowed, with the rule for its forms if it has several; NULL if it
 * has none, or not as many forms as the language. */
const char *cs_catalogue_find(const struct cs_mo *mo, const char *language, enum cs_text key,
                              const struct cs_plural **ret_plural);

/* The text of that key for a number, which matters only to texts with several forms. */
const char *cs_catalogue_text(const struct cs_catalogue *catalogue, enum cs_text key,
                              unsigned long number);

#endif
