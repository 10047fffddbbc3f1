/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "providers/local/totp.h"

static const char seed[] = "1234567890123456789012345678901234567890"
                           "123456789012345678901234";

/* The reference implementation of RFC 6238 uses a key as long as the hash for each algorithm. */
static const struct {
    const char *name;
    size_t key_length;
} algorithms[] = {{"sha1", 20}, {"sha256", 32}, {"sha512", 64}};

static struct cs_factor factor_of(size_t algorithm, unsigned digits)
{
    struct cs_factor factor = {.digits = digits, .period = 30};

    (void)snprintf(factor.algorithm, sizeof factor.algorithm, "%s", algorithms[algorithm].name);
    assert_int_equal(cs_secret_set(&factor.secret, seed, algorithms[algorithm].key_length), CS_OK);
    return factor;
}

static void test_hotp_rfc4226_appendix_d(void **state)
{
    static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
                                        "254676", "287922", "162583", "399871", "520489"};
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);

    (void)state;
    for (uint64_t counter = 0; counter < CS_ARRAY_SIZE(codes); counter++) {
        char code[CS_TOTP_CODE_SIZE];

        assert_int_equal(cs_hotp(&factor.secret, "sha1", counter, 6, code, NULL), CS_OK);
        assert_string_equal(code, codes[counter]);
    }
}

static void test_totp_rfc6238_appendix_b(void **state)
{
    static const struct {
        int64_t time;
        const char *codes[3];
    } rows[] = {
        {59, {"94287082", "46119246", "90693936"}},
        {1111111109, {"07081804", "68084774", "25091201"}},
        {1111111111, {"14050471", "67062674", "99943326"}},
        {1234567890, {"89005924", "91819424", "93441116"}},
        {2000000000, {"69279037", "90698825", "38618901"}},
        {20000000000, {"65353130", "77737706", "47863826"}},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        for (size_t a = 0; a < CS_ARRAY_SIZE(algorithms); a++) {
            CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(a, 8);
            struct cs_totp_match match = {0};
            char code[CS_TOTP_CODE_SIZE];

            assert_int_equal(cs_hotp(&factor.secret, algorithms[a].name,
                                     (uint64_t)cs_totp_step(rows[i].time, 30), 8, code, NULL),
                             CS_OK);
            assert_string_equal(code, rows[i].codes[a]);
            assert_int_equal(cs_totp_search(&factor, &(struct cs_secret){code, 8},
                                            cs_totp_step(rows[i].time, 30), 0, &match, NULL),
                             CS_OK);
            assert_true(match.found);
            assert_int_equal(match.step, rows[i].time / 30);
        }
    }
}

static void test_hotp_fewer_digits_are_the_last_ones(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 8);
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    assert_int_equal(cs_hotp(&factor.secret, "sha1", 1, 7, code, NULL), CS_OK);
    assert_string_equal(code, "4287082");
    assert_int_equal(cs_hotp(&factor.secret, "sha1", 1, 6, code, NULL), CS_OK);
    assert_string_equal(code, "287082");
}

static void test_hotp_unknown_algorithm_or_digits_refused(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    assert_int_equal(cs_hotp(&factor.secret, "md5", 1, 6, code, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_hotp(&factor.secret, "SHA1", 1, 6, code, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_hotp(&factor.secret, "", 1, 6, code, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_hotp(&factor.secret, "sha1", 1, 5, code, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_hotp(&factor.secret, "sha1", 1, 9, code, NULL), CS_ERR_INPUT);
}

static void test_step_edges(void **state)
{
    static const struct {
        int64_t seconds;
        unsigned period;
        int64_t step;
    } rows[] = {{0, 30, 0},
                {29, 30, 0},
                {30, 30, 1},
                {-1, 30, 0},
                {INT64_MIN, 30, 0},
                {59, 60, 0},
                {2147483648, 30, 71582788},
                {4294967296, 1, 4294967296}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_int_equal(cs_totp_step(rows[i].seconds, rows[i].period), rows[i].step);
}

static bool found_at(const struct cs_factor *factor, const char *code, size_t length,
                     int64_t center, unsigned window)
{
    struct cs_totp_match match = {0};
    CS_AUTO(cs_secret_free) struct cs_secret typed = {0};

    assert_int_equal(cs_secret_set(&typed, code, length), CS_OK);
    assert_int_equal(cs_totp_search(factor, &typed, center, window, &match, NULL), CS_OK);
    return match.found;
}

static void test_search_window_exact(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);

    (void)state;
    for (int64_t center = 0; center < 12; center++) /* "338314" is step 4 */
        assert_int_equal(found_at(&factor, "338314", 6, center, 2), center >= 2 && center <= 6);
    assert_true(found_at(&factor, "755224", 6, 0, 3)); /* steps below 0 are not searched */
    assert_true(found_at(&factor, "755224", 6, 3, 3));
    assert_false(found_at(&factor, "755224", 6, -3, 2));
}

static void test_search_other_length_never_matches(void **state)
{
    static const struct {
        const char *code;
        size_t length;
    } rows[] = {{TEXT("")},         {TEXT("33831")},   {TEXT("3383140")}, {TEXT("0338314")},
                {TEXT("338314\0")}, {TEXT(" 338314")}, {TEXT("338315")},  {TEXT("\0\0\0\0\0\0")}};
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);

    (void)state;
    assert_true(found_at(&factor, TEXT("338314"), 4, 0));
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_false(found_at(&factor, rows[i].code, rows[i].length, 4, 1));
}

/* RFC 4226 appendix D again: counters 0 to 9 are in the list above. */
static void test_hotp_search_places(void **state)
{
    static const struct {
        int64_t last, awaited;
        struct cs_hotp_windows windows;
        const char *code;
        enum cs_hotp_place place;
        int64_t counter;
    } rows[] = {
        {-1, 0, {1, 0}, "755224", CS_HOTP_NEXT, 0},
        {-1, 0, {1, 0}, "287082", CS_HOTP_NONE, 0},
        {-1, 0, {2, 0}, "287082", CS_HOTP_NEXT, 1},
        {3, 0, {2, 0}, "969429", CS_HOTP_LAST, 3},
        {3, 0, {2, 0}, "359152", CS_HOTP_NONE, 0},
        {3, 0, {2, 0}, "254676", CS_HOTP_NEXT, 5},
        {3, 0, {2, 3}, "287922", CS_HOTP_FAR, 6},
        {3, 0, {2, 3}, "162583", CS_HOTP_NONE, 0},
        {3, 7, {2, 3}, "162583", CS_HOTP_AWAITED, 7},
        {3, 7, {2, 2}, "162583", CS_HOTP_NONE, 0},
        {3, 7, {9, 9}, "162583", CS_HOTP_NEXT, 7},
        {3, 8, {2, 9}, "162583", CS_HOTP_FAR, 7},
        {3, 3, {2, 9}, "969429", CS_HOTP_LAST, 3},
        {-1, -1, {2, 9}, "520489", CS_HOTP_NONE, 0},
        {INT64_MAX - 1, 0, {100, 1000}, "755224", CS_HOTP_NONE, 0},
        {INT64_MAX, INT64_MAX, {100, 1000}, "755224", CS_HOTP_NONE, 0},
    };
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_secret code = {(char *)(uintptr_t)rows[i].code, 6};
        struct cs_hotp_match match;

        factor.last_step = rows[i].last;
        factor.drift = rows[i].awaited;
        assert_int_equal(cs_hotp_search(&factor, &code, &rows[i].windows, &match, NULL), CS_OK);
        if (match.place != rows[i].place)
            fail_msg("row %zu: place %d", i, (int)match.place);
        assert_int_equal(match.counter, rows[i].counter);
    }
}

/* 143951 is the code of counter 336, and again of 2205. */
static void test_hotp_search_lowest_counter_of_a_code(void **state)
{
    CS_AUTO(cs_factor_clear) struct cs_factor factor = factor_of(0, 6);
    const struct cs_secret code = {(char *)(uintptr_t) "143951", 6};
    const struct cs_hotp_windows windows = {.ahead = 2205 + 1};
    struct cs_hotp_match match;

    (void)state;
    factor.last_step = -1;
    assert_int_equal(cs_hotp_search(&factor, &code, &windows, &match, NULL), CS_OK);
    assert_int_equal(match.counter, 336);
    factor.last_step = 336;
    assert_int_equal(cs_hotp_search(&factor, &code, &windows, &match, NULL), CS_OK);
    assert_int_equal(match.place, CS_HOTP_LAST); /* what was accepted last is not accepted again */
    factor.last_step = 336 + 1;
    assert_int_equal(cs_hotp_search(&factor, &code, &windows, &match, NULL), CS_OK);
    assert_int_equal(match.counter, 2205);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hotp_rfc4226_appendix_d),
        cmocka_unit_test(test_totp_rfc6238_appendix_b),
        cmocka_unit_test(test_hotp_fewer_digits_are_the_last_ones),
        cmocka_unit_test(test_hotp_unknown_algorithm_or_digits_refused),
        cmocka_unit_test(test_step_edges),
        cmocka_unit_test(test_hotp_search_places),
        cmocka_unit_test(test_hotp_search_lowest_counter_of_a_code),
        cmocka_unit_test(test_search_window_exact),
        cmocka_unit_test(test_search_other_length_never_matches),
    };

    return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
