/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of IBM Verify. How to reach a tenant is in the section `verify` of our file, or in
 * `ibm-auth-api` and `pam` of a file of IBM's gateway. How to find its users and ask them is set
 * for each login: `settings` of struct cs_call. */
#ifndef CS_PROVIDERS_IBM_VERIFY_SETTINGS_H
#define CS_PROVIDERS_IBM_VERIFY_SETTINGS_H

#include "base/buffer.h"
#include "base/strlist.h"
#include "providers/server/connection.h"
#include "settings/setting.h"

enum cs_verify_protocol { CS_VERIFY_HTTPS, CS_VERIFY_HTTP };

/* How a device is asked to approve: with a fingerprint or face, or plainly. */
enum cs_device_order {
    CS_DEVICE_BIOMETRIC_FIRST,
    CS_DEVICE_PRESENCE_FIRST,
    CS_DEVICE_BIOMETRIC_ONLY,
    CS_DEVICE_PRESENCE_ONLY,
};

/* NULL if not set */
struct cs_verify_settings {
    unsigned protocol; /* enum cs_verify_protocol */
    const char *host;
    unsigned port;
    const char *client_id;
    const char *client_secret;
    const char *secret_file, *secret_of_file; /* its path, and its content */
    const char *obfuscated_secret;            /* only IBM's program can read it */
    const char *access_token;                 /* used as it is, instead of client id and secret */
    const char *token_path;                   /* NULL: the usual one */
    struct cs_connection connection;

    /* Set for each login. mapping/attribute.h says how to write attributes; NULL: the usual one. */
    const char *user_name_attr;   /* the attribute that holds the identity */
    const char *id_link_attr;     /* the one whose value is the name for the password check */
    const char *identity_source;  /* who checks the password */
    unsigned verify_method_order; /* enum cs_device_order */
};

extern const struct cs_setting cs_verify_rows[];

/* The slot `check` of the kind. */
enum cs_err cs_verify_check_settings(const void *settings, struct cs_strlist *warnings,
                                     struct cs_error *error) CS_MUST_USE;

/* Appends "https://tenant.example.com:443", from checked settings. */
void cs_verify_base_url(const struct cs_verify_settings *settings, struct cs_buffer *out);

#endif
