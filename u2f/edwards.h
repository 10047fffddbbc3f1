/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenSSL takes for a public key of Ed25519: any 32 bytes. */
#ifndef CS_U2F_EDWARDS_H
#define CS_U2F_EDWARDS_H

#include "u2f/message.h"

/* CS_ERR_INPUT unless the bytes are the one encoding of a point on the curve (RFC 8032, section
 * 5.1.3), and not one of the eight points of small order, for which anybody can sign. */
enum cs_err cs_u2f_check_edwards(const unsigned char bytes[CS_U2F_EDDSA_BYTES],
                                 struct cs_error *error) CS_MUST_USE;

#endif
