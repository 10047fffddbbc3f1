/* SPDX-License-Identifier: Apache-2.0 */
/* What an OpenID provider says of itself (OpenID Connect Discovery 1.0 section 3; CIBA Core section
 * 4; RFC 8628 section 4). */
#ifndef CS_PROVIDERS_OPENID_METADATA_H
#define CS_PROVIDERS_OPENID_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* URLs are owned; NULL: it has no such endpoint. */
struct cs_openid_metadata {
    char *token_endpoint; /* never NULL */
    char *jwks_uri;       /* never NULL */
    char *ciba_endpoint;  /* backchannel_authentication_endpoint */
    char *device_endpoint;
    char *userinfo_endpoint;
    bool polls;          /* CIBA's poll mode; also if it does not say which modes it has */
    unsigned algorithms; /* for ID tokens, a set of ours (jose.h); all of them if it does not say */
};

/*
 * Reads the document. `issuer` must be its issuer byte for byte (Discovery section 4.3), every
 * endpoint an https URL. `mutual_tls`: the client proves itself with a certificate, so endpoints
 * that the server has for such clients come first (mtls_endpoint_aliases, RFC 8705 section 5).
 * CS_ERR_CONFIG: it is another issuer's, or the document cannot be used, and what the administrator
 * must change; CS_ERR_UNAVAILABLE: it is not JSON.
 */
enum cs_err cs_openid_metadata_read(const char *text, size_t length, const char *issuer,
                                    bool mutual_tls, struct cs_openid_metadata *ret_metadata,
                                    struct cs_error *error) CS_MUST_USE;

void cs_openid_metadata_clear(struct cs_openid_metadata *metadata);

#endif
