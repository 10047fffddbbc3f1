/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fido2_signer.h"

#include <string.h>

#include "tests/support/require.h"

const unsigned char fido2_model[16] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                       0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};

/* In CTAP2's canonical CBOR, written independently of the reader's tables. */
static unsigned char *add_public_key(const struct cs_u2f_public_key *key, unsigned char *at)
{
    static const unsigned char ec2[] = {0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20};
    static const unsigned char okp[] = {0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20};
    static const unsigned char ordinate[] = {0x22, 0x58, 0x20};

    if (key->algorithm == CS_U2F_EDDSA) {
        at = mempcpy(at, okp, sizeof okp);
        return mempcpy(at, key->bytes, 32);
    }
    at = mempcpy(at, ec2, sizeof ec2);
    at = mempcpy(at, key->bytes + 1, 32);
    at = mempcpy(at, ordinate, sizeof ordinate);
    return mempcpy(at, key->bytes + 33, 32);
}

static unsigned char *add_authenticator_data(const struct u2f_signer *signer,
                                             const unsigned char *app_hash,
                                             const struct fido2_making *making, unsigned char *at)
{
    at = mempcpy(at, app_hash, CS_U2F_HASH_BYTES);
    *at++ = making->flags;
    at = mempcpy(at, "\0\0\0\5", 4);
    at = mempcpy(at, fido2_model, sizeof fido2_model);
    *at++ = (unsigned char)(making->handle_length >> 8);
    *at++ = (unsigned char)making->handle_length;
    memset(at, 'h', making->handle_length);
    at = add_public_key(&signer->public_key, at + making->handle_length);
    return making->extensions_length > 0
               ? mempcpy(at, making->extensions, making->extensions_length)
               : at;
}

static unsigned char *add_attestation(const struct u2f_signer *signer,
                                      const unsigned char *signed_data, size_t length,
                                      const unsigned char *client_hash, bool self,
                                      unsigned char *at)
{
    unsigned char message[1024];

    REQUIRE(length + CS_U2F_HASH_BYTES <= sizeof message);
    memcpy(message, signed_data, length);
    memcpy(message + length, client_hash, CS_U2F_HASH_BYTES);
    *at = (unsigned char)u2f_sign(self ? signer->key : signer->attestation, message,
                                  length + CS_U2F_HASH_BYTES, at + 1);
    at += 1 + *at;
    return self ? at : mempcpy(at, signer->certificate, signer->certificate_length);
}

size_t fido2_make(const struct u2f_signer *signer, const unsigned char *app_hash,
                  const unsigned char *client_hash, const struct fido2_making *making,
                  unsigned char *ret_data)
{
    unsigned char *data = ret_data + 2, proof[128];
    unsigned char *at = add_authenticator_data(signer, app_hash, making, data);
    size_t length = (size_t)(at - data);
    size_t proof_length =
        u2f_sign_assertion(signer, app_hash, client_hash, making->proof_flags, 6, proof);

    ret_data[0] = (unsigned char)(length >> 8);
    ret_data[1] = (unsigned char)length;
    at = mempcpy(at, proof, 5);
    *at++ = (unsigned char)(proof_length - 5);
    at = mempcpy(at, proof + 5, proof_length - 5);
    if (making->attestation != FIDO2_NONE)
        at = add_attestation(signer, data, length, client_hash, making->attestation == FIDO2_SELF,
                             at);
    return (size_t)(at - ret_data);
}
