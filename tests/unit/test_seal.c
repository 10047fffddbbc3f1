/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "store/seal.h"

enum { PLAIN = 20, SEALED = PLAIN + CS_SEAL_OVERHEAD };

static const char plain[PLAIN + 1] = "01234567890123456789";

static int keys_setup(void **state)
{
    struct cs_keys *keys = calloc(1, sizeof *keys);

    *state = keys;
    return keys != NULL && cs_keys_add(keys, NULL) == CS_OK ? 0 : -1;
}

static int keys_teardown(void **state)
{
    free(*state);
    return 0;
}

static enum cs_err open_sealed(const struct cs_keys *keys, const char *context,
                               const unsigned char *sealed, size_t length)
{
    CS_AUTO(cs_secret_free) struct cs_secret opened = {0};
    enum cs_err result = cs_unseal(keys, context, sealed, length, &opened, NULL);

    if (result == CS_OK)
        assert_holds(&opened, plain, PLAIN);
    else
        assert_null(opened.data);
    return result;
}

static void test_seal_round_trip_never_the_same_twice(void **state)
{
    const struct cs_keys *keys = *state;
    unsigned char first[SEALED], second[SEALED];

    assert_int_equal(cs_seal(keys, "factor 1", plain, PLAIN, first, NULL), CS_OK);
    assert_int_equal(cs_seal(keys, "factor 1", plain, PLAIN, second, NULL), CS_OK);
    assert_int_equal(open_sealed(keys, "factor 1", first, SEALED), CS_OK);
    assert_int_equal(open_sealed(keys, "factor 1", second, SEALED), CS_OK);
    assert_memory_not_equal(first + 4, second + 4, 12);      /* another nonce */
    assert_memory_not_equal(first + 16, second + 16, PLAIN); /* and ciphertext */
    assert_memory_not_equal(first + 16, plain, PLAIN);
}

static void test_unseal_any_changed_bit_refused(void **state)
{
    const struct cs_keys *keys = *state;
    unsigned char sealed[SEALED];

    assert_int_equal(cs_seal(keys, "c", plain, PLAIN, sealed, NULL), CS_OK);
    for (size_t i = 0; i < SEALED; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            enum cs_err result;

            sealed[i] ^= (unsigned char)(1U << bit);
            result = open_sealed(keys, "c", sealed, SEALED);
            assert_int_equal(result, i < 4 ? CS_ERR_NOT_FOUND : CS_ERR_CRYPTO);
            sealed[i] ^= (unsigned char)(1U << bit);
        }
    }
    assert_int_equal(open_sealed(keys, "c", sealed, SEALED), CS_OK);
}

static void test_unseal_other_context_refused(void **state)
{
    static const char *const others[] = {"", "factor", "factor 12", "factor 2", "Factor 1"};
    const struct cs_keys *keys = *state;
    unsigned char sealed[SEALED];

    assert_int_equal(cs_seal(keys, "factor 1", plain, PLAIN, sealed, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(others); i++)
        assert_int_equal(open_sealed(keys, others[i], sealed, SEALED), CS_ERR_CRYPTO);
}

static void test_unseal_other_length_refused(void **state)
{
    const struct cs_keys *keys = *state;
    unsigned char sealed[SEALED];

    assert_int_equal(cs_seal(keys, "c", plain, PLAIN, sealed, NULL), CS_OK);
    for (size_t length = 0; length < SEALED; length++)
        assert_int_equal(open_sealed(keys, "c", sealed, length),
                         length < CS_SEAL_OVERHEAD ? CS_ERR_STORE : CS_ERR_CRYPTO);
    assert_int_equal(open_sealed(keys, "c", sealed, 4097 + CS_SEAL_OVERHEAD), CS_ERR_STORE);
}

static void test_unseal_after_rotation_until_key_is_gone(void **state)
{
    struct cs_keys *keys = *state;
    struct cs_keys only_new = {.count = 1};
    unsigned char old[SEALED], new[SEALED];
    struct cs_error error = {0};
    CS_AUTO(cs_secret_free) struct cs_secret opened = {0};

    assert_int_equal(cs_seal(keys, "c", plain, PLAIN, old, NULL), CS_OK);
    assert_int_equal(cs_keys_add(keys, NULL), CS_OK);
    assert_int_equal(cs_seal(keys, "c", plain, PLAIN, new, NULL), CS_OK);
    assert_memory_not_equal(old, new, 4); /* sealed with the current key */
    assert_int_equal(open_sealed(keys, "c", old, SEALED), CS_OK);
    assert_int_equal(open_sealed(keys, "c", new, SEALED), CS_OK);
    only_new.items[0] = keys->items[0];
    assert_int_equal(open_sealed(&only_new, "c", new, SEALED), CS_OK);
    assert_int_equal(cs_unseal(&only_new, "c", old, SEALED, &opened, &error), CS_ERR_NOT_FOUND);
    assert_contains(error.text, "restore the key file");
}

static void test_seal_empty_and_longest(void **state)
{
    static unsigned char large[4097], sealed[4097 + CS_SEAL_OVERHEAD];
    const struct cs_keys *keys = *state;
    CS_AUTO(cs_secret_free) struct cs_secret opened = {0};

    assert_int_equal(cs_seal(keys, "c", large, 0, sealed, NULL), CS_OK);
    assert_int_equal(cs_unseal(keys, "c", sealed, CS_SEAL_OVERHEAD, &opened, NULL), CS_OK);
    assert_int_equal(opened.length, 0);
    assert_int_equal(cs_seal(keys, "c", large, 4096, sealed, NULL), CS_OK);
    assert_int_equal(cs_unseal(keys, "c", sealed, 4096 + CS_SEAL_OVERHEAD, &opened, NULL), CS_OK);
    assert_int_equal(opened.length, 4096);
    assert_int_equal(cs_seal(keys, "c", large, 4097, sealed, NULL), CS_ERR_CRYPTO);
}

#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, keys_setup, keys_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEYS(test_seal_round_trip_never_the_same_twice),
        WITH_KEYS(test_unseal_any_changed_bit_refused),
        WITH_KEYS(test_unseal_other_context_refused),
        WITH_KEYS(test_unseal_other_length_refused),
        WITH_KEYS(test_unseal_after_rotation_until_key_is_gone),
        WITH_KEYS(test_seal_empty_and_longest),
    };

    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
