/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/registry.h"

#include <string.h>

#include "providers/ibm_verify/verify.h"
#include "providers/local/local.h"

static const struct {
    const char *name;
    enum cs_err (*open)(const struct cs_provider_settings *settings,
                        struct cs_provider **ret_provider, struct cs_error *error);
} providers[] = {
    {"local", cs_local_open},
    {"verify", cs_verify_open},
};

const char *cs_provider_name(size_t row)
{
    return row < CS_ARRAY_SIZE(providers) ? providers[row].name : NULL;
}

enum cs_err cs_provider_open(const char *name, const struct cs_provider_settings *settings,
                             struct cs_provider **ret_provider, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(providers); i++) {
        if (strcmp(providers[i].name, name) == 0)
            return providers[i].open(settings, ret_provider, error);
    }
    return cs_fail(error, CS_ERR_CONFIG, "there is no provider '%s'", name);
}

void cs_provider_close(struct cs_provider **provider)
{
    if (*provider != NULL)
        (*provider)->ops->close(*provider);
    *provider = NULL;
}
