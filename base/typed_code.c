/* SPDX-License-Identifier: Apache-2.0 */
#include "base/typed_code.h"

#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"

struct range {
    unsigned long first, last;
};

/* White space and separators (White_Space, Z*), and what is not seen (Cf,
 * Default_Ignorable_Code_Point), of Unicode 14 and later. */
static const struct range ignored[] = {
    {0x0009, 0x000d},   {0x0020, 0x0020},   {0x0085, 0x0085},   {0x00a0, 0x00a0},
    {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x0600, 0x0605},   {0x061c, 0x061c},
    {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},   {0x08e2, 0x08e2},
    {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
    {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},
    {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x13438},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};

/* Pd, and what keyboards and word processors write in place of a hyphen. */
static const struct range dashes[] = {
    {0x002d, 0x002d},  {0x058a, 0x058a}, {0x05be, 0x05be}, {0x1400, 0x1400}, {0x1806, 0x1806},
    {0x2010, 0x2015},  {0x2043, 0x2043}, {0x2212, 0x2212}, {0x2e17, 0x2e17}, {0x2e1a, 0x2e1a},
    {0x2e3a, 0x2e3b},  {0x2e40, 0x2e40}, {0x2e5d, 0x2e5d}, {0x301c, 0x301c}, {0x3030, 0x3030},
    {0x30a0, 0x30a0},  {0xfe31, 0xfe32}, {0xfe58, 0xfe58}, {0xfe63, 0xfe63}, {0xff0d, 0xff0d},
    {0x10ead, 0x10ead}};

/* The zero of each script beyond ASCII; its digits follow in order (Nd). */
static const unsigned long zeros[] = {
    0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,  0x0c66,
    0x0ce6,  0x0d66,  0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x10d40, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da,
    0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0,
    0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0,
    0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0};

static bool is_in(const struct range *ranges, size_t count, unsigned long code)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    }
    return false;
}

static bool is_dash(unsigned long code)
{
    return is_in(dashes, CS_ARRAY_SIZE(dashes), code);
}

/* The digit, or -1. */
static int digit_of(unsigned long code)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(zeros); i++) {
        if (code >= zeros[i] && code <= zeros[i] + 9)
            return (int)(code - zeros[i]);
    }
    return -1;
}

enum cs_err cs_typed_code_of(const char *text, size_t length, struct cs_secret *ret_code)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    code.data = malloc(length + 1);
    if (code.data == NULL)
        return CS_ERR_NOMEM;
    for (size_t at = 0, step; at < length; at += step) {
        unsigned long character = 0;
        int digit;

        step = cs_utf8_decode(text + at, length - at, &character);
        if (step != 0 && (is_dash(character) || is_in(ignored, CS_ARRAY_SIZE(ignored), character)))
            continue;
        digit = step != 0 ? digit_of(character) : -1;
        step = step != 0 ? step : 1;
        if (digit >= 0)
            code.data[code.length++] = (char)('0' + digit);
        for (size_t i = 0; i < step && digit < 0; i++)
            code.data[code.length++] = text[at + i];
    }
    return cs_secret_set(ret_code, code.data, code.length);
}

enum cs_err cs_typed_code(const struct cs_secret *typed, struct cs_secret *ret_code)
{
    return cs_typed_code_of(typed->data ? typed->data : "", typed->length, ret_code);
}

bool cs_is_digits(const struct cs_secret *code)
{
    for (size_t i = 0; i < code->length; i++) {
        if (code->data[i] < '0' || code->data[i] > '9')
            return false;
    }
    return code->length >= CS_CODE_DIGITS_MIN && code->length <= CS_CODE_DIGITS_MAX;
}

const char *cs_find_dash(const char *text, size_t length, size_t *ret_length)
{
    for (size_t at = 0, step; at < length; at += step) {
        unsigned long character = 0;

        step = cs_utf8_decode(text + at, length - at, &character);
        if (step != 0 && is_dash(character)) {
            *ret_length = step;
            return text + at;
        }
        step = step != 0 ? step : 1;
    }
    return NULL;
}
