/* SPDX-License-Identifier: Apache-2.0 */
/* Lower-cases ASCII only, whatever the locale. */
#ifndef CS_BASE_LOWER_H
#define CS_BASE_LOWER_H

static inline char cs_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

#endif
