/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "providers/local/enrol.h"
#include "providers/local/totp.h"
#include "tests/support/scratch_store.h"

static const char secret_16[] = "AAAAAAAAAAAAAAAAAAAAAAAAAA"; /* 16 bytes */

static void test_prepare_defaults(void **state)
{
    const struct cs_enrolment_choice choice = {.user = "demo"};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment first = {0};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment second = {0};

    (void)state;
    assert_int_equal(cs_enrolment_prepare(&choice, &first, NULL), CS_OK);
    assert_int_equal(cs_enrolment_prepare(&choice, &second, NULL), CS_OK);
    assert_string_equal(first.factor.user, "demo");
    assert_string_equal(first.factor.algorithm, "sha1");
    assert_string_equal(first.factor.label, "");
    assert_int_equal(first.factor.digits, 6);
    assert_int_equal(first.factor.period, 30);
    assert_int_equal(first.factor.last_step, -1);
    assert_int_equal(first.factor.secret.length, 20);
    assert_memory_not_equal(first.factor.secret.data, second.factor.secret.data, 20);
}

static void test_prepare_key_as_long_as_the_hash(void **state)
{
    static const struct {
        const char *algorithm;
        size_t length;
    } rows[] = {{"sha1", 20}, {"sha256", 32}, {"sha512", 64}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_enrolment_choice choice = {.user = "demo", .algorithm = rows[i].algorithm};
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};

        assert_int_equal(cs_enrolment_prepare(&choice, &enrolment, NULL), CS_OK);
        assert_int_equal(enrolment.factor.secret.length, rows[i].length);
    }
}

static void test_prepare_bad_choices_refused(void **state)
{
    static char long_name[300], long_label[100], long_secret[300];
    const struct {
        struct cs_enrolment_choice choice;
        const char *refusal;
    } rows[] = {
        {{.user = ""}, "the user name is empty"},
        {{.user = long_name}, "user name is longer than 255 bytes"},
        {{.user = "a\nb"}, "control characters"},
        {{.user = "a\xff"}, "control characters"},
        {{.user = "demo", .label = long_label}, "label is longer than 64 bytes"},
        {{.user = "demo", .label = "\x1b"}, "control characters"},
        {{.user = "demo", .algorithm = "md5"}, "sha1, sha256 or sha512 expected"},
        {{.user = "demo", .algorithm = ""}, "sha1, sha256 or sha512 expected"},
        {{.user = "demo", .algorithm = "SHA1"}, "sha1, sha256 or sha512 expected"},
        {{.user = "demo", .digits = 5}, "5 digits: 6, 7 or 8 expected"},
        {{.user = "demo", .digits = 9}, "9 digits: 6, 7 or 8 expected"},
        {{.user = "demo", .period = 3601}, "1 to 3600 expected"},
        {{.user = "demo", .counter = 1}, "TOTP codes have no counter"},
        {{.kind = CS_STORED_HOTP, .user = "demo", .period = 30}, "HOTP codes have no period"},
        {{.kind = CS_STORED_HOTP, .user = "demo", .counter = -1}, "0 to 9007199254740991"},
        {{.kind = CS_STORED_HOTP, .user = "demo", .counter = CS_ENROLMENT_COUNTER_MAX + 1},
         "counter 9007199254740992: 0 to 9007199254740991 expected"},
        {{.kind = CS_STORED_HOTP, .user = "demo", .secret = secret_16 + 2}, "has 15 bytes; 16 to"},
        {{.user = "demo", .secret = ""}, "has 0 bytes; 16 to 128"},
        {{.user = "demo", .secret = secret_16 + 2}, "has 15 bytes; 16 to 128"},
        {{.user = "demo", .secret = long_secret}, "has 180 bytes; 16 to 128"},
        {{.user = "demo", .secret = "AAAA!"}, "character 5 of the secret is not base32"},
    };

    (void)state;
    memset(long_name, 'x', 256);
    memset(long_label, 'x', 65);
    memset(long_secret, 'A', 288);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
        struct cs_error error = {0};

        assert_int_equal(cs_enrolment_prepare(&rows[i].choice, &enrolment, &error), CS_ERR_INPUT);
        assert_contains(error.text, rows[i].refusal);
    }
}

static void test_prepare_limits_accepted(void **state)
{
    static char name[256], label[65], secret[206];
    const struct cs_enrolment_choice choices[] = {
        {.user = name, .label = label, .secret = secret, .digits = 8, .period = 3600},
        {.user = "demo", .secret = secret_16, .digits = 6, .period = 1},
    };

    (void)state;
    memset(name, 'x', sizeof name - 1);
    memset(label, 'x', sizeof label - 1);
    memset(secret, 'A', sizeof secret - 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(choices); i++) {
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};

        assert_int_equal(cs_enrolment_prepare(&choices[i], &enrolment, NULL), CS_OK);
        assert_int_equal(enrolment.factor.secret.length, i == 0 ? 128 : 16);
    }
}

static void test_uri_percent_encoded(void **state)
{
    const struct cs_enrolment_choice choice = {.user = "demo",
                                               .algorithm = "sha256",
                                               .secret = "MZXW6YTBOJRGGZDFMZTWQ2LKNNWG23TP",
                                               .digits = 8,
                                               .period = 60};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
    struct cs_error error = {0};

    (void)state;
    if (cs_enrolment_prepare(&choice, &enrolment, &error) != CS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(
        cs_enrolment_uri(&enrolment, "My Host&Co", "a b:c/d?e&f=g%h\xc3\xb6~-._+\"'<", &uri, NULL),
        CS_OK);
    assert_string_equal(uri.data, "otpauth://totp/My%20Host%26Co:"
                                  "a%20b%3Ac%2Fd%3Fe%26f%3Dg%25h%C3%B6~-._%2B%22%27%3C"
                                  "?secret=MZXW6YTBOJRGGZDFMZTWQ2LKNNWG23TP&issuer=My%20Host%26Co"
                                  "&algorithm=SHA256&digits=8&period=60");
}

static void test_confirm_right_code_is_spent(void **state)
{
    const struct cs_enrolment_choice choice = {.user = "demo", .period = 3600};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
    int64_t step = cs_totp_step(cs_clock_seconds(), 3600);
    char code[CS_TOTP_CODE_SIZE], typed[16];
    bool right = true;

    (void)state;
    assert_int_equal(cs_enrolment_prepare(&choice, &enrolment, NULL), CS_OK);
    assert_int_equal(cs_enrolment_confirm(&enrolment, SECRET(""), &right, NULL), CS_OK);
    assert_false(right);
    assert_int_equal(enrolment.factor.last_step, -1);
    assert_int_equal(cs_hotp(&enrolment.factor.secret, "sha1", (uint64_t)step, 6, code, NULL),
                     CS_OK);
    (void)snprintf(typed, sizeof typed, "%.3s %.3s", code, code + 3);
    assert_int_equal(cs_enrolment_confirm(&enrolment, &(struct cs_secret){typed, 7}, &right, NULL),
                     CS_OK);
    assert_true(right);
    assert_int_equal(enrolment.factor.last_step, step);
}

static void test_uri_of_hotp_has_the_next_counter(void **state)
{
    static const struct {
        int64_t counter;
        const char *end;
    } rows[] = {
        {0, "digits=8&counter=0"},
        {7, "digits=8&counter=7"},
        {CS_ENROLMENT_COUNTER_MAX, "digits=8&counter=9007199254740991"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_enrolment_choice choice = {.kind = CS_STORED_HOTP,
                                                   .user = "demo",
                                                   .digits = 8,
                                                   .secret = secret_16,
                                                   .counter = rows[i].counter};
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
        CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
        char expected[200];

        assert_int_equal(cs_enrolment_prepare(&choice, &enrolment, NULL), CS_OK);
        assert_int_equal(enrolment.factor.period, 0);
        assert_int_equal(enrolment.factor.last_step, rows[i].counter - 1);
        assert_int_equal(cs_enrolment_uri(&enrolment, "H", "a", &uri, NULL), CS_OK);
        (void)snprintf(expected, sizeof expected,
                       "otpauth://hotp/H:a?secret=%s&issuer=H&algorithm=SHA1&%s", secret_16,
                       rows[i].end);
        assert_string_equal(uri.data, expected);
    }
}

static void test_confirm_hotp_takes_one_of_the_next_ten(void **state)
{
    static const struct {
        int64_t counter;
        bool right;
    } rows[] = {{4, false}, {5, true}, {14, true}, {15, false}};
    const struct cs_enrolment_choice choice = {
        .kind = CS_STORED_HOTP, .user = "demo", .secret = secret_16, .counter = 5};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
        char code[CS_TOTP_CODE_SIZE];
        bool right = !rows[i].right;

        assert_int_equal(cs_enrolment_prepare(&choice, &enrolment, NULL), CS_OK);
        assert_int_equal(
            cs_hotp(&enrolment.factor.secret, "sha1", (uint64_t)rows[i].counter, 6, code, NULL),
            CS_OK);
        assert_int_equal(
            cs_enrolment_confirm(&enrolment, &(struct cs_secret){code, 6}, &right, NULL), CS_OK);
        assert_int_equal(right, rows[i].right);
        assert_int_equal(enrolment.factor.last_step, right ? rows[i].counter : 4);
    }
}

static enum cs_err save(struct scratch_store *scratch, const struct cs_enrolment_choice *choice,
                        struct cs_enrolment *enrolment, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result;

    assert_int_equal(cs_enrolment_prepare(choice, enrolment, NULL), CS_OK);
    scratch_store_begin(scratch, &transaction);
    result = cs_enrolment_save(&transaction, enrolment, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

static void test_given_key_that_the_user_has_is_refused(void **state)
{
    static const struct {
        struct cs_enrolment_choice choice;
        enum cs_err result;
    } rows[] = {
        {{.user = "demo", .secret = secret_16}, CS_OK},
        {{.user = "demo", .secret = secret_16}, CS_ERR_INPUT},
        {{.user = "demo", .secret = secret_16, .digits = 8}, CS_ERR_INPUT},
        {{.user = "demo", .secret = secret_16, .algorithm = "sha256"}, CS_OK},
        {{.user = "demo", .secret = secret_16, .period = 60}, CS_OK},
        {{.kind = CS_STORED_HOTP, .user = "demo", .secret = secret_16}, CS_ERR_INPUT},
        {{.kind = CS_STORED_HOTP, .user = "demo", .secret = secret_16, .algorithm = "sha512"},
         CS_OK},
        {{.user = "other", .secret = secret_16}, CS_OK},
        {{.kind = CS_STORED_HOTP, .user = "third", .secret = secret_16, .counter = 3}, CS_OK},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_enrolment_clear) struct cs_enrolment enrolment = {0};
        struct cs_error error = {0};

        assert_int_equal(save(*state, &rows[i].choice, &enrolment, &error), rows[i].result);
        if (rows[i].result != CS_OK)
            assert_contains(error.text, "demo has this secret already, as factor 1");
    }
}

static void test_earlier_codes_of_a_given_key_are_spent(void **state)
{
    const struct cs_enrolment_choice given = {.user = "demo", .secret = secret_16, .period = 3600};
    const struct cs_enrolment_choice fresh = {.user = "demo", .period = 3600};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment first = {0};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment second = {0};
    const struct cs_enrolment_choice counted = {
        .kind = CS_STORED_HOTP, .user = "other", .secret = secret_16, .counter = 3};
    CS_AUTO(cs_enrolment_clear) struct cs_enrolment third = {0};
    int64_t step = cs_totp_step(cs_clock_seconds(), 3600);

    assert_int_equal(save(*state, &counted, &third, NULL), CS_OK);
    assert_int_equal(third.factor.last_step, 2);
    assert_int_equal(save(*state, &given, &first, NULL), CS_OK);
    assert_true(first.factor.last_step >= step - 1 && first.factor.last_step <= step);
    assert_int_equal(save(*state, &fresh, &second, NULL), CS_OK);
    assert_int_equal(second.factor.last_step, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare_defaults),
        cmocka_unit_test(test_prepare_key_as_long_as_the_hash),
        cmocka_unit_test(test_prepare_bad_choices_refused),
        cmocka_unit_test(test_prepare_limits_accepted),
        cmocka_unit_test(test_uri_percent_encoded),
        cmocka_unit_test(test_confirm_right_code_is_spent),
        cmocka_unit_test(test_uri_of_hotp_has_the_next_counter),
        cmocka_unit_test(test_confirm_hotp_takes_one_of_the_next_ten),
        IN_STORE(test_given_key_that_the_user_has_is_refused),
        IN_STORE(test_earlier_codes_of_a_given_key_are_spent),
    };

    return cmocka_run_group_tests_name("enrol", tests, NULL, NULL);
}
