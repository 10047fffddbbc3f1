/* SPDX-License-Identifier: Apache-2.0 */
/* What U2F keys' answers prove: the specification's examples, and every way to be wrong. */
#include "tests/unit/unit.h"

#include "tests/support/u2f_signer.h"
#include "tests/support/u2f_vectors.h"
#include "u2f/verify.h"

static unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];

/* ---- assertions ---- */

struct example {
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_public_key key;
    unsigned char data[128];
    size_t length;
};

static struct example load_assertion(void)
{
    struct example example = {
        .key = {.algorithm = CS_U2F_ES256, .length = CS_U2F_PUBLIC_KEY_BYTES}};

    (void)u2f_unhex(U2F_EXAMPLE_SIGN_APP_HASH, example.app);
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_CLIENT_HASH, example.client);
    (void)u2f_unhex(U2F_EXAMPLE_SIGN_PUBLIC_KEY, example.key.bytes);
    example.length = u2f_unhex(U2F_EXAMPLE_ASSERTION, example.data);
    return example;
}

static enum cs_err judge_assertion(const struct example *example, struct cs_error *error)
{
    struct cs_u2f_assertion assertion;
    enum cs_err err = cs_u2f_read_assertion(example->data, example->length, &assertion, error);

    return err == CS_OK ? cs_u2f_verify_assertion(&example->key, example->app, example->client,
                                                  &assertion, false, error)
                        : err;
}

static void test_assertion_example_verifies(void **state)
{
    struct example example = load_assertion();
    struct cs_u2f_assertion assertion;

    (void)state;
    assert_int_equal(judge_assertion(&example, NULL), CS_OK);
    assert_int_equal(cs_u2f_read_assertion(example.data, example.length, &assertion, NULL), CS_OK);
    assert_int_equal(assertion.flags, 1);
    assert_int_equal(assertion.counter, 1);
}

static void test_assertion_every_changed_bit_refused(void **state)
{
    const struct example good = load_assertion();
    struct example example = good;
    const struct {
        unsigned char *bytes;
        size_t length;
    } fields[] = {{example.app, sizeof example.app},
                  {example.client, sizeof example.client},
                  {example.key.bytes, CS_U2F_PUBLIC_KEY_BYTES},
                  {example.data, good.length}};

    (void)state;
    for (size_t field = 0; field < CS_ARRAY_SIZE(fields); field++)
        for (size_t bit = 0; bit < fields[field].length * 8; bit++) {
            struct cs_error error = {0};

            example = good;
            fields[field].bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
            if (judge_assertion(&example, &error) != CS_ERR_INPUT || error.text[0] == '\0')
                fail_msg("field %zu bit %zu: %s", field, bit, error.text);
        }
    example = good;
    assert_int_equal(judge_assertion(&example, NULL), CS_OK);
}

static void test_assertion_reasons(void **state)
{
    struct example example = load_assertion();
    struct cs_error error = {0};

    (void)state;
    example.data[0] = 0;
    assert_int_equal(judge_assertion(&example, &error), CS_ERR_INPUT);
    assert_string_equal(error.text, "nobody touched the key");
    example.data[0] = 1;
    example.key.bytes[64] ^= 1;
    assert_int_equal(judge_assertion(&example, &error), CS_ERR_INPUT);
    assert_string_equal(error.text, "the public key is not a point on the curve P-256");
    example.key.bytes[64] ^= 1;
    example.app[0] ^= 1;
    assert_int_equal(judge_assertion(&example, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the signature is not this key's");
}

/* Other flags that the key signed are accepted as they are; only the touch is required. But for the
 * one of extensions, which would be signed too. */
static void test_assertion_flags_and_counters(void **state)
{
    static const struct {
        unsigned char flags;
        uint32_t counter;
        enum cs_err err;
    } rows[] = {
        {0x01, 0, CS_OK},        {0x01, UINT32_MAX, CS_OK}, {0x01, 0x80000000, CS_OK},
        {0x7f, 1, CS_OK},        {0x41, 1, CS_OK},          {0x00, 1, CS_ERR_INPUT},
        {0x7e, 1, CS_ERR_INPUT}, {0x02, 1, CS_ERR_INPUT},   {0x81, 1, CS_ERR_INPUT},
        {0xff, 1, CS_ERR_INPUT},
    };
    struct u2f_signer signer;

    (void)state;
    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_u2f_assertion assertion;
        unsigned char data[128];
        size_t length =
            u2f_sign_assertion(&signer, app, client, rows[i].flags, rows[i].counter, data);

        assert_int_equal(cs_u2f_read_assertion(data, length, &assertion, NULL), CS_OK);
        assert_int_equal(assertion.counter, rows[i].counter);
        assert_int_equal(
            cs_u2f_verify_assertion(&signer.public_key, app, client, &assertion, false, NULL),
            rows[i].err);
        assertion.counter++;
        assert_int_equal(
            cs_u2f_verify_assertion(&signer.public_key, app, client, &assertion, false, NULL),
            CS_ERR_INPUT);
    }
    u2f_signer_close(&signer);
}

#define R "4b5f0cd17534cedd8c34ee09570ef542a353df4436030ce43d406de870b84778"
#define S "267bb998fac9b7266eb60e7cb0b5eabdfd5ba9614f53c7b22272ec10047a923f"
/* The order of the group, less S. */
#define HIGH_S "d9844666053648da9149f1834f4a1541bf8b514c57c3d6d2d146deb2f7e89312"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/* The same two numbers in other encodings: only the shortest DER is the signature. */
static void test_assertion_forms_of_a_signature(void **state)
{
    static const struct {
        const char *hex;
        enum cs_err err;
    } rows[] = {
        {"30440220" R "0220" S, CS_OK},
        {"30450220" R "0221"
         "00" HIGH_S,
         CS_OK},                                    /* as good as the other, to every verifier */
        {"30440220" R "0220" HIGH_S, CS_ERR_INPUT}, /* negative */
        {"3081440220" R "0220" S, CS_ERR_INPUT},    /* long form of the length */
        {"30820044"
         "0220" R "0220" S,
         CS_ERR_INPUT},
        {"30450221"
         "00" R "0220" S,
         CS_ERR_INPUT},                               /* a zero too many */
        {"30800220" R "0220" S "0000", CS_ERR_INPUT}, /* no length */
        {"30440220" R "0220" S "00", CS_ERR_INPUT},   /* something after it */
        {"30460220" R "0220" S "0500", CS_ERR_INPUT}, /* something within */
        {"30440220" S "0220" R, CS_ERR_INPUT},        /* the wrong way round */
        {"31440220" R "0220" S, CS_ERR_INPUT},
        {"30440420" R "0220" S, CS_ERR_INPUT},
        {"30430220" R "0220" S, CS_ERR_INPUT},
        {"3025020100"
         "0220" S,
         CS_ERR_INPUT},
        {"30250220" R "020100", CS_ERR_INPUT},
        {"3006020100020100", CS_ERR_INPUT},
        {"3006020101020101", CS_ERR_INPUT},
        {"30450221"
         "00" ORDER "0220" S,
         CS_ERR_INPUT},
        {"30450220" R "0221"
         "00" ORDER,
         CS_ERR_INPUT},
        {"0000000000000000", CS_ERR_INPUT},
    };
    struct example example = load_assertion();

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        example.length = 5 + u2f_unhex(rows[i].hex, example.data + 5);
        if (judge_assertion(&example, NULL) != rows[i].err)
            fail_msg("%s", rows[i].hex);
    }
}

/* Otherwise it would be refused before anything is computed. */
static void test_nobodys_keys_are_points(void **state)
{
    (void)state;
    for (int i = 0; i < CS_U2F_ALGORITHMS; i++)
        assert_int_equal(cs_u2f_check_public_key(&cs_u2f_nobodys_keys[i], NULL), CS_OK);
}

static void test_public_key_must_be_a_point(void **state)
{
    static const unsigned char firsts[] = {0, 1, 2, 3, 5, 6, 7, 0x84};
    struct cs_u2f_public_key key = {.algorithm = CS_U2F_ES256, .length = CS_U2F_PUBLIC_KEY_BYTES};
    struct cs_error error = {0};

    (void)state;
    (void)u2f_unhex(U2F_EXAMPLE_PUBLIC_KEY, key.bytes);
    assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_OK);
    /* Compressed and hybrid forms too: keys never send them. */
    for (size_t i = 0; i < CS_ARRAY_SIZE(firsts); i++) {
        key.bytes[0] = firsts[i];
        assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_ERR_INPUT);
    }
    key.bytes[0] = 4;
    key.bytes[1] ^= 1;
    assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_ERR_INPUT);
    memset(key.bytes + 1, 0, CS_U2F_PUBLIC_KEY_BYTES - 1);
    assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_ERR_INPUT);
    memset(key.bytes + 1, 0xff, CS_U2F_PUBLIC_KEY_BYTES - 1);
    assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_ERR_INPUT);
    key.length = CS_U2F_EDDSA_BYTES;
    assert_int_equal(cs_u2f_check_public_key(&key, &error), CS_ERR_INPUT);
    assert_contains(error.text, "32 bytes, which no algorithm has");
}

/* The first two are RFC 8032's (section 7.1). */
static void test_edwards_key_must_be_a_point(void **state)
{
    static const struct {
        const char *hex, *part;
    } rows[] = {
        {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", NULL},
        {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", NULL},
        /* y = 2 has no abscissa. */
        {"0200000000000000000000000000000000000000000000000000000000000000", "not a point"},
        /* 1 and 2^255 - 18 are the same number. */
        {"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "not a point"},
        {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "not a point"},
        {"0000000000000000000000000000000000000000000000000000000000000000", "anybody can sign"},
        {"0000000000000000000000000000000000000000000000000000000000000080", "anybody can sign"},
        {"0100000000000000000000000000000000000000000000000000000000000000", "anybody can sign"},
        {"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "anybody can sign"},
        {"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", "anybody can sign"},
        {"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "anybody can sign"},
        {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "anybody can sign"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_u2f_public_key key = {.algorithm = CS_U2F_EDDSA, .length = CS_U2F_EDDSA_BYTES};
        struct cs_error error = {0};

        assert_int_equal(u2f_unhex(rows[i].hex, key.bytes), CS_U2F_EDDSA_BYTES);
        assert_int_equal(cs_u2f_check_public_key(&key, &error),
                         rows[i].part ? CS_ERR_INPUT : CS_OK);
        if (rows[i].part != NULL)
            assert_contains(error.text, rows[i].part);
    }
}

/* ---- EdDSA, and user verification ---- */

/* An assertion by a new key of that kind. */
static enum cs_err judge_new(enum u2f_issuer issuer, unsigned char flags, bool must_verify,
                             size_t changed, struct cs_error *error)
{
    struct cs_u2f_assertion assertion;
    unsigned char data[128];
    struct u2f_signer signer;
    enum cs_err err;
    size_t length;

    u2f_signer_open(&signer, issuer);
    length = u2f_sign_assertion(&signer, app, client, flags, 7, data);
    if (changed < length * 8)
        data[changed / 8] ^= (unsigned char)(1U << changed % 8);
    err = cs_u2f_read_assertion(data, length, &assertion, error);
    if (err == CS_OK)
        err = cs_u2f_verify_assertion(&signer.public_key, app, client, &assertion, must_verify,
                                      error);
    u2f_signer_close(&signer);
    return err;
}

static void test_eddsa_every_changed_bit_refused(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(judge_new(U2F_EDDSA, 1, false, SIZE_MAX, &error), CS_OK);
    for (size_t bit = 0; bit < (5 + 64) * 8; bit++)
        if (judge_new(U2F_EDDSA, 1, false, bit, &error) != CS_ERR_INPUT)
            fail_msg("bit %zu", bit);
}

static void test_verification_is_demanded(void **state)
{
    static const struct {
        unsigned char flags;
        bool must;
        enum cs_err err;
        const char *part;
    } rows[] = {
        {0x01, false, CS_OK, ""},
        {0x05, false, CS_OK, ""},
        {0x05, true, CS_OK, ""},
        {0x45, true, CS_OK, ""},
        {0xc5, true, CS_ERR_INPUT, "signed extensions"},
        {0x01, true, CS_ERR_INPUT, "by a PIN or a fingerprint"},
        {0x7b, true, CS_ERR_INPUT, "by a PIN or a fingerprint"},
        {0x04, true, CS_ERR_INPUT, "nobody touched the key"},
        {0x04, false, CS_ERR_INPUT, "nobody touched the key"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        for (int kind = 0; kind < 2; kind++) {
            struct cs_error error = {0};

            assert_int_equal(judge_new(kind ? U2F_EDDSA : U2F_SELF_SIGNED, rows[i].flags,
                                       rows[i].must, SIZE_MAX, &error),
                             rows[i].err);
            assert_contains(error.text, rows[i].part);
        }
}

/* A flag that the key did not sign does not help. */
static void test_verification_is_signed(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(judge_new(U2F_SELF_SIGNED, 0x01, true, 2, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the signature is not this key's");
}

/* A key of one algorithm is none of the other. */
static void test_algorithms_are_not_mixed_up(void **state)
{
    static const enum u2f_issuer kinds[] = {U2F_SELF_SIGNED, U2F_EDDSA};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(kinds); i++) {
        struct cs_u2f_assertion assertion;
        struct cs_u2f_public_key key;
        unsigned char data[128];
        struct u2f_signer signer;
        size_t length;

        u2f_signer_open(&signer, kinds[i]);
        length = u2f_sign_assertion(&signer, app, client, 1, 1, data);
        assert_int_equal(cs_u2f_read_assertion(data, length, &assertion, NULL), CS_OK);
        key = signer.public_key;
        key.algorithm = key.algorithm == CS_U2F_ES256 ? CS_U2F_EDDSA : CS_U2F_ES256;
        assert_int_equal(cs_u2f_verify_assertion(&key, app, client, &assertion, false, NULL),
                         CS_ERR_INPUT);
        key.algorithm = CS_U2F_ALGORITHMS;
        assert_int_equal(cs_u2f_verify_assertion(&key, app, client, &assertion, false, NULL),
                         CS_ERR_INPUT);
        u2f_signer_close(&signer);
    }
}

/* ---- registrations ---- */

enum {
    AT_HANDLE_LENGTH = 66,
    AT_HANDLE = 67,
    AT_CERTIFICATE = 67 + 64, /* with the example's handle */
};

static enum cs_err judge_registration(const unsigned char *data, size_t length,
                                      struct cs_error *error)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    enum cs_err err = cs_u2f_read_registration(data, length, &registration, error);

    return err == CS_OK ? cs_u2f_verify_registration(&registration, app, client, error) : err;
}

static size_t load_registration(unsigned char *ret_data)
{
    (void)u2f_unhex(U2F_EXAMPLE_APP_HASH, app);
    (void)u2f_unhex(U2F_EXAMPLE_CLIENT_HASH, client);
    return u2f_unhex(U2F_EXAMPLE_REGISTRATION, ret_data);
}

static void test_registration_example_verifies(void **state)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char data[CS_U2F_REGISTRATION_MAX], expected[1024];
    size_t length = load_registration(data);

    (void)state;
    assert_int_equal(cs_u2f_read_registration(data, length, &registration, NULL), CS_OK);
    assert_int_equal(cs_u2f_verify_registration(&registration, app, client, NULL), CS_OK);
    (void)u2f_unhex(U2F_EXAMPLE_PUBLIC_KEY, expected);
    assert_memory_equal(registration.public_key.bytes, expected, CS_U2F_PUBLIC_KEY_BYTES);
    assert_int_equal(registration.handle.length, u2f_unhex(U2F_EXAMPLE_HANDLE, expected));
    assert_memory_equal(registration.handle.bytes, expected, registration.handle.length);
    assert_int_equal(registration.certificate_length, u2f_unhex(U2F_EXAMPLE_CERTIFICATE, expected));
    assert_memory_equal(registration.certificate, expected, registration.certificate_length);
    app[31] ^= 1;
    assert_int_equal(cs_u2f_verify_registration(&registration, app, client, NULL), CS_ERR_INPUT);
    app[31] ^= 1;
    client[0] ^= 1;
    assert_int_equal(cs_u2f_verify_registration(&registration, app, client, NULL), CS_ERR_INPUT);
}

static void test_registration_wrong_fields_refused(void **state)
{
    static const struct {
        size_t at;
        unsigned char value;
        const char *part;
    } rows[] = {
        {0, 0x04, "not registration data: 522 bytes that start with 4"},
        {1, 0x02, "not a point on the curve"},
        {65, 0x00, "not a point on the curve"},
        {AT_HANDLE_LENGTH, 0, "key handle of 0 bytes"},
        {AT_HANDLE_LENGTH, 255, "without a complete certificate"},
        {AT_HANDLE_LENGTH, 63, "without a complete certificate"},
        {AT_HANDLE_LENGTH, 65, "without a complete certificate"},
        {AT_HANDLE, 0, "the signature is not this key's"},
        {AT_CERTIFICATE, 0x31, "without a complete certificate"},
        {AT_CERTIFICATE + 1, 0x80, "without a complete certificate"},
        {AT_CERTIFICATE + 1, 0x83, "without a complete certificate"},
        {AT_CERTIFICATE + 2, 0xff, "without a complete certificate"},
        {AT_CERTIFICATE + 3, 0x3b, "certificate cannot be read"},
        {AT_CERTIFICATE + 3, 0x3d, "certificate cannot be read"},
        {AT_CERTIFICATE + 4, 0x31, "certificate cannot be read"},
        {521, 0x00, "the signature is not this key's"},
    };
    unsigned char data[CS_U2F_REGISTRATION_MAX];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t length = load_registration(data);
        struct cs_error error = {0};

        data[rows[i].at] = rows[i].value;
        assert_int_equal(judge_registration(data, length, &error), CS_ERR_INPUT);
        assert_contains(error.text, rows[i].part);
    }
}

static void test_registration_of_every_other_length_refused(void **state)
{
    unsigned char good[CS_U2F_REGISTRATION_MAX + 64] = {0};
    size_t whole = load_registration(good);

    (void)state;
    for (size_t length = 0; length <= sizeof good; length++) {
        /* A copy of exactly this size, so that a sanitizer sees reads beyond it. */
        unsigned char *data = malloc(length > 0 ? length : 1);

        assert_non_null(data);
        memcpy(data, good, length);
        assert_int_equal(judge_registration(data, length, NULL),
                         length == whole ? CS_OK : CS_ERR_INPUT);
        free(data);
    }
}

/* Registers with a key of that kind; the unused bits of the certificate's signature are changed. */
static enum cs_err register_with(enum u2f_issuer issuer, unsigned char unused_bits,
                                 size_t handle_length, struct cs_error *error)
{
    struct cs_u2f_handle handle = {.length = handle_length};
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char data[CS_U2F_REGISTRATION_MAX];
    struct u2f_signer signer;
    enum cs_err err;
    size_t length;

    u2f_signer_open(&signer, issuer);
    if (issuer == U2F_SIGNED_BY_RSA)
        signer.certificate[signer.certificate_length - 257] = unused_bits;
    length = u2f_sign_registration(&signer, app, client, &handle, data);
    /* The signature of the longer curve is itself too long; the certificate is to be looked at. */
    if (issuer == U2F_ATTESTED_BY_P384)
        length -= 40;
    err = cs_u2f_read_registration(data, length, &registration, error);
    if (err == CS_OK)
        err = cs_u2f_verify_registration(&registration, app, client, error);
    if (err == CS_OK) {
        assert_int_equal(registration.certificate_length, signer.certificate_length);
        assert_memory_equal(registration.certificate, signer.certificate,
                            signer.certificate_length);
    }
    u2f_signer_close(&signer);
    return err;
}

static void test_registration_kinds_of_certificates(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(register_with(U2F_SELF_SIGNED, 0, 1, &error), CS_OK);
    assert_int_equal(register_with(U2F_SELF_SIGNED, 0, CS_U2F_HANDLE_MAX, &error), CS_OK);
    assert_int_equal(register_with(U2F_SIGNED_BY_RSA, 0, 64, &error), CS_OK);
    assert_int_equal(register_with(U2F_SIGNED_BY_RSA, 1, 64, &error), CS_OK);
    assert_int_equal(register_with(U2F_SIGNED_BY_RSA, 8, 64, &error), CS_OK);
    assert_int_equal(register_with(U2F_SIGNED_BY_RSA, 0xff, 64, &error), CS_OK);
    assert_int_equal(register_with(U2F_ATTESTED_BY_P384, 0, 64, &error), CS_ERR_INPUT);
    assert_contains(error.text, "no P-256 public key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assertion_example_verifies),
        cmocka_unit_test(test_assertion_every_changed_bit_refused),
        cmocka_unit_test(test_assertion_reasons),
        cmocka_unit_test(test_assertion_flags_and_counters),
        cmocka_unit_test(test_assertion_forms_of_a_signature),
        cmocka_unit_test(test_nobodys_keys_are_points),
        cmocka_unit_test(test_public_key_must_be_a_point),
        cmocka_unit_test(test_edwards_key_must_be_a_point),
        cmocka_unit_test(test_eddsa_every_changed_bit_refused),
        cmocka_unit_test(test_verification_is_demanded),
        cmocka_unit_test(test_verification_is_signed),
        cmocka_unit_test(test_algorithms_are_not_mixed_up),
        cmocka_unit_test(test_registration_example_verifies),
        cmocka_unit_test(test_registration_wrong_fields_refused),
        cmocka_unit_test(test_registration_of_every_other_length_refused),
        cmocka_unit_test(test_registration_kinds_of_certificates),
    };

    return cmocka_run_group_tests_name("u2f_verify", tests, NULL, NULL);
}
