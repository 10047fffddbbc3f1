/* SPDX-License-Identifier: Apache-2.0 */
/* How a tenant of IBM Verify is reached; read from the `ibm-auth-api` section of a file. */
#ifndef CS_PROVIDERS_IBM_VERIFY_SETTINGS_H
#define CS_PROVIDERS_IBM_VERIFY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

/* Owned strings; NULL where nothing was said. */
struct cs_verify_settings {
    bool given;     /* the file has the section */
    char *base_url; /* "https://tenant.example.com:443" */
    char *client_id;
    struct cs_secret client_secret;
    struct cs_secret access_token; /* used as it is, in place of client id and secret */
    char *token_path;              /* NULL: the usual one */
    char *proxy;                   /* every form that net/http.h names */
    bool proxy_set, proxy_tunnel;
    char *ca_file, *ca_path;                   /* certificates to trust; both NULL: the system's */
    unsigned max_handles;                      /* connections at most */
    unsigned connect_timeout, request_timeout; /* seconds */
    char *trace_file;                          /* NULL: no trace */
    int64_t trace_rollover;                    /* bytes; 0: never */
    bool trace_localtime, trace_prefix_all;
};

void cs_verify_settings_clear(struct cs_verify_settings *settings);

/* False as well when memory ran out; the copy is released with cs_verify_settings_clear. */
bool cs_verify_settings_copy(const struct cs_verify_settings *settings,
                             struct cs_verify_settings *ret_copy);

bool cs_verify_settings_equal(const struct cs_verify_settings *a,
                              const struct cs_verify_settings *b);

#endif
