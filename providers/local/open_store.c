/* SPDX-License-Identifier: Apache-2.0 */
/* The store of an opened provider, and the way into it. */
#include "providers/local/local_priv.h"

/* The store is opened when it is needed, and tried again after a failure, so that a broker started
 * before the first enrolment works after it. */
enum cs_err cs_local_open_store(struct cs_local *local, struct cs_store **ret_store,
                                struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&local->mutex);
    if (local->store == NULL)
        result = cs_store_open(local->settings->store, local->settings->key_file, false,
                               &local->store, error);
    *ret_store = local->store;
    pthread_mutex_unlock(&local->mutex);
    /* A damaged key file is not a mistake in the login's settings: it counts like a damaged
     * store. */
    if (result == CS_ERR_CONFIG) {
        result = CS_ERR_STORE;
        if (error != NULL)
            error->code = result;
    }
    return result;
}

enum cs_err cs_local_in_store(struct cs_local *local, enum cs_store_access access,
                              cs_store_work *work, void *context, struct cs_error *error)
{
    struct cs_store *store = NULL;
    enum cs_err result = cs_local_open_store(local, &store, error);

    return result == CS_OK ? cs_store_run(store, access, work, context, error) : result;
}
