/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/client.h"

#include <string.h>

#include "base/clock.h"
#include "base/percent.h"
#include "providers/openid/form.h"
#include "providers/openid/jws.h"
#include "providers/server/basic.h"
#include "providers/server/word.h"
#include "json/write.h"

enum { ASSERTION_LIFE = 60, ASSERTION_ID_LENGTH = 26 }; /* seconds; 130 random bits */

/* RFC 6749 section 2.3.1: both parts are encoded as in a form before RFC 7617 encodes them. */
static enum cs_err make_basic(const struct cs_openid_client *client, struct cs_secret *ret_basic,
                              struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer plain = {0};

    cs_percent_encode(&plain, client->id, strlen(client->id), "");
    cs_buffer_text(&plain, ":");
    cs_percent_encode(&plain, client->secret, strlen(client->secret), "");
    return cs_basic_encode(&plain, ret_basic, error);
}

/* RFC 7523 section 3. The server takes each `jti` once. */
static enum cs_err make_claims(const struct cs_openid_client *client, const char *audience,
                               struct cs_secret *ret_claims, struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    char id[ASSERTION_ID_LENGTH + 1];
    int64_t now = cs_clock_seconds();
    enum cs_err result = cs_make_word(ASSERTION_ID_LENGTH, id, error);

    if (result != CS_OK)
        return result;
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "iss", client->id);
    cs_json_write_string(writer, "sub", client->id);
    cs_json_write_string(writer, "aud", audience);
    cs_json_write_string(writer, "jti", id);
    cs_json_write_integer(writer, "iat", now);
    cs_json_write_integer(writer, "exp", now + ASSERTION_LIFE);
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_claims, error);
}

static enum cs_err add_assertion(const struct cs_openid_client *client, const char *audience,
                                 struct cs_buffer *form, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret claims = {0};
    CS_AUTO(cs_secret_free) struct cs_secret assertion = {0};
    enum cs_err result = make_claims(client, audience, &claims, error);

    if (result == CS_OK)
        result = cs_jws_sign(client->key, claims.data, claims.length, &assertion, error);
    if (result != CS_OK)
        return result;
    cs_form_add(form, "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    cs_form_add(form, "client_assertion", assertion.data);
    return CS_OK;
}

enum cs_err cs_openid_client_prove(const struct cs_openid_client *client, const char *audience,
                                   bool names, struct cs_buffer *form, struct cs_secret *ret_basic,
                                   struct cs_error *error)
{
    bool proof_names = client->authentication == CS_OPENID_BASIC ||
                       client->authentication == CS_OPENID_PRIVATE_KEY;

    if (names || !proof_names)
        cs_form_add(form, "client_id", client->id);
    switch (client->authentication) {
    case CS_OPENID_BASIC:
        return make_basic(client, ret_basic, error);
    case CS_OPENID_POST:
        cs_form_add(form, "client_secret", client->secret);
        return CS_OK;
    case CS_OPENID_PRIVATE_KEY:
        return add_assertion(client, audience, form, error);
    default: /* TLS proves it, or nothing does */
        return CS_OK;
    }
}

bool cs_openid_client_repeats(const struct cs_openid_client *client)
{
    return client->authentication != CS_OPENID_PRIVATE_KEY;
}
