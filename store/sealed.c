/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening what a store holds, with the key file as it is at that moment. */
#include "store/seal.h"
#include "store/store_priv.h"

enum cs_err cs_store_unseal(struct cs_store *store, const char *context, const void *sealed,
                            size_t length, struct cs_secret *ret_plain, struct cs_error *error)
{
    enum cs_err result = cs_unseal(&store->keys, context, sealed, length, ret_plain, error);

    if (result != CS_ERR_NOT_FOUND)
        return result;
    result = cs_keys_load(store->key_path, &store->keys, error);
    if (result == CS_OK)
        result = cs_unseal(&store->keys, context, sealed, length, ret_plain, error);
    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, result,
                       "%s: does not contain the key that sealed the %s; restore the key file that "
                       "belongs to %s",
                       store->key_path, context, store->path);
    return result;
}

enum cs_err cs_store_seal(struct cs_store *store, const char *context, const void *plain,
                          size_t length, unsigned char *ret_sealed, struct cs_error *error)
{
    enum cs_err result =
        store->keys_read ? CS_OK : cs_keys_load(store->key_path, &store->keys, error);

    store->keys_read = result == CS_OK;
    return result == CS_OK ? cs_seal(&store->keys, context, plain, length, ret_sealed, error)
                           : result;
}
