/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown in place of something that an account does not have. */
#ifndef CS_STORE_DECOY_H
#define CS_STORE_DECOY_H

#include "store/store.h"

enum { CS_DECOY_BYTES = 64 };

/* The same bytes for the same name as long as the store lives, also behind `rekey`; to those who do
 * not have the store's key they look random. In an open transaction. */
enum cs_err cs_decoy(const struct cs_transaction *transaction, const char *name,
                     unsigned char ret_bytes[CS_DECOY_BYTES], struct cs_error *error) CS_MUST_USE;

#endif
