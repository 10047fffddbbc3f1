/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/u2f_keys.h"

#include <string.h>

#include "providers/local/local_priv.h"

_Static_assert((int)CS_FACTORS_PER_KIND_MAX <= (int)CS_U2F_RELAY_HANDLES,
               "one request holds every key of a user");

/* A key that was registered just now is the one at hand. */
static int64_t last_seen(const struct cs_factor *factor)
{
    return factor->last_used > factor->created ? factor->last_used : factor->created;
}

/* Behind those seen at the same time or later. */
static void insert(struct cs_keys *keys, const struct cs_factor *factor)
{
    size_t at = keys->count++;

    for (; at > 0 && last_seen(keys->items[at - 1]) < last_seen(factor); at--)
        keys->items[at] = keys->items[at - 1];
    keys->items[at] = factor;
}

void cs_keys_choose(const struct cs_factors *all, const char *app_id, struct cs_keys *ret_keys)
{
    for (size_t i = all->count; i-- > 0 && ret_keys->count < CS_ARRAY_SIZE(ret_keys->items);) {
        const struct cs_factor *factor = &all->items[i];

        if (!factor->suspect && app_id != NULL && strcmp(factor->app_id, app_id) == 0)
            insert(ret_keys, factor);
    }
}

enum cs_err cs_local_list_keys(const struct cs_transaction *transaction, const char *user,
                               const char *app_id, struct cs_listed_factors *ret_factors,
                               struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_listed_factor listed = {.kind = CS_FACTOR_U2F};
    struct cs_keys keys = {0};
    enum cs_err result = cs_factor_list(transaction, user, CS_STORED_U2F, &factors, error);

    if (result != CS_OK)
        return result;
    cs_keys_choose(&factors, app_id, &keys);
    if (keys.count == 0) {
        ret_factors->withheld = ret_factors->withheld || factors.count > 0;
        return CS_OK;
    }
    if (keys.count == 1)
        memcpy(listed.name, keys.items[0]->label, sizeof keys.items[0]->label);
    return cs_listed_factors_add(ret_factors, &listed, error);
}
