/* SPDX-License-Identifier: Apache-2.0 */
/* How this machine proves to an OpenID provider which client it is (OpenID Connect Core section 9,
 * RFC 8705 section 2). */
#ifndef CS_PROVIDERS_OPENID_CLIENT_H
#define CS_PROVIDERS_OPENID_CLIENT_H

#include "base/buffer.h"
#include "base/secret.h"
#include "providers/openid/private_key.h"
#include "providers/openid/settings.h"

/* Borrowed from the settings. */
struct cs_openid_client {
    const char *id;
    const char *secret; /* NULL: none */
    enum cs_openid_authentication authentication;
    const struct cs_private_key *key; /* for CS_OPENID_PRIVATE_KEY */
};

/*
 * Adds what proves the client to a form, or makes the credentials for the header Authorization
 * (`ret_basic`, otherwise untouched). `audience` is whom an assertion is for. The client's id is in
 * the form unless the proof has it, or if the request `names` it all the same (RFC 8628 section
 * 3.1). CS_ERR_CRYPTO: nothing can be signed.
 */
enum cs_err cs_openid_client_prove(const struct cs_openid_client *client, const char *audience,
                                   bool names, struct cs_buffer *form, struct cs_secret *ret_basic,
                                   struct cs_error *error) CS_MUST_USE;

/* Whether the same form may be sent again: an assertion is accepted once. */
bool cs_openid_client_repeats(const struct cs_openid_client *client);

#endif
