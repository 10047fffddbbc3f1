/* SPDX-License-Identifier: Apache-2.0 */
/* Makes new credentials as a FIDO2 key and the program beside it do. For tests. */
#ifndef CS_TESTS_SUPPORT_FIDO2_SIGNER_H
#define CS_TESTS_SUPPORT_FIDO2_SIGNER_H

#include "tests/support/u2f_signer.h"

enum fido2_attestation { FIDO2_NONE, FIDO2_SELF, FIDO2_PACKED };

/* What a key would do. The flags are those of the registration and of the proof; what follows the
 * public key is signed with it. */
struct fido2_making {
    unsigned char flags, proof_flags;
    enum fido2_attestation attestation;
    size_t handle_length;
    const unsigned char *extensions;
    size_t extensions_length;
};

extern const unsigned char fido2_model[16];

/* The data of u2f/credential.h; room for CS_U2F_REGISTRATION_MAX bytes. */
size_t fido2_make(const struct u2f_signer *signer, const unsigned char *app_hash,
                  const unsigned char *client_hash, const struct fido2_making *making,
                  unsigned char *ret_data);

#endif
