/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/codes.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "base/typed_code.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum cs_err cs_recovery_symbols(char *ret_symbols, size_t length, struct cs_error *error)
{
    if (RAND_priv_bytes((unsigned char *)ret_symbols, (int)length) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    for (size_t i = 0; i < length; i++)
        ret_symbols[i] = alphabet[(unsigned char)ret_symbols[i] & 31];
    return CS_OK;
}

enum cs_err cs_symbols_generate(size_t length, struct cs_secret *ret_code, struct cs_error *error)
{
    char symbols[CS_SYMBOLS_MAX];
    enum cs_err result = cs_recovery_symbols(symbols, length, error);

    if (result == CS_OK && cs_secret_set(ret_code, symbols, length) != CS_OK)
        result = cs_fail_nomem(error);
    cs_wipe(symbols, sizeof symbols);
    return result;
}

enum cs_err cs_recovery_generate(struct cs_secret *ret_code, struct cs_error *error)
{
    return cs_symbols_generate(CS_RECOVERY_SYMBOLS, ret_code, error);
}

void cs_recovery_show(const struct cs_secret *code, char ret_shown[CS_RECOVERY_SHOWN_SIZE])
{
    (void)snprintf(ret_shown, CS_RECOVERY_SHOWN_SIZE, "%.4s-%.4s-%.4s", code->data, code->data + 4,
                   code->data + 8);
}

static char normalise(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        return '0';
    return c == 'I' || c == 'L' ? '1' : c;
}

bool cs_symbols_parse(const struct cs_secret *typed, size_t length, struct cs_secret *ret_code)
{
    if (cs_typed_code(typed, ret_code) != CS_OK || ret_code->length != length)
        return false;
    for (size_t i = 0; i < ret_code->length; i++) {
        ret_code->data[i] = normalise(ret_code->data[i]);
        if (ret_code->data[i] == '\0' || strchr(alphabet, ret_code->data[i]) == NULL)
            return false;
    }
    return true;
}

bool cs_recovery_parse(const struct cs_secret *typed, struct cs_secret *ret_code)
{
    if (cs_typed_code(typed, ret_code) == CS_OK && ret_code->length == CS_EMERGENCY_DIGITS)
        return strspn(ret_code->data, "0123456789") == CS_EMERGENCY_DIGITS;
    return cs_symbols_parse(typed, CS_RECOVERY_SYMBOLS, ret_code);
}
