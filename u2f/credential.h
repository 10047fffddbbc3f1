/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new credential of FIDO2 (WebAuthn, section 6.5), in the form in which it comes from a key here
 * and in a line from elsewhere:
 *
 *   2 bytes length, authenticator data with attested credential data, as it was signed
 *   proof: flags, counter (4 bytes), 1 byte length, signature
 *   attestation, if there is one: 1 byte length, signature, then the certificate in DER; without a
 *   certificate the new key itself signed
 *
 * The proof is an assertion over the same client data, without a touch: an attestation is rarely
 * given, and nothing else shows that somebody has the private key, and for which challenge,
 * origin and application it was made; nor, by its flags, that the key verified its user.
 */
#ifndef CS_U2F_CREDENTIAL_H
#define CS_U2F_CREDENTIAL_H

#include "u2f/message.h"

enum {
    CS_U2F_AAGUID_BYTES = 16,
    CS_U2F_AUTHENTICATOR_DATA_MAX = 1024, /* with a handle of 255 bytes: 390 */
};

/* The parts borrow from the data. */
struct cs_u2f_credential {
    const unsigned char *authenticator_data; /* as it was signed */
    size_t authenticator_length;
    unsigned char app_hash[CS_U2F_HASH_BYTES];
    unsigned char
        flags; /* enum cs_u2f_flags, at the registration; signed by the attestation only */
    unsigned char aaguid[CS_U2F_AAGUID_BYTES];
    struct cs_u2f_handle handle;
    struct cs_u2f_public_key public_key;
    struct cs_u2f_assertion proof;
    const unsigned char *signature; /* attestation; NULL: none */
    size_t signature_length;
    const unsigned char *certificate; /* NULL: the credential signed for itself */
    size_t certificate_length;
};

/* Parses the whole data and checks its form. CS_ERR_INPUT says what is wrong, and names a public
 * key whose algorithm cannot serve. */
enum cs_err cs_u2f_read_credential(const unsigned char *data, size_t length,
                                   struct cs_u2f_credential *ret_credential,
                                   struct cs_error *error) CS_MUST_USE;

/* Whether somebody touched the key, the credential is for this application, its key signed the
 * proof for this client data, and the attestation, if there is one, is right (WebAuthn, section
 * 8.2). */
enum cs_err cs_u2f_verify_credential(const struct cs_u2f_credential *credential,
                                     const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                     const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                     struct cs_error *error) CS_MUST_USE;

#endif
