/* Where requests go: the server's URL and the proxy's, taken apart and checked once. Only for the
 * HTTP client. */
#ifndef CS_PROVIDERS_HTTP_PLACE_H
#define CS_PROVIDERS_HTTP_PLACE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"

/* Everything is owned. `url` has no user and no password, so that it may stand in a message. */
struct cs_http_place {
    char *url;  /* "scheme://host:port" */
    char *host; /* IPv6 without brackets */
    char *port;
    const char *scheme;
    bool numeric;         /* the host is an address */
    bool resolves_target; /* of a proxy: the target's name is looked up here, not there */
    struct cs_secret user, password; /* of a proxy, decoded; empty: none */
};

/* CS_ERR_CONFIG, in words for the administrator, never with a password. */
enum cs_err cs_http_place_server(const char *url, struct cs_http_place *ret_place,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_http_place_proxy(const char *proxy, struct cs_http_place *ret_place,
                                struct cs_error *error) CS_MUST_USE;

void cs_http_place_free(struct cs_http_place *place);

#endif
