/* SPDX-License-Identifier: Apache-2.0 */
/* Lower-cases ASCII only, whatever the locale. */
#ifndef CS_BASE_LOWER_H
#define CS_BASE_LOWER_H

#include <stdbool.h>

static inline char cs_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* Whether two names differ in the case of ASCII letters at most. */
static inline bool cs_same_folded(const char *a, const char *b)
{
    while (*a != '\0' && cs_lower(*a) == cs_lower(*b)) {
        a++;
        b++;
    }
    return cs_lower(*a) == cs_lower(*b);
}

#endif
