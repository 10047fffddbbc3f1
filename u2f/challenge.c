/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/challenge.h"

#include <openssl/rand.h>

enum cs_err cs_u2f_new_challenge(unsigned char ret_challenge[CS_U2F_CHALLENGE_BYTES],
                                 struct cs_error *error)
{
    if (RAND_bytes(ret_challenge, CS_U2F_CHALLENGE_BYTES) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers for a challenge");
    return CS_OK;
}
