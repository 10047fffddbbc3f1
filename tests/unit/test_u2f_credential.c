/* SPDX-License-Identifier: Apache-2.0 */
/* What a new FIDO2 credential proves: every form that is right, and every way to be wrong. */
#include "tests/unit/unit.h"

#include "tests/support/fido2_signer.h"
#include "u2f/credential.h"

static unsigned char app[CS_U2F_HASH_BYTES] = "application", client[CS_U2F_HASH_BYTES] = "client";
static struct u2f_signer es256, eddsa;

static const struct fido2_making usual = {.flags = 0x41, .handle_length = 64};

static int set_up(void **state)
{
    (void)state;
    u2f_signer_open(&es256, U2F_SELF_SIGNED);
    u2f_signer_open(&eddsa, U2F_EDDSA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    u2f_signer_close(&es256);
    u2f_signer_close(&eddsa);
    return 0;
}

static enum cs_err judge(const unsigned char *data, size_t length, struct cs_error *error)
{
    struct cs_u2f_credential credential;
    enum cs_err err = cs_u2f_read_credential(data, length, &credential, error);

    return err == CS_OK ? cs_u2f_verify_credential(&credential, app, client, error) : err;
}

static void test_kinds_of_credentials(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        for (int attestation = FIDO2_NONE; attestation <= FIDO2_PACKED; attestation++)
            for (size_t handle = 1; handle <= CS_U2F_HANDLE_MAX; handle += 127) {
                const struct u2f_signer *signer = kind ? &eddsa : &es256;
                struct fido2_making making = usual;
                unsigned char data[CS_U2F_REGISTRATION_MAX];
                struct cs_u2f_credential credential;
                struct cs_error error = {0};
                size_t length;

                making.attestation = (enum fido2_attestation)attestation;
                making.handle_length = handle;
                length = fido2_make(signer, app, client, &making, data);
                if (judge(data, length, &error) != CS_OK)
                    fail_msg("kind %d, attestation %d: %s", kind, attestation, error.text);
                assert_int_equal(cs_u2f_read_credential(data, length, &credential, NULL), CS_OK);
                assert_int_equal(credential.flags, 0x41);
                assert_memory_equal(credential.aaguid, fido2_model, sizeof fido2_model);
                assert_int_equal(credential.handle.length, handle);
                assert_int_equal(credential.handle.bytes[handle - 1], 'h');
                assert_int_equal(credential.public_key.algorithm, signer->public_key.algorithm);
                assert_int_equal(credential.public_key.length, signer->public_key.length);
                assert_memory_equal(credential.public_key.bytes, signer->public_key.bytes,
                                    signer->public_key.length);
                assert_int_equal(credential.proof.counter, 6);
                assert_int_equal(credential.signature != NULL, attestation != FIDO2_NONE);
                assert_int_equal(credential.certificate != NULL, attestation == FIDO2_PACKED);
            }
}

/* Without attestation the proof covers everything but the model, the counter, and the flags other
 * than that of the touch; with one, everything is covered. */
static void test_every_changed_bit_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        for (int attestation = FIDO2_NONE; attestation <= FIDO2_SELF; attestation++) {
            struct fido2_making making = usual;
            unsigned char data[CS_U2F_REGISTRATION_MAX];
            size_t length;

            making.attestation = (enum fido2_attestation)attestation;
            length = fido2_make(kind ? &eddsa : &es256, app, client, &making, data);
            for (size_t bit = 0; bit < length * 8; bit++) {
                size_t at = bit / 8;
                bool unproven = attestation == FIDO2_NONE &&
                                (at == 2 + 32 || (at > 2 + 32 && at < 2 + 37 + 16) ||
                                 (at >= 2 + 37 + 18 && at < 2 + 37 + 18 + 64));
                struct cs_error error = {0};
                enum cs_err err;

                data[at] ^= (unsigned char)(1U << bit % 8);
                err = judge(data, length, &error);
                data[at] ^= (unsigned char)(1U << bit % 8);
                if (err != CS_ERR_INPUT && !unproven)
                    fail_msg("kind %d, attestation %d, bit %zu of byte %zu", kind, attestation,
                             bit % 8, at);
            }
        }
}

/* The length of what comes before the attestation. */
static size_t bare(const unsigned char *data)
{
    size_t authenticator = (size_t)data[0] << 8 | data[1];

    return 2 + authenticator + 6 + data[2 + authenticator + 5];
}

static void test_every_other_length_refused(void **state)
{
    (void)state;
    for (int attestation = FIDO2_NONE; attestation <= FIDO2_PACKED; attestation++) {
        struct fido2_making making = usual;
        unsigned char good[CS_U2F_REGISTRATION_MAX + 64] = {0};
        size_t whole;

        making.attestation = (enum fido2_attestation)attestation;
        whole = fido2_make(&es256, app, client, &making, good);
        for (size_t length = 0; length <= whole + 3; length++) {
            /* A copy of exactly this size, so that a sanitizer sees reads beyond it. */
            unsigned char *data = malloc(length > 0 ? length : 1);
            enum cs_err err;

            assert_non_null(data);
            memcpy(data, good, length);
            err = judge(data, length, NULL);
            free(data);
            /* Without its attestation it is one that has none; so it is with a byte of 0 there. */
            if (err == CS_OK && length != whole && length != bare(good) &&
                !(attestation == FIDO2_NONE && length == whole + 1))
                fail_msg("attestation %d, %zu bytes of %zu", attestation, length, whole);
        }
    }
}

/* Where things are in what the signer makes. */
enum { AT_FLAGS = 2 + 32, AT_LENGTH = 2 + 37 + 16, AT_KEY = 2 + 37 + 18 + 64 };

static void test_reasons(void **state)
{
    static const struct {
        size_t at;
        const char *bytes;
        size_t length;
        const char *part;
    } rows[] = {
        {0, TEXT("\xff"), "not a new credential"},
        {0, TEXT("\0\x25"), "authenticator data are cut off"},
        {2, TEXT("x"), "made for another application"},
        {AT_FLAGS, TEXT("\x40"), "nobody touched the key"},
        {AT_FLAGS, TEXT("\x01"), "contain no new credential"},
        {AT_FLAGS, TEXT("\xc1"), "do not end as their flags say"},
        {AT_LENGTH, TEXT("\0\0"), "a handle of 0 bytes; it must have 1 to 255"},
        {AT_LENGTH, TEXT("\1\0"), "a handle of 256 bytes"},
        {AT_LENGTH, TEXT("\0\xff"), "authenticator data are cut off"},
        {AT_KEY, TEXT("\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00"), "RS256, whose answers"},
        {AT_KEY, TEXT("\xa5\x01\x02\x03\x38\x22\x20\x02"), "neither of ES256 nor of EdDSA"},
        {AT_KEY, TEXT("\xa5\x03\x26\x01\x02"), "neither of ES256 nor of EdDSA"}, /* not canonical */
        {AT_KEY + 10, TEXT("\xff\xff\xff"), "not a point on the curve P-256"},
        {AT_KEY + 42, TEXT("\x23"), "public key is cut off"},
        {AT_KEY + 77, TEXT("\1\2\3\4\5\7"),
         "comes without its proof"}, /* length of the signature */
        {AT_KEY + 77 + 8, TEXT("\1\2\3\4"), "the signature is not this key's"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        unsigned char data[CS_U2F_REGISTRATION_MAX];
        size_t length = fido2_make(&es256, app, client, &usual, data);
        struct cs_error error = {0};

        memcpy(data + rows[i].at, rows[i].bytes, rows[i].length);
        assert_int_equal(judge(data, length, &error), CS_ERR_INPUT);
        assert_contains(error.text, rows[i].part);
    }
}

/* CTAP 2.1 has keys report credProtect unasked. */
static void test_extensions_are_skipped(void **state)
{
    static const unsigned char map[] = "\xa1\x6b"
                                       "credProtect\x02";
    static const struct {
        unsigned char flags;
        const unsigned char *extensions;
        size_t length;
        enum cs_err err;
    } rows[] = {
        {0xc1, map, sizeof map - 1, CS_OK},
        {0x41, map, sizeof map - 1, CS_ERR_INPUT},
        {0xc1, NULL, 0, CS_ERR_INPUT},
        {0xc1, map + 1, sizeof map - 2, CS_ERR_INPUT}, /* no map */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct fido2_making making = {.flags = rows[i].flags,
                                      .handle_length = 64,
                                      .attestation = FIDO2_PACKED,
                                      .extensions = rows[i].extensions,
                                      .extensions_length = rows[i].length};
        unsigned char data[CS_U2F_REGISTRATION_MAX];
        size_t length = fido2_make(&es256, app, client, &making, data);

        assert_int_equal(judge(data, length, NULL), rows[i].err);
    }
}

/* The proof is asked for without a touch, so its flags are whatever they are. */
static void test_flags_of_the_proof(void **state)
{
    static const unsigned char flags[] = {0x00, 0x01, 0x04, 0x05};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(flags); i++) {
        struct fido2_making making = usual;
        unsigned char data[CS_U2F_REGISTRATION_MAX];
        size_t length;

        making.proof_flags = flags[i];
        length = fido2_make(&es256, app, client, &making, data);
        assert_int_equal(judge(data, length, NULL), CS_OK);
    }
}

/* For another application or client data, by another key. */
static void test_proof_of_something_else_refused(void **state)
{
    unsigned char data[CS_U2F_REGISTRATION_MAX], other[CS_U2F_HASH_BYTES] = "other";
    struct u2f_signer stranger;
    size_t length;

    (void)state;
    length = fido2_make(&es256, app, other, &usual, data);
    assert_int_equal(judge(data, length, NULL), CS_ERR_INPUT);
    length = fido2_make(&es256, other, client, &usual, data);
    assert_int_equal(judge(data, length, NULL), CS_ERR_INPUT);
    u2f_signer_open(&stranger, U2F_SELF_SIGNED);
    stranger.public_key = es256.public_key;
    length = fido2_make(&stranger, app, client, &usual, data);
    assert_int_equal(judge(data, length, NULL), CS_ERR_INPUT);
    u2f_signer_close(&stranger);
}

/* ---- attestation ---- */

#define MODEL_EXTENSION "1.3.6.1.4.1.45724.1.1.4"

static enum cs_err judge_attested(struct u2f_signer *signer, const unsigned char *extension,
                                  size_t extension_length, struct cs_error *error)
{
    struct fido2_making making = usual;
    unsigned char data[CS_U2F_REGISTRATION_MAX];

    making.attestation = FIDO2_PACKED;
    if (extension != NULL)
        u2f_signer_extend(signer, MODEL_EXTENSION, extension, extension_length);
    return judge(data, fido2_make(signer, app, client, &making, data), error);
}

static void test_model_in_the_certificate(void **state)
{
    unsigned char extension[20] = {0x04, 0x10};
    struct u2f_signer signer;
    struct cs_error error = {0};

    (void)state;
    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    assert_int_equal(judge_attested(&signer, NULL, 0, &error), CS_OK);
    memcpy(extension + 2, fido2_model, sizeof fido2_model);
    assert_int_equal(judge_attested(&signer, extension, 18, &error), CS_OK);
    extension[17] ^= 1;
    assert_int_equal(judge_attested(&signer, extension, 18, &error), CS_ERR_INPUT);
    assert_contains(error.text, "another model of key");
    extension[17] ^= 1;
    assert_int_equal(judge_attested(&signer, extension, 19, &error), CS_ERR_INPUT);
    assert_int_equal(judge_attested(&signer, extension + 2, 16, &error), CS_ERR_INPUT);
    assert_int_equal(judge_attested(&signer, extension, 0, &error), CS_ERR_INPUT);
    u2f_signer_close(&signer);
}

static void test_attestation_by_somebody_else_refused(void **state)
{
    struct cs_error error = {0};
    struct u2f_signer signer, other;
    EVP_PKEY *own;

    (void)state;
    u2f_signer_open(&signer, U2F_SELF_SIGNED);
    u2f_signer_open(&other, U2F_ATTESTED_BY_P384);
    own = signer.attestation;
    signer.attestation = es256.attestation; /* not the certificate's */
    assert_int_equal(judge_attested(&signer, NULL, 0, &error), CS_ERR_INPUT);
    assert_string_equal(error.text, "the attestation's signature is wrong");
    signer.attestation = own;
    memcpy(signer.certificate, other.certificate, sizeof other.certificate);
    signer.certificate_length = other.certificate_length;
    assert_int_equal(judge_attested(&signer, NULL, 0, &error), CS_ERR_INPUT);
    assert_contains(error.text, "no P-256 public key");
    u2f_signer_close(&signer);
    u2f_signer_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_credentials),
        cmocka_unit_test(test_every_changed_bit_refused),
        cmocka_unit_test(test_every_other_length_refused),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_extensions_are_skipped),
        cmocka_unit_test(test_flags_of_the_proof),
        cmocka_unit_test(test_proof_of_something_else_refused),
        cmocka_unit_test(test_model_in_the_certificate),
        cmocka_unit_test(test_attestation_by_somebody_else_refused),
    };

    return cmocka_run_group_tests_name("u2f_credential", tests, set_up, tear_down);
}
