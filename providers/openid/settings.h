/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of an OpenID provider. How to reach it and what it demands is in the section
 * `openid` of our file; how strict a login is, is set for each login: `settings` of struct
 * cs_call. */
#ifndef CS_PROVIDERS_OPENID_SETTINGS_H
#define CS_PROVIDERS_OPENID_SETTINGS_H

#include "base/strlist.h"
#include "providers/server/connection.h"

/* How this machine proves who it is. */
enum cs_openid_authentication {
    CS_OPENID_BASIC,
    CS_OPENID_POST,
    CS_OPENID_PRIVATE_KEY,
    CS_OPENID_MUTUAL_TLS,
    CS_OPENID_NONE,
};

enum cs_openid_audience { CS_OPENID_AUDIENCE_ISSUER, CS_OPENID_AUDIENCE_ENDPOINT };

/* NULL if not set */
struct cs_openid_settings {
    const char *issuer;
    const char *client_id, *client_secret;
    const char *secret_file, *secret_of_file; /* its path, and its content */
    unsigned authentication;                  /* enum cs_openid_authentication */
    const char *device_client_id;             /* for the device grant; NULL: the same client */
    const char *device_client_secret;
    const char *device_secret_file, *device_secret_of_file;
    unsigned device_authentication;
    const char *key_file, *key_of_file;
    const char *certificate_file, *certificate_of_file;
    unsigned assertion_audience; /* enum cs_openid_audience */
    const char *scope;
    const char *login_hint;           /* with %u, %a, %i */
    const char *claim;                /* has the identity */
    const char *acr_values;           /* levels that every login must prove */
    const char *biometric_acr_values; /* those of enforce_biometric */
    const char *algorithms;           /* of ID tokens, comma-separated */
    const char *quiet_parameter;      /* name=value that stops a notification */
    unsigned word_length;             /* 0: there is no word */
    bool requested_expiry;            /* say how long a request is good for */
    bool user_code;                   /* requests need the user's own secret */
    struct cs_connection connection;

    /* Set for each login. */
    bool enforce_biometric;
    bool suppress_notification;
    unsigned token_timeout; /* seconds for one request; 0: request-timeout */
};

extern const struct cs_setting cs_openid_rows[];

/* The slot `check` of the kind. */
enum cs_err cs_openid_check_settings(const void *settings, struct cs_strlist *warnings,
                                     struct cs_error *error) CS_MUST_USE;

/* Whether one of the two clients proves itself so. */
bool cs_openid_uses(const struct cs_openid_settings *settings,
                    enum cs_openid_authentication authentication);

/* The levels, one of which an approval of this login must prove, separated by blanks; NULL: any
 * will do. A login's option can only tighten what the section says. */
const char *cs_openid_levels(const struct cs_openid_settings *settings,
                             const struct cs_openid_settings *login);

/* The set of algorithms (jose.h) in a comma-separated list. CS_ERR_CONFIG names the unknown one. */
enum cs_err cs_openid_algorithms(const char *list, unsigned *ret_set,
                                 struct cs_error *error) CS_MUST_USE;

#endif
