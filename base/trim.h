/* SPDX-License-Identifier: Apache-2.0 */
/* Text without what stands around it. */
#ifndef CS_BASE_TRIM_H
#define CS_BASE_TRIM_H

#include <stddef.h>
#include <string.h>

/* Narrows `length` bytes at *text, which may hold NULs, to what is left without the bytes of
 * `blanks` at either end. */
static inline void cs_trim(const char **text, size_t *length, const char *blanks)
{
    size_t count = strlen(blanks);

    while (*length > 0 && memchr(blanks, **text, count) != NULL) {
        *text += 1;
        *length -= 1;
    }
    while (*length > 0 && memchr(blanks, (*text)[*length - 1], count) != NULL)
        *length -= 1;
}

#endif
