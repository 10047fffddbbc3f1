/* SPDX-License-Identifier: Apache-2.0 */
/* The values in files of other programs. */
#include <string.h>

#include "base/base64url.h"
#include "import/imported.h"

bool cs_import_number(const char *text, int64_t most, int64_t *ret_number)
{
    int64_t number = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || number > (most - (*c - '0')) / 10)
            return false;
        number = number * 10 + (*c - '0');
    }
    *ret_number = number;
    return text[0] != '\0';
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *place;

    if (c >= 'A' && c <= 'F')
        c = (char)(c - 'A' + 'a');
    place = c != '\0' ? strchr(digits, c) : NULL;
    return place != NULL ? (int)(place - digits) : -1;
}

bool cs_import_hex(const char *text, struct cs_secret *ret_data)
{
    CS_AUTO(cs_secret_free) struct cs_secret data = {0};
    size_t length = strlen(text);

    if (length == 0 || length % 2 != 0 || cs_secret_set(&data, text, length) != CS_OK)
        return false;
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_value(text[i]), low = hex_value(text[i + 1]);

        if (high < 0 || low < 0)
            return false;
        data.data[i / 2] = (char)(high << 4 | low);
    }
    return cs_secret_set(ret_data, data.data, length / 2) == CS_OK;
}

bool cs_import_percent(char *text, bool plus)
{
    char *out = text;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c != '%') {
            *out++ = plus && *c == '+' ? ' ' : *c;
            continue;
        }
        if (hex_value(c[1]) < 0 || hex_value(c[2]) < 0 || (c[1] == '0' && c[2] == '0'))
            return false;
        *out++ = (char)(hex_value(c[1]) << 4 | hex_value(c[2]));
        c += 2;
    }
    *out = '\0';
    return true;
}

bool cs_import_same(const char *text, const char *lower)
{
    for (; *text != '\0'; text++, lower++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

        if (c != *lower)
            return false;
    }
    return *lower == '\0';
}

const char *cs_import_algorithm(const char *text)
{
    static const struct {
        const char *theirs, *ours;
    } rows[] = {{"sha1", "sha1"},       {"sha256", "sha256"},       {"sha512", "sha512"},
                {"sha-1", "sha1"},      {"sha-256", "sha256"},      {"sha-512", "sha512"},
                {"hmacsha1", "sha1"},   {"hmacsha256", "sha256"},   {"hmacsha512", "sha512"},
                {"hmac-sha1", "sha1"},  {"hmac-sha256", "sha256"},  {"hmac-sha512", "sha512"},
                {"hmac-sha-1", "sha1"}, {"hmac-sha-256", "sha256"}, {"hmac-sha-512", "sha512"}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (cs_import_same(text, rows[i].theirs))
            return rows[i].ours;
    }
    return NULL;
}

enum cs_err cs_import_pad(struct cs_factor *factor)
{
    size_t length = strcmp(factor->algorithm, "sha512") == 0   ? 64
                    : strcmp(factor->algorithm, "sha256") == 0 ? 32
                                                               : 0;
    size_t own = factor->secret.length;
    char key[64];
    enum cs_err result;

    if (own == 0 || own >= length)
        return CS_OK;
    for (size_t i = 0; i < length; i++)
        key[i] = factor->secret.data[i % own];
    result = cs_secret_set(&factor->secret, key, length);
    cs_wipe(key, sizeof key);
    return result;
}

bool cs_import_base64(char *text, size_t *ret_length)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '+' || text[i] == ' ')
            text[i] = '-';
        else if (text[i] == '/')
            text[i] = '_';
    }
    return cs_base64url_decode(text, length, (unsigned char *)text, length, ret_length);
}
