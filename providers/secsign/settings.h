/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the provider for SecSign ID, all in the section `secsign` of our file. */
#ifndef CS_PROVIDERS_SECSIGN_SETTINGS_H
#define CS_PROVIDERS_SECSIGN_SETTINGS_H

#include "base/strlist.h"
#include "providers/server/connection.h"

enum cs_secsign_api { CS_SECSIGN_CLASSIC, CS_SECSIGN_REST };

enum { CS_SECSIGN_WORD_MAX = 16 };

/* NULL if not set */
struct cs_secsign_settings {
    unsigned api;                  /* enum cs_secsign_api */
    const char *server, *fallback; /* URLs; fallback may be "": none */
    const char *user;              /* the PIN account of the REST API */
    const char *password;
    const char *password_file, *password_of_file; /* its path, and its content */
    const char *service_name, *service_address;   /* texts of service.h */
    const char *email;                            /* the address for codes, with %u */
    unsigned word_length;                         /* 0: there is no word */
    unsigned poll_interval;                       /* seconds */
    bool totp;                                    /* codes of the app are accepted */
    struct cs_connection connection;
};

extern const struct cs_setting cs_secsign_rows[];

/* The slot `check` of the kind. */
enum cs_err cs_secsign_check_settings(const void *settings, struct cs_strlist *warnings,
                                      struct cs_error *error) CS_MUST_USE;

/* The servers that the settings, or their defaults, name; the second may be NULL. */
const char *cs_secsign_primary(const struct cs_secsign_settings *settings);
const char *cs_secsign_fallback(const struct cs_secsign_settings *settings);

#endif
