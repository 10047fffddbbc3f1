/* SPDX-License-Identifier: Apache-2.0 */
#include "store/decoy.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buffer.h"
#include "store/recovery.h"
#include "store/store_priv.h"

/* HMAC-SHA-512 with the key of the recovery codes. Those hash a user's name, a NUL and a code, so
 * no code's input can start with two NULs. */
enum cs_err cs_decoy(const struct cs_transaction *transaction, const char *name,
                     unsigned char ret_bytes[CS_DECOY_BYTES], struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_err result = cs_recovery_key(transaction->store, &key, error);

    if (result != CS_OK)
        return result;
    cs_buffer_add(&text, "\0\0", 2);
    cs_buffer_text(&text, name);
    if (text.failed)
        return cs_fail_nomem(error);
    if (HMAC(EVP_sha512(), key.data, (int)key.length, (const unsigned char *)text.text, text.length,
             ret_bytes, NULL) == NULL)
        return cs_fail(error, CS_ERR_CRYPTO, "HMAC-SHA-512 is not available");
    return CS_OK;
}
