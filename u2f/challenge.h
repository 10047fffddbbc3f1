/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges: random, each used once. */
#ifndef CS_U2F_CHALLENGE_H
#define CS_U2F_CHALLENGE_H

#include "u2f/message.h"

/* CS_ERR_CRYPTO if no randomness is available; the bytes must not be used then. */
enum cs_err cs_u2f_new_challenge(unsigned char ret_challenge[CS_U2F_CHALLENGE_BYTES],
                                 struct cs_error *error) CS_MUST_USE;

#endif
