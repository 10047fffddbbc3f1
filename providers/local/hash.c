/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/hash.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(CS_PASSWORD_SETTING_SIZE >= CRYPT_GENSALT_OUTPUT_SIZE, "a setting fits");
_Static_assert(CS_PASSWORD_BYTES_MAX < CRYPT_MAX_PASSPHRASE_SIZE, "libcrypt counts the NUL");

static void free_data(struct crypt_data **data)
{
    if (*data != NULL)
        cs_wipe(*data, sizeof **data);
    free(*data);
}

bool cs_password_usable(const struct cs_secret *password)
{
    return password->length > 0 && password->length <= CS_PASSWORD_BYTES_MAX &&
           strlen(password->data) == password->length;
}

enum cs_err cs_password_setting(char ret_setting[CS_PASSWORD_SETTING_SIZE], struct cs_error *error)
{
    return crypt_gensalt_rn("$y$", 0, NULL, 0, ret_setting, CS_PASSWORD_SETTING_SIZE) != NULL
               ? CS_OK
               : cs_fail_errno(error, "cannot make a salt for a password");
}

enum cs_err cs_password_hash(const struct cs_secret *password, const char *setting,
                             struct cs_secret *ret_hash, struct cs_error *error)
{
    /* 32 KiB is too much for a login thread's stack. */
    CS_AUTO(free_data) struct crypt_data *data = calloc(1, sizeof *data);
    const char *hash;

    if (data == NULL)
        return cs_fail_nomem(error);
    hash = crypt_rn(password->data, setting, data, sizeof *data);
    if (hash == NULL)
        return cs_fail_errno(error, "cannot hash a password");
    return cs_secret_set(ret_hash, hash, strlen(hash)) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_password_fits(const struct cs_secret *password, const char *hash, bool *ret_fits,
                             struct cs_error *error)
{
    const struct cs_secret stand_in = {(char[]){"-"}, 1};
    CS_AUTO(cs_secret_free) struct cs_secret made = {0};
    bool usable = cs_password_usable(password);
    enum cs_err result = cs_password_hash(usable ? password : &stand_in, hash, &made, error);

    *ret_fits = result == CS_OK && usable && made.length == strlen(hash) &&
                cs_equal_ct(made.data, hash, made.length);
    return result;
}
