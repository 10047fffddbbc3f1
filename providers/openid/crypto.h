/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's objects, released by CS_AUTO. Private to the readers of keys and signatures. */
#ifndef CS_PROVIDERS_OPENID_CRYPTO_H
#define CS_PROVIDERS_OPENID_CRYPTO_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

/* NAME(&pointer) releases what the pointer is at; OpenSSL accepts NULL. */
#define CS_DEFINE_RELEASE(name, type, release)                                                     \
    static inline void name(type **object)                                                         \
    {                                                                                              \
        release(*object);                                                                          \
    }

CS_DEFINE_RELEASE(cs_free_key, EVP_PKEY, EVP_PKEY_free)
CS_DEFINE_RELEASE(cs_free_key_context, EVP_PKEY_CTX, EVP_PKEY_CTX_free)
CS_DEFINE_RELEASE(cs_free_digest_context, EVP_MD_CTX, EVP_MD_CTX_free)
CS_DEFINE_RELEASE(cs_free_number, BIGNUM, BN_free)
CS_DEFINE_RELEASE(cs_free_bio, BIO, BIO_vfree)
CS_DEFINE_RELEASE(cs_free_ecdsa, ECDSA_SIG, ECDSA_SIG_free)
CS_DEFINE_RELEASE(cs_free_param_build, OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
CS_DEFINE_RELEASE(cs_free_params, OSSL_PARAM, OSSL_PARAM_free)

/*
 * Forgets what failed within the scope of a variable declared with it: OpenSSL keeps a list for
 * each thread, and what is left in it would be taken for the failure of something later.
 */
#define CS_FORGET_FAILURES __attribute__((cleanup(cs_forget_failures), unused)) char cs_failures = 0

static inline void cs_forget_failures(char *unused)
{
    (void)unused;
    ERR_clear_error();
}

#endif
