/* SPDX-License-Identifier: Apache-2.0 */
/* IBM Verify: a tenant's users, passwords and factors, over its REST API (docs/ibm-verify.md). */
#ifndef CS_PROVIDERS_IBM_VERIFY_VERIFY_H
#define CS_PROVIDERS_IBM_VERIFY_VERIFY_H

#include "providers/kind.h"

/* Its settings are in settings.h. Nothing is sent before the first login. */
extern const struct cs_provider_kind cs_verify_kind;

#endif
