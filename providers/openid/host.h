/* SPDX-License-Identifier: Apache-2.0 */
/* This machine as a client of an OpenID provider: what the command-line tool needs to make one of
 * it, and to see whether the two fit together. Plain data; no secret comes out. */
#ifndef CS_PROVIDERS_OPENID_HOST_H
#define CS_PROVIDERS_OPENID_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/strlist.h"

#define CS_OPENID_NAME "openid" /* of the kind of provider, and of its section */

/* ---- enrolling ---- */

/* What a section says that makes a client of this machine. Borrowed. */
struct cs_openid_enrolment {
    const char *issuer, *client_id;
    const char *authentication;                   /* "client_secret_basic", ... */
    const char *secret_file, *key_file, *ca_path; /* NULL: none */
    const char *proxy;                            /* as in net/http.h; NULL: not set */
    bool proxy_tunnel;                            /* of that proxy */
};

/* `settings` are those of the kind openid (providers/kind.h). */
void cs_openid_host_enrolment(const void *settings, struct cs_openid_enrolment *ret_enrolment);

/* What a server can do, as far as a choice depends on it. No pointers: it can cross a pipe. */
struct cs_openid_server {
    bool takes_basic, takes_post, takes_key; /* how clients prove who they are */
    bool approvals;                          /* CIBA in poll mode */
    bool browser;                            /* the device grant */
};

/*
 * Gets the metadata of the issuer, on the way that is wanted; nothing else in `wanted` counts.
 * CS_ERR_CONFIG: not such a URL, or the metadata are of somebody else or cannot be used. Otherwise
 * as cs_http_perform.
 */
enum cs_err cs_openid_host_look(const struct cs_openid_enrolment *wanted,
                                struct cs_openid_server *ret_server,
                                struct cs_error *error) CS_MUST_USE;

/* Makes a key for private_key_jwt, as the text of a PEM file. */
enum cs_err cs_openid_host_make_key(struct cs_secret *ret_pem, struct cs_error *error) CS_MUST_USE;

/* The public half of such a key as a JWK, to be registered. `name` is the file, for errors. */
enum cs_err cs_openid_host_public_key(const char *name, const struct cs_secret *pem,
                                      struct cs_secret *ret_jwk,
                                      struct cs_error *error) CS_MUST_USE;

/* ---- checking ---- */

enum { CS_OPENID_FACTS_MAX = 20 };

/* Something that was found. */
struct cs_openid_fact {
    const char *name; /* for programs: "token_endpoint"; static */
    const char *what; /* for people; static */
    char *text;       /* NULL: `number` is the value. In part from the server: clean before use */
    int64_t number;
    const char *unit; /* of `number`, for people; static */
};

/* Sentences, in part from the server: clean before use. */
struct cs_openid_host {
    struct cs_openid_fact facts[CS_OPENID_FACTS_MAX];
    size_t fact_count;
    struct cs_strlist limits;   /* what this server cannot do, which need not be wrong */
    struct cs_strlist problems; /* what keeps logins from working, and what to do */
};

void cs_openid_host_clear(struct cs_openid_host *host);

/*
 * Asks the provider of these settings (of the kind openid, which were checked) for metadata, keys
 * and, if it gives any without a user, a token; and sends requests that reach nobody
 * (host_client.c), which show whether the client is accepted. What fails is among the problems.
 * CS_ERR_NOMEM; the result is to be cleared in any case.
 */
enum cs_err cs_openid_host_check(const void *settings, struct cs_openid_host *ret_host,
                                 struct cs_error *error) CS_MUST_USE;

#endif
