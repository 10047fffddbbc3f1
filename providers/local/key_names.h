/* SPDX-License-Identifier: Apache-2.0 */
/* The application that security keys are registered for, and what their answers may name as the
 * place of the login. */
#ifndef CS_PROVIDERS_LOCAL_KEY_NAMES_H
#define CS_PROVIDERS_LOCAL_KEY_NAMES_H

#include "providers/local/local.h"
#include "u2f/message.h"

enum { CS_KEY_HOST_SIZE = CS_U2F_ORIGIN_MAX + 1 };

struct cs_key_names {
    const char *app_id;  /* of the application they were registered for */
    const char *origins; /* one of these must be signed; form: cs_u2f_read_origins */
    enum cs_u2f_verification verification; /* of every key */
};

/* pam:// and the name of a host in lower case: as ssh writes the host that it connects to, whatever
 * case was typed. */
void cs_key_host_name(const char *host, char ret_name[CS_KEY_HOST_SIZE]);

/* What the settings say; if they say nothing, `host_name` as written above. The result borrows from
 * both. */
struct cs_key_names cs_key_names(const struct cs_local_settings *settings, const char *host_name);

/* Columns of struct cs_setting: as cs_u2f_app_hash and cs_u2f_read_origins take them. */
enum cs_err cs_check_app_id(const struct cs_setting *row, const char *value,
                            struct cs_error *error) CS_MUST_USE;
enum cs_err cs_check_origins(const struct cs_setting *row, const char *value,
                             struct cs_error *error) CS_MUST_USE;

#endif
