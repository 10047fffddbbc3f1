/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/server/word.h"

#include <openssl/rand.h>

enum cs_err cs_make_word(size_t length, char *ret_word, struct cs_error *error)
{
    /* 32 of them, so that five bits of a byte choose one without favouring any. */
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    _Static_assert(sizeof letters == 33, "a power of two, and the NUL");
    ret_word[0] = '\0';
    if (RAND_bytes((unsigned char *)ret_word, (int)length) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no word can be made: there is no randomness");
    for (size_t i = 0; i < length; i++)
        ret_word[i] = letters[(unsigned char)ret_word[i] % 32];
    ret_word[length] = '\0';
    return CS_OK;
}
