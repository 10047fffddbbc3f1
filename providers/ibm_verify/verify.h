/* SPDX-License-Identifier: Apache-2.0 */
/* IBM Verify: users, passwords and factors of a tenant, over its REST API (docs/ibm-verify.md). */
#ifndef CS_PROVIDERS_IBM_VERIFY_VERIFY_H
#define CS_PROVIDERS_IBM_VERIFY_VERIFY_H

#include "providers/registry.h"

/* `settings->verify` is copied. Nothing is sent before the first login. */
enum cs_err cs_verify_open(const struct cs_provider_settings *settings,
                           struct cs_provider **ret_provider, struct cs_error *error) CS_MUST_USE;

#endif
