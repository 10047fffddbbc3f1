/* SPDX-License-Identifier: Apache-2.0 */
/* Where requests and mail go: the server's URL and the proxy's, parsed and checked once. Private to
 * this folder. */
#ifndef CS_NET_ENDPOINT_H
#define CS_NET_ENDPOINT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

/* Everything is owned. `url` has no user and no password, so that messages may quote it. */
struct cs_http_endpoint {
    char *url;  /* "scheme://host:port" */
    char *host; /* IPv6 without brackets */
    char *port;
    const char *scheme;
    bool numeric;         /* the host is an address */
    bool resolves_target; /* for a proxy: the target's name is looked up here, not there */
    struct cs_secret user, password; /* for a proxy, decoded; empty: none */
};

/* CS_ERR_CONFIG with a message for the administrator, which never contains a password. */
enum cs_err cs_http_server_endpoint(const char *url, struct cs_http_endpoint *ret_endpoint,
                                    struct cs_error *error) CS_MUST_USE;
enum cs_err cs_http_proxy_endpoint(const char *proxy, struct cs_http_endpoint *ret_endpoint,
                                   struct cs_error *error) CS_MUST_USE;

/* The server of mail: smtp or smtps. */
enum cs_err cs_mail_endpoint(const char *url, struct cs_http_endpoint *ret_endpoint,
                             struct cs_error *error) CS_MUST_USE;

void cs_http_endpoint_free(struct cs_http_endpoint *endpoint);

#endif
