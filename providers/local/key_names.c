/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/local/key_names.h"

#include <stdio.h>

#include "base/lower.h"
#include "u2f/origins.h"

void cs_key_host_name(const char *host, char ret_name[CS_KEY_HOST_SIZE])
{
    (void)snprintf(ret_name, CS_KEY_HOST_SIZE, CS_U2F_SCHEME "%s", host);
    for (char *byte = ret_name; *byte != '\0'; byte++)
        *byte = cs_lower(*byte);
}

struct cs_key_names cs_key_names(const struct cs_local_settings *settings, const char *host_name)
{
    return (struct cs_key_names){
        .app_id = settings->u2f_app_id ? settings->u2f_app_id : host_name,
        .origins = settings->u2f_origins ? settings->u2f_origins : host_name,
        .verification = (enum cs_u2f_verification)settings->u2f_verification};
}

enum cs_err cs_check_app_id(const struct cs_setting *row, const char *value, struct cs_error *error)
{
    unsigned char hash[CS_U2F_HASH_BYTES];

    (void)row;
    return cs_u2f_app_hash(value, hash, error);
}

enum cs_err cs_check_origins(const struct cs_setting *row, const char *value,
                             struct cs_error *error)
{
    struct cs_u2f_origins origins;

    (void)row;
    return cs_u2f_read_origins(value, &origins, error);
}
