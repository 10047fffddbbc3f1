/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown instead of something that an account does not have. */
#ifndef CS_STORE_DECOY_H
#define CS_STORE_DECOY_H

#include "store/store.h"

enum { CS_DECOY_BYTES = 64 };

/* The same bytes for the same name for the lifetime of the store, even after `rekey`; without the
 * store's key they look random. Needs an open transaction. */
enum cs_err cs_decoy(const struct cs_transaction *transaction, const char *name,
                     unsigned char ret_bytes[CS_DECOY_BYTES], struct cs_error *error) CS_MUST_USE;

#endif
