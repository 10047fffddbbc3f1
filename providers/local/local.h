/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in provider: factors and passwords in the store, judged here. */
#ifndef CS_PROVIDERS_LOCAL_LOCAL_H
#define CS_PROVIDERS_LOCAL_LOCAL_H

#include "providers/registry.h"

enum cs_err cs_local_open(const struct cs_provider_settings *settings,
                          struct cs_provider **ret_provider, struct cs_error *error) CS_MUST_USE;

#endif
