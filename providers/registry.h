/* SPDX-License-Identifier: Apache-2.0 */
/* Which providers there are. */
#ifndef CS_PROVIDERS_REGISTRY_H
#define CS_PROVIDERS_REGISTRY_H

#include "providers/ibm_verify/settings.h"
#include "providers/provider.h"

/* Borrowed; a provider copies what it keeps. */
struct cs_provider_settings {
    const char *store_path; /* of the local provider */
    const char *key_path;
    const struct cs_verify_settings *verify; /* NULL: the configuration has none */
    const struct cs_log *log;                /* outlives the provider */
};

/* The name of the provider in that row of the registry; NULL behind the last. */
const char *cs_provider_name(size_t row);

/* Opens the provider of that name. */
enum cs_err cs_provider_open(const char *name, const struct cs_provider_settings *settings,
                             struct cs_provider **ret_provider, struct cs_error *error) CS_MUST_USE;
void cs_provider_close(struct cs_provider **provider);

#endif
