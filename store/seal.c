/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 4, NONCE_BYTES = 12, TAG_BYTES = 16, PLAIN_MAX = 4096 };

static void free_context(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

enum cs_err cs_seal(const struct cs_keys *keys, const char *context, const void *plain,
                    size_t length, unsigned char *ret_sealed, struct cs_error *error)
{
    CS_AUTO(free_context) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    const struct cs_key *key = &keys->items[0];
    uint32_t id = htonl(key->id);
    unsigned char *nonce = ret_sealed + ID_BYTES;
    unsigned char *body = nonce + NONCE_BYTES;
    int done = 0;

    memcpy(ret_sealed, &id, ID_BYTES);
    if (cipher == NULL || length > PLAIN_MAX || RAND_bytes(nonce, NONCE_BYTES) != 1 ||
        EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key->bytes, nonce) != 1 ||
        EVP_EncryptUpdate(cipher, NULL, &done, (const unsigned char *)context,
                          (int)strlen(context)) != 1 ||
        EVP_EncryptUpdate(cipher, body, &done, plain, (int)length) != 1 ||
        EVP_EncryptFinal_ex(cipher, body + done, &done) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, body + length) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "%s: cannot encrypt", context);
    return CS_OK;
}

/* Decrypts `length` bytes of ciphertext, followed by the tag, into `plain`. */
static bool open_body(const struct cs_key *key, const char *context, const unsigned char *nonce,
                      const unsigned char *body, size_t length, unsigned char *plain)
{
    CS_AUTO(free_context) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    unsigned char tag[TAG_BYTES];
    int done = 0;

    memcpy(tag, body + length, TAG_BYTES);
    return cipher != NULL &&
           EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &done, (const unsigned char *)context,
                             (int)strlen(context)) == 1 &&
           EVP_DecryptUpdate(cipher, plain, &done, body, (int)length) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
           EVP_DecryptFinal_ex(cipher, plain + done, &done) == 1;
}

enum cs_err cs_unseal(const struct cs_keys *keys, const char *context, const void *sealed,
                      size_t length, struct cs_secret *ret_plain, struct cs_error *error)
{
    const unsigned char *bytes = sealed;
    unsigned char plain[PLAIN_MAX];
    const struct cs_key *key;
    uint32_t id;
    size_t body;
    enum cs_err result = CS_OK;

    if (length < CS_SEAL_OVERHEAD || length - CS_SEAL_OVERHEAD > PLAIN_MAX)
        return cs_fail(error, CS_ERR_STORE, "%s: the sealed secret has an invalid length", context);
    memcpy(&id, bytes, ID_BYTES);
    body = length - CS_SEAL_OVERHEAD;
    key = cs_keys_find(keys, ntohl(id));
    if (key == NULL)
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "%s: sealed with key %08x, which is not in the key file; restore the "
                       "key file that belongs to this store",
                       context, (unsigned)ntohl(id));
    if (!open_body(key, context, bytes + ID_BYTES, bytes + ID_BYTES + NONCE_BYTES, body, plain))
        result =
            cs_fail(error, CS_ERR_CRYPTO,
                    "%s: the sealed secret was changed or moved; enrol the user again", context);
    else if (cs_secret_set(ret_plain, plain, body) != CS_OK)
        result = cs_fail_nomem(error);
    cs_wipe(plain, sizeof plain);
    return result;
}
