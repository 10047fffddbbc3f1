/* SPDX-License-Identifier: Apache-2.0 */
/* The servers of http_server.py, and a client for them. Every function fails the test if it does
 * not succeed. */
#ifndef CS_TESTS_SUPPORT_HTTP_SERVER_H
#define CS_TESTS_SUPPORT_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/http.h"

struct http_server {
    char folder[64];
    char ca_file[96];
    pid_t process;
    int input; /* closing it ends the servers */
    char ports[1024];
};

/* Setup and teardown for a group of tests: *state is a struct http_server. */
int http_server_setup(void **state);
int http_server_teardown(void **state);

/* The port of a server; 0 if there is no such server. */
unsigned http_server_port(const struct http_server *server, const char *name);

/* "SCHEME://HOST:PORT", in a buffer that the next call overwrites. */
const char *http_server_url(struct http_server *server, const char *scheme, const char *host,
                            const char *name);

/* Settings for the server `name` under localhost, trusting its certificate. */
struct cs_http_settings http_server_settings(struct http_server *server, const char *scheme,
                                             const char *name);

/* A client for the server "https" or "http". */
struct cs_http *http_server_client(struct http_server *server, const char *scheme);

/* A call with ten seconds left. */
struct cs_http_call http_server_call(void);

/* A GET marked as not idempotent, so that nothing is retried. */
enum cs_err http_server_get(struct cs_http *http, const char *target,
                            struct cs_http_response *ret_response, struct cs_error *error);

/* How many paths ending in `name` the server has seen. */
unsigned http_server_seen(struct http_server *server, const char *name);

#endif
