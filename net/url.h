/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that a server names: for requests to it, and for people to open. */
#ifndef CS_NET_URL_H
#define CS_NET_URL_H

#include <stdbool.h>

#include "base/error.h"

/* A URL taken apart for cs_http_new and cs_http_perform; both owned. */
struct cs_url {
    char *base;   /* "https://host:port" */
    char *target; /* path and query, starts with a slash */
};

void cs_url_free(struct cs_url *url);

/* Takes a URL apart. Only https, or http to this machine; no user, no password, no fragment,
 * visible ASCII. CS_ERR_INPUT says what is wrong, without the URL; CS_ERR_UNAVAILABLE that libcurl,
 * which takes it apart, cannot be loaded. */
enum cs_err cs_url_split(const char *text, struct cs_url *ret_url,
                         struct cs_error *error) CS_MUST_USE;

/* Whether a setting is such a URL. CS_ERR_CONFIG: no, and the error says what is `expected`. Other
 * errors say nothing about the URL. */
enum cs_err cs_url_check(const char *text, const char *expected,
                         struct cs_error *error) CS_MUST_USE;

#endif
