/* SPDX-License-Identifier: Apache-2.0 */
#include "i18n/plural.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "i18n/language.h"

static unsigned always(unsigned long number)
{
    (void)number;
    return 0;
}

static unsigned not_one(unsigned long number)
{
    return number != 1;
}

static unsigned above_one(unsigned long number)
{
    return number > 1;
}

/* 2 to 4, 22 to 24, ..., but not 12 to 14. */
static bool is_few(unsigned long number)
{
    return number % 10 >= 2 && number % 10 <= 4 && (number % 100 < 12 || number % 100 > 14);
}

static unsigned east_slavic(unsigned long number)
{
    if (number % 10 == 1 && number % 100 != 11)
        return 0;
    return is_few(number) ? 1 : 2;
}

static unsigned polish(unsigned long number)
{
    if (number == 1)
        return 0;
    return is_few(number) ? 1 : 2;
}

static unsigned czech(unsigned long number)
{
    if (number == 1)
        return 0;
    return number >= 2 && number <= 4 ? 1 : 2;
}

static unsigned arabic(unsigned long number)
{
    if (number <= 2)
        return (unsigned)number;
    if (number % 100 >= 3 && number % 100 <= 10)
        return 3;
    return number % 100 >= 11 ? 4 : 5;
}

static const struct cs_plural plurals[] = {
    {"", 2, not_one},        {"ar", 6, arabic},      {"cs", 3, czech},   {"de", 2, not_one},
    {"es", 2, not_one},      {"fr", 2, above_one},   {"he", 2, not_one}, {"it", 2, not_one},
    {"ja", 1, always},       {"ko", 1, always},      {"nl", 2, not_one}, {"pl", 3, polish},
    {"pt_BR", 2, above_one}, {"ru", 3, east_slavic}, {"sv", 2, not_one}, {"tr", 2, above_one},
    {"uk", 3, east_slavic},  {"zh_CN", 1, always},
};

static const struct cs_plural *find(const char *language)
{
    for (size_t i = 0; i < sizeof plurals / sizeof plurals[0]; i++) {
        if (strcmp(plurals[i].language, language) == 0)
            return &plurals[i];
    }
    return NULL;
}

const struct cs_plural *cs_plural_of(const char *language)
{
    const struct cs_plural *plural = find(language);
    char parent[CS_LANGUAGE_SIZE];

    return plural == NULL && cs_language_parent(language, parent) ? find(parent) : plural;
}

const char *cs_plural_choose(const struct cs_plural *plural, const char *forms,
                             unsigned long number)
{
    for (unsigned i = plural->form(number); i > 0; i--)
        forms += strlen(forms) + 1;
    return forms;
}
