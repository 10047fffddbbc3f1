/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of providers. */
#ifndef CS_PROVIDERS_REGISTRY_H
#define CS_PROVIDERS_REGISTRY_H

#include "providers/kind.h"

/* The kind in that row of the registry; NULL after the last row. */
const struct cs_provider_kind *cs_provider_kind(size_t row);

/* Its name, for the option `provider`. */
const char *cs_provider_name(size_t row);

/* The row of that name; false: there is none. */
bool cs_provider_find(const char *name, size_t *ret_row);

/* Accepts NULL, and sets the pointer to NULL. */
void cs_provider_close(struct cs_provider **provider);

#endif
