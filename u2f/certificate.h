/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate of a key's maker, for registration.c and credential.c. Nobody vouches for it. */
#ifndef CS_U2F_CERTIFICATE_H
#define CS_U2F_CERTIFICATE_H

#include <openssl/x509.h>

#include "base/error.h"

/* Reads DER to the last byte. `*ret_key` is the certificate's key, borrowed from
 * `*ret_certificate`; CS_ERR_INPUT unless it is on P-256. */
enum cs_err cs_u2f_open_certificate(const unsigned char *der, size_t length, X509 **ret_certificate,
                                    EVP_PKEY **ret_key, struct cs_error *error) CS_MUST_USE;

/* Release what their names say; for CS_AUTO. */
void cs_u2f_free_object(ASN1_OBJECT **object);
void cs_u2f_free_certificate(X509 **certificate);

#endif
