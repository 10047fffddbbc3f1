/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords as yescrypt hashes in the form of crypt(5). Hashing takes tens of milliseconds and 16
 * MiB: never hash while others wait for a lock. The only user of libcrypt. */
#ifndef CS_PROVIDERS_LOCAL_HASH_H
#define CS_PROVIDERS_LOCAL_HASH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

enum {
    CS_PASSWORD_BYTES_MAX = 511, /* libcrypt takes no more */
    CS_PASSWORD_SETTING_SIZE = 192,
};

/* Whether it can be hashed: not empty, not too long, no NUL bytes. */
bool cs_password_usable(const struct cs_secret *password);

/* Method, default cost and a fresh random salt, for a new hash. */
enum cs_err cs_password_setting(char ret_setting[CS_PASSWORD_SETTING_SIZE],
                                struct cs_error *error) CS_MUST_USE;

/* Hashes a usable password with a setting, or with that of an earlier hash; other settings are
 * CS_ERR_SYSTEM. */
enum cs_err cs_password_hash(const struct cs_secret *password, const char *setting,
                             struct cs_secret *ret_hash, struct cs_error *error) CS_MUST_USE;

/* *ret_fits: `hash` was made from the password. An unusable password fits nothing, at the cost of a
 * usable one. */
enum cs_err cs_password_fits(const struct cs_secret *password, const char *hash, bool *ret_fits,
                             struct cs_error *error) CS_MUST_USE;

#endif
