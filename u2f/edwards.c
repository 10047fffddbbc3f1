/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/edwards.h"

#include <openssl/bn.h>
#include <string.h>

#include "base/strlist.h"

/* The field's prime, 2^255 - 19, and the curve's constant d (RFC 8032, section 5.1). */
#define PRIME "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"
#define CURVE_D "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"

/* The ordinates of the points whose order divides 8. */
static const char *const small_order[] = {
    "0",
    "1",
    "5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
};

struct field {
    BN_CTX *context;
    BIGNUM *prime, *d, *y, *u, *v, *other;
};

static void field_free(struct field *field)
{
    BIGNUM *const numbers[] = {field->prime, field->d, field->y, field->u, field->v, field->other};

    for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++)
        BN_free(numbers[i]);
    BN_CTX_free(field->context);
}

/* The ordinate is the number without its highest bit, which is the sign of the abscissa. */
static bool field_open(const unsigned char *bytes, struct field *field)
{
    unsigned char y[CS_U2F_EDDSA_BYTES];

    memcpy(y, bytes, sizeof y);
    y[sizeof y - 1] &= 0x7f;
    field->context = BN_CTX_new();
    field->y = BN_lebin2bn(y, sizeof y, NULL);
    field->u = BN_new();
    field->v = BN_new();
    return field->context != NULL && field->y != NULL && field->u != NULL && field->v != NULL &&
           BN_hex2bn(&field->prime, PRIME) > 0 && BN_hex2bn(&field->d, CURVE_D) > 0;
}

/* Whether there is an abscissa: x^2 = u/v with u = y^2 - 1 and v = d y^2 + 1. u/v is a square if
 * and only if u v is, because v is never 0. 1, 0, or -1 if OpenSSL fails. */
static int has_abscissa(struct field *field)
{
    int symbol;

    if (BN_mod_sqr(field->u, field->y, field->prime, field->context) != 1 ||
        BN_mod_mul(field->v, field->u, field->d, field->prime, field->context) != 1 ||
        BN_add_word(field->v, 1) != 1 || BN_sub_word(field->u, 1) != 1 ||
        BN_mod_mul(field->u, field->u, field->v, field->prime, field->context) != 1)
        return -1;
    symbol = BN_kronecker(field->u, field->prime, field->context);
    return symbol < -1 ? -1 : symbol >= 0;
}

static int is_small(struct field *field)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(small_order); i++) {
        if (BN_hex2bn(&field->other, small_order[i]) <= 0)
            return -1;
        if (BN_cmp(field->y, field->other) == 0)
            return 1;
    }
    return 0;
}

enum cs_err cs_u2f_check_edwards(const unsigned char bytes[CS_U2F_EDDSA_BYTES],
                                 struct cs_error *error)
{
    CS_AUTO(field_free) struct field field = {0};
    bool ready = field_open(bytes, &field);
    int point = ready ? has_abscissa(&field) : -1;
    int small = ready ? is_small(&field) : -1;

    if (point < 0 || small < 0)
        return cs_fail(error, CS_ERR_CRYPTO, "OpenSSL cannot compute with points of Ed25519");
    if (BN_cmp(field.y, field.prime) >= 0 || point == 0)
        return cs_fail(error, CS_ERR_INPUT, "the public key is not a point on the curve Ed25519");
    if (small)
        return cs_fail(error, CS_ERR_INPUT, "the public key is one for which anybody can sign");
    return CS_OK;
}
