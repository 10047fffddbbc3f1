/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in provider: factors and passwords in the store, judged here. */
#ifndef CS_PROVIDERS_LOCAL_LOCAL_H
#define CS_PROVIDERS_LOCAL_LOCAL_H

#include "providers/kind.h"

/* The first two open the provider; the rest is each login's own: `settings` of struct cs_call. */
struct cs_local_settings {
    const char *store, *key_file;
    unsigned totp_window, totp_drift;     /* time steps */
    unsigned hotp_window, hotp_resync;    /* counters: struct cs_hotp_windows */
    bool throttle;                        /* delays are in force */
    bool uid_check;                       /* compares the account's uid with the stored one */
    const char *u2f_app_id, *u2f_origins; /* NULL: see key_names.h */
    unsigned u2f_verification;            /* enum cs_u2f_verification */
};

extern const struct cs_provider_kind cs_local_kind;

#endif
