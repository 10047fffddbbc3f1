/* SPDX-License-Identifier: Apache-2.0 */
/* Internals of key.c, for tests. */
#ifndef CS_STORE_KEY_PRIV_H
#define CS_STORE_KEY_PRIV_H

#include "base/secret.h"
#include "store/key.h"

/* Adds the keys in a file's content to `keys`, which must be empty. `path` is for errors. */
enum cs_err cs_keys_parse(const char *path, const struct cs_secret *content, struct cs_keys *keys,
                          struct cs_error *error) CS_MUST_USE;

#endif
