/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/jwk.h"

#include <openssl/core_names.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"

enum {
    COORDINATE_BYTES = 32,                       /* of P-256, and the key of Ed25519 */
    MODULUS_ROOM = CS_JOSE_RSA_BITS_MAX / 8 + 1, /* some servers put a zero byte in front */
    EXPONENT_ROOM = 4,                           /* 3 and 65537 are what is used */
};

/* The bytes of a member in base64url. False: it is missing, not that, empty or has more than
 * `room`. */
static bool get_bytes(const struct cs_json_value *object, const char *key, unsigned char *ret_bytes,
                      size_t room, size_t *ret_length)
{
    size_t length = 0;
    const char *text = cs_json_string(cs_json_get(object, key), &length);

    return text != NULL && cs_base64url_decode(text, length, ret_bytes, room, ret_length) &&
           *ret_length > 0;
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
    CS_AUTO(cs_free_key_context)
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return key;
}

/* RFC 7518 section 6.3.1. */
static EVP_PKEY *read_rsa(const struct cs_json_value *object)
{
    unsigned char modulus[MODULUS_ROOM], exponent[EXPONENT_ROOM];
    size_t modulus_length = 0, exponent_length = 0;

    if (!get_bytes(object, "n", modulus, sizeof modulus, &modulus_length) ||
        !get_bytes(object, "e", exponent, sizeof exponent, &exponent_length))
        return NULL;
    CS_AUTO(cs_free_number) BIGNUM *n = BN_bin2bn(modulus, (int)modulus_length, NULL);
    CS_AUTO(cs_free_number) BIGNUM *e = BN_bin2bn(exponent, (int)exponent_length, NULL);
    CS_AUTO(cs_free_param_build) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

    if (n == NULL || e == NULL || build == NULL)
        return NULL;
    if (BN_num_bits(n) < CS_JOSE_RSA_BITS_MIN || BN_num_bits(n) > CS_JOSE_RSA_BITS_MAX ||
        !BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e))
        return NULL;
    if (OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        return NULL;
    CS_AUTO(cs_free_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);

    return params != NULL ? from_params("RSA", params) : NULL;
}

/* RFC 7518 section 6.2.1: both coordinates in full length. OpenSSL checks that the point is on the
 * curve. */
static EVP_PKEY *read_p256(const struct cs_json_value *object)
{
    unsigned char point[1 + 2 * COORDINATE_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
    char group[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    size_t x = 0, y = 0;

    if (!get_bytes(object, "x", point + 1, COORDINATE_BYTES, &x) || x != COORDINATE_BYTES ||
        !get_bytes(object, "y", point + 1 + COORDINATE_BYTES, COORDINATE_BYTES, &y) ||
        y != COORDINATE_BYTES)
        return NULL;
    return from_params("EC", params);
}

/* RFC 8037 section 2. */
static EVP_PKEY *read_ed25519(const struct cs_json_value *object)
{
    unsigned char x[COORDINATE_BYTES];
    size_t length = 0;

    if (!get_bytes(object, "x", x, sizeof x, &length) || length != sizeof x)
        return NULL;
    return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, sizeof x);
}

static const struct row {
    const char *kty, *crv; /* crv is NULL: the type has no curves */
    enum cs_jose_key_type type;
    EVP_PKEY *(*read)(const struct cs_json_value *object);
} rows[] = {
    {"RSA", NULL, CS_JOSE_RSA, read_rsa},
    {"EC", "P-256", CS_JOSE_P256, read_p256},
    {"OKP", "Ed25519", CS_JOSE_ED25519, read_ed25519},
};

static bool is(const struct cs_json_value *object, const char *key, const char *wanted)
{
    const char *text = cs_json_string(cs_json_get(object, key), NULL);

    return text != NULL && strcmp(text, wanted) == 0;
}

static const struct row *find_row(const struct cs_json_value *object)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (is(object, "kty", rows[i].kty) &&
            (rows[i].crv == NULL || is(object, "crv", rows[i].crv)))
            return &rows[i];
    }
    return NULL;
}

static bool is_absent(const struct cs_json_value *object, const char *key)
{
    return cs_json_type(cs_json_get(object, key)) == CS_JSON_NONE;
}

/* `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3): what they do not allow is not done. */
static bool may_verify(const struct cs_json_value *object)
{
    const struct cs_json_value *operations = cs_json_get(object, "key_ops"), *item;

    if (!is_absent(object, "use") && !is(object, "use", "sig"))
        return false;
    if (operations == NULL)
        return true;
    if (cs_json_type(operations) != CS_JSON_ARRAY)
        return false;
    for (item = cs_json_first(operations); item != NULL; item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        if (text != NULL && strcmp(text, "verify") == 0)
            return true;
    }
    return false;
}

/* What a key of that type may sign with, or only what its `alg` says; none if that is not for keys
 * of the type. */
static unsigned algorithms_of(const struct cs_json_value *object, enum cs_jose_key_type type)
{
    enum cs_jose_algorithm only;
    unsigned fitting = 0;

    for (unsigned i = 0; i < CS_JOSE_ALGORITHMS; i++) {
        if (cs_jose_key_type((enum cs_jose_algorithm)i) == type)
            fitting |= CS_JOSE_BIT(i);
    }
    if (is_absent(object, "alg"))
        return fitting;
    if (!cs_jose_find(cs_json_string(cs_json_get(object, "alg"), NULL), &only))
        return 0;
    return fitting & CS_JOSE_BIT(only);
}

bool cs_jwk_read(const struct cs_json_value *object, struct cs_jwk *ret_jwk)
{
    CS_FORGET_FAILURES;
    const struct row *row = find_row(object);
    const char *kid = cs_json_string(cs_json_get(object, "kid"), NULL);
    struct cs_jwk jwk = {0};

    if (row == NULL || !may_verify(object) || (kid == NULL && !is_absent(object, "kid")))
        return false;
    jwk.type = row->type;
    jwk.algorithms = algorithms_of(object, row->type);
    if (jwk.algorithms == 0)
        return false;
    jwk.key = row->read(object);
    jwk.kid = jwk.key != NULL && kid != NULL ? strdup(kid) : NULL;
    if (jwk.key == NULL || (kid != NULL && jwk.kid == NULL)) {
        cs_jwk_clear(&jwk);
        return false;
    }
    *ret_jwk = jwk;
    return true;
}

void cs_jwk_clear(struct cs_jwk *jwk)
{
    EVP_PKEY_free(jwk->key);
    free(jwk->kid);
    *jwk = (struct cs_jwk){0};
}
