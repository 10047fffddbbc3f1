/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/jws.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "providers/openid/jwk.h"
#include "providers/openid/private_key_priv.h"
#include "providers/openid/signature.h"
#include "json/write.h"

/* ---- the three parts ---- */

struct parts {
    const char *header, *payload, *signature;
    size_t header_length, payload_length, signature_length;
    size_t signed_length; /* of header, dot and payload: what the signature is for */
};

static bool split(const char *token, size_t length, struct parts *parts)
{
    const char *first = memchr(token, '.', length), *second, *end = token + length;

    if (first == NULL)
        return false;
    second = memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL || memchr(second + 1, '.', (size_t)(end - second - 1)) != NULL)
        return false;
    *parts = (struct parts){
        .header = token,
        .header_length = (size_t)(first - token),
        .payload = first + 1,
        .payload_length = (size_t)(second - first - 1),
        .signature = second + 1,
        .signature_length = (size_t)(end - second - 1),
        .signed_length = (size_t)(second - token),
    };
    return true;
}

static enum cs_err decode(const char *what, const char *text, size_t length,
                          struct cs_secret *ret_bytes, struct cs_error *error)
{
    size_t room = length / 4 * 3 + 3;
    CS_AUTO(cs_secret_free) struct cs_secret bytes = {malloc(room + 1), 0};

    if (bytes.data == NULL)
        return cs_fail_nomem(error);
    if (!cs_base64url_decode(text, length, (unsigned char *)bytes.data, room, &bytes.length)) {
        bytes.length = room;
        return cs_fail(error, CS_ERR_INPUT, "its %s is not base64url", what);
    }
    bytes.data[bytes.length] = '\0';
    *ret_bytes = bytes;
    bytes = (struct cs_secret){0};
    return CS_OK;
}

/* ---- the header ---- */

struct header {
    struct cs_json *document;
    enum cs_jose_algorithm algorithm;
    const char *kid; /* of the document; NULL: it has none */
};

static void free_header(struct header *header)
{
    cs_json_free(&header->document);
}

/* RFC 7515 section 4.1. Members that are not looked at here have no influence. */
static enum cs_err read_members(const struct cs_json_value *object, unsigned algorithms,
                                struct header *header, struct cs_error *error)
{
    const char *alg = cs_json_string(cs_json_get(object, "alg"), NULL);
    const char *typ = cs_json_string(cs_json_get(object, "typ"), NULL);

    if (alg == NULL)
        return cs_fail(error, CS_ERR_INPUT, "its header has no 'alg'");
    if (!cs_jose_find(alg, &header->algorithm) ||
        (algorithms & CS_JOSE_BIT(header->algorithm)) == 0)
        return cs_fail(error, CS_ERR_INPUT, "its alg '%.20s' is not accepted", alg);
    if (cs_json_get(object, "crit") != NULL || cs_json_get(object, "b64") != NULL)
        return cs_fail(error, CS_ERR_INPUT, "its header asks for an extension (crit or b64)");
    if (cs_json_get(object, "typ") != NULL && (typ == NULL || strchr(typ, '+') != NULL))
        return cs_fail(error, CS_ERR_INPUT, "its typ '%.40s' is another kind of token",
                       typ != NULL ? typ : "");
    header->kid = cs_json_string(cs_json_get(object, "kid"), NULL);
    if (header->kid == NULL && cs_json_get(object, "kid") != NULL)
        return cs_fail(error, CS_ERR_INPUT, "its kid is not a text");
    return CS_OK;
}

static enum cs_err read_header(const struct parts *parts, unsigned algorithms,
                               struct header *header, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    enum cs_err result = decode("header", parts->header, parts->header_length, &text, error);

    if (result != CS_OK)
        return result;
    result = cs_json_parse("the header", text.data, text.length, CS_JSON_STRICT, &header->document,
                           NULL);
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (result != CS_OK || cs_json_type(cs_json_root(header->document)) != CS_JSON_OBJECT)
        return cs_fail(error, CS_ERR_INPUT, "its header is not a JSON object");
    return read_members(cs_json_root(header->document), algorithms, header, error);
}

/* ---- the key ---- */

static bool is_named(const struct cs_jwk *jwk, const char *kid)
{
    return kid == NULL || (jwk->kid != NULL && strcmp(jwk->kid, kid) == 0);
}

static enum cs_err check_signature(const struct cs_jwks *jwks, const struct header *header,
                                   struct cs_bytes message, struct cs_bytes signature,
                                   struct cs_error *error)
{
    const size_t count = jwks != NULL ? jwks->count : 0;
    bool named = false, fits = false;

    for (size_t i = 0; i < count; i++) {
        const struct cs_jwk *jwk = &jwks->keys[i];

        if (!is_named(jwk, header->kid))
            continue;
        named = true;
        if ((jwk->algorithms & CS_JOSE_BIT(header->algorithm)) == 0)
            continue;
        fits = true;
        if (cs_signature_is_good(jwk->key, header->algorithm, message, signature))
            return CS_OK;
    }
    if (header->kid == NULL)
        return cs_fail(error, CS_ERR_NOT_FOUND, "no key of the server made its signature");
    if (!named)
        return cs_fail(error, CS_ERR_NOT_FOUND, "the server has no key '%.40s' that can be used",
                       header->kid);
    if (!fits)
        return cs_fail(error, CS_ERR_INPUT, "the key '%.40s' is not for %s", header->kid,
                       cs_jose_name(header->algorithm));
    return cs_fail(error, CS_ERR_INPUT, "the signature is not that of the key '%.40s'",
                   header->kid);
}

/* ---- both directions ---- */

enum cs_err cs_jws_verify(const struct cs_jwks *jwks, const char *token, size_t length,
                          unsigned algorithms, struct cs_secret *ret_payload,
                          struct cs_error *error)
{
    CS_AUTO(free_header) struct header header = {0};
    CS_AUTO(cs_secret_free) struct cs_secret payload = {0}, signature = {0};
    struct parts parts;
    enum cs_err result;

    if (length > CS_JWS_LENGTH_MAX)
        return cs_fail(error, CS_ERR_INPUT, "it has more than %d characters", CS_JWS_LENGTH_MAX);
    if (!split(token, length, &parts))
        return cs_fail(error, CS_ERR_INPUT, "it does not have three parts");
    result = read_header(&parts, algorithms, &header, error);
    if (result == CS_OK)
        result = decode("payload", parts.payload, parts.payload_length, &payload, error);
    if (result == CS_OK)
        result = decode("signature", parts.signature, parts.signature_length, &signature, error);
    if (result == CS_OK)
        result = check_signature(
            jwks, &header, (struct cs_bytes){(const unsigned char *)token, parts.signed_length},
            (struct cs_bytes){(const unsigned char *)signature.data, signature.length}, error);
    if (result != CS_OK)
        return result;
    cs_secret_free(ret_payload);
    *ret_payload = payload;
    payload = (struct cs_secret){0};
    return CS_OK;
}

static enum cs_err write_header(const struct cs_private_key *key, struct cs_secret *ret_text,
                                struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "alg", cs_jose_name(key->algorithm));
    cs_json_write_string(writer, "kid", key->id);
    cs_json_write_string(writer, "typ", "JWT");
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_text, error);
}

enum cs_err cs_jws_sign(const struct cs_private_key *key, const char *payload, size_t length,
                        struct cs_secret *ret_token, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer token = {0};
    CS_AUTO(cs_secret_free) struct cs_secret header = {0}, signature = {0};
    enum cs_err result = write_header(key, &header, error);

    if (result != CS_OK)
        return result;
    cs_base64url_add(&token, (const unsigned char *)header.data, header.length);
    cs_buffer_text(&token, ".");
    cs_base64url_add(&token, (const unsigned char *)payload, length);
    if (token.failed)
        return cs_fail_nomem(error);
    result = cs_signature_make(key->key, key->algorithm,
                               (struct cs_bytes){(const unsigned char *)token.text, token.length},
                               &signature, error);
    if (result != CS_OK)
        return result;
    cs_buffer_text(&token, ".");
    cs_base64url_add(&token, (const unsigned char *)signature.data, signature.length);
    if (token.failed || cs_secret_set(ret_token, token.text, token.length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
