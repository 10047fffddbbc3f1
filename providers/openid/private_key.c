/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/private_key.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "providers/openid/private_key_priv.h"

/* OpenSSL would ask at the terminal. */
static int refuse_passphrase(char *text, int room, int writing, void *asked)
{
    (void)text;
    (void)room;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static EVP_PKEY *read_pem(const struct cs_secret *pem, bool *ret_encrypted)
{
    CS_AUTO(cs_free_bio)
    BIO *bio = pem->data != NULL && pem->length <= INT_MAX
                   ? BIO_new_mem_buf(pem->data, (int)pem->length)
                   : NULL;

    return bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, ret_encrypted)
                       : NULL;
}

static bool is_p256(EVP_PKEY *key)
{
    char group[32];
    size_t length = 0;

    return EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

static bool is_long_rsa(EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= CS_JOSE_RSA_BITS_MIN &&
           EVP_PKEY_get_bits(key) <= CS_JOSE_RSA_BITS_MAX;
}

enum cs_err cs_private_key_read(const char *name, const struct cs_secret *pem,
                                struct cs_private_key **ret_key, struct cs_error *error)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_private_key_free) struct cs_private_key *key = calloc(1, sizeof *key);
    bool encrypted = false;
    enum cs_err result;

    if (key == NULL)
        return cs_fail_nomem(error);
    key->key = read_pem(pem, &encrypted);
    if (encrypted)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: the private key has a passphrase, which nobody can type here; write it "
                       "without one ('openssl pkey')",
                       name);
    if (key->key == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: not a private key in PEM; expected a block that begins with "
                       "'-----BEGIN PRIVATE KEY-----'",
                       name);
    if (!is_p256(key->key) && !is_long_rsa(key->key))
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: the private key is neither P-256 nor RSA with 2048 to 8192 bits; make "
                       "one of these",
                       name);
    key->algorithm = is_p256(key->key) ? CS_JOSE_ES256 : CS_JOSE_RS256;
    result = cs_jwk_thumbprint(key->key, key->algorithm, key->id, error);
    if (result != CS_OK)
        return result;
    *ret_key = key;
    key = NULL;
    return CS_OK;
}

void cs_private_key_free(struct cs_private_key **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->key); /* wipes it */
    free(*key);
    *key = NULL;
}

enum cs_jose_algorithm cs_private_key_algorithm(const struct cs_private_key *key)
{
    return key->algorithm;
}

const char *cs_private_key_id(const struct cs_private_key *key)
{
    return key->id;
}

enum cs_err cs_private_key_jwk(const struct cs_private_key *key, struct cs_secret *ret_text,
                               struct cs_error *error)
{
    return cs_jwk_write(key->key, key->algorithm, key->id, ret_text, error);
}

enum cs_err cs_private_key_make(struct cs_secret *ret_pem, struct cs_error *error)
{
    CS_FORGET_FAILURES;
    CS_AUTO(cs_free_key) EVP_PKEY *key = EVP_EC_gen("P-256");
    CS_AUTO(cs_free_bio) BIO *bio = BIO_new(BIO_s_secmem()); /* wiped when it is released */
    char *text = NULL;
    long length = 0;

    if (key != NULL && bio != NULL &&
        PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
        length = BIO_get_mem_data(bio, &text);
    if (length <= 0)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot make a P-256 key");
    if (cs_secret_set(ret_pem, text, (size_t)length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
