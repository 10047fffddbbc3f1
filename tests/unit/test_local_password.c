/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords at the local provider. crypt_rn of libcrypt is replaced by one that counts, and in
 * which a test can do what others may do while a password is hashed.
 */
#include "tests/unit/unit.h"

#include <crypt.h>
#include <dlfcn.h>

#include "providers/local/codes.h"
#include "providers/local/hash.h"
#include "providers/local/totp.h"
#include "store/password.h"
#include "tests/unit/local.h"

static const char right[] = "correct horse battery staple", other[] = "another one entirely";

static struct cs_local_settings login; /* what the logins have; it was opened with others */
static struct cs_enrolment alice;
static struct cs_secret hash_of_right, hash_of_other;

/* ---- libcrypt ---- */

static unsigned hashes;         /* made since the last look */
static char method[8];          /* of the last one: method and cost */
static void (*meanwhile)(void); /* done once, while it is made */

char *crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
    static char *(*real)(const char *, const char *, void *, int);
    void (*now)(void) = meanwhile;

    if (real == NULL)
        *(void **)(void *)&real = dlsym(RTLD_NEXT, "crypt_rn");
    hashes++;
    (void)snprintf(method, sizeof method, "%.7s", setting);
    meanwhile = NULL;
    if (now != NULL)
        now();
    return real(phrase, setting, data, size);
}

static void make_hash(const char *password, struct cs_secret *ret_hash)
{
    const struct cs_secret secret = {(char *)(uintptr_t)password, strlen(password)};
    char setting[CS_PASSWORD_SETTING_SIZE];

    assert_int_equal(cs_password_setting(setting, NULL), CS_OK);
    assert_int_equal(cs_password_hash(&secret, setting, ret_hash, NULL), CS_OK);
}

static int make_hashes(void **state)
{
    (void)state;
    make_hash(right, &hash_of_right);
    make_hash(other, &hash_of_other);
    return 0;
}

static int free_hashes(void **state)
{
    (void)state;
    cs_secret_free(&hash_of_right);
    cs_secret_free(&hash_of_other);
    return 0;
}

/* ---- the scene ---- */

static void set_password(const char *user, const struct cs_secret *hash)
{
    struct cs_transaction transaction;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_password_set(&transaction, user, hash, T0, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

/* alice has a password and an authenticator app, bob a password, carol nothing. */
static int set_up(void **state)
{
    (void)state;
    login = (struct cs_local_settings){.totp_window = 1, .totp_drift = 3, .throttle = true};
    local_open();
    enrol_app("alice", &alice);
    set_password("alice", &hash_of_right);
    set_password("bob", &hash_of_other);
    hashes = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_enrolment_clear(&alice);
    local_close();
    return 0;
}

static struct cs_outcome judge_bytes(struct cs_attempt attempt, const void *bytes, size_t length)
{
    const struct cs_call call = {.deadline = INT32_MAX, .cancel_fd = -1, .settings = &login};
    CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&answer, bytes, length), CS_OK);
    attempt.answer = &answer;
    attempt.client = attempt.client ? attempt.client : "192.0.2.1";
    attempt.subject = attempt.identity ? attempt.identity : " 1";
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    return outcome;
}

static struct cs_outcome password(const char *user, const char *answer)
{
    const struct cs_attempt attempt = {
        .identity = user, .kind = CS_FACTOR_PASSWORD, .countable = true};

    return judge_bytes(attempt, answer, strlen(answer));
}

/* As after a public key. */
static struct cs_outcome proven_password(const char *user, const char *answer)
{
    const struct cs_attempt attempt = {
        .identity = user, .kind = CS_FACTOR_PASSWORD, .proven = true, .countable = true};

    return judge_bytes(attempt, answer, strlen(answer));
}

/* As after a password. */
static struct cs_outcome code(const char *user, const char *answer)
{
    const struct cs_attempt attempt = {
        .identity = user, .kind = CS_FACTOR_TOTP, .proven = true, .countable = true};

    return judge_bytes(attempt, answer, strlen(answer));
}

static struct cs_outcome right_code(void)
{
    const struct cs_factor *factor = &alice.factor;
    char text[CS_TOTP_CODE_SIZE];

    assert_int_equal(cs_hotp(&factor->secret, factor->algorithm,
                             (uint64_t)cs_totp_step(T0, factor->period), factor->digits, text,
                             NULL),
                     CS_OK);
    return code("alice", text);
}

static void assert_outcome(struct cs_outcome outcome, enum cs_judgement judgement,
                           const char *reason)
{
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement, judgement);
}

static void assert_right(struct cs_outcome outcome)
{
    assert_outcome(outcome, CS_JUDGED_RIGHT, "password");
}

static void assert_wrong(struct cs_outcome outcome, const char *reason)
{
    assert_outcome(outcome, CS_JUDGED_WRONG, reason);
}

/* ---- what is right ---- */

static void test_right_and_wrong(void **state)
{
    char longer[sizeof right + 1];

    (void)state;
    (void)snprintf(longer, sizeof longer, "%s ", right);
    for (unsigned i = 0; i < 3; i++)
        assert_right(password("alice", right));
    assert_right(password("bob", other));
    assert_wrong(password("bob", right), "wrong-password");
    assert_wrong(password("alice", longer), "wrong-password");
    assert_wrong(password("alice", "Correct horse battery staple"), "wrong-password");
    assert_wrong(password("carol", right), "no-password");
    assert_wrong(password(NULL, right), "no-password");
}

static void test_what_is_never_right(void **state)
{
    const struct cs_attempt attempt = {.identity = "alice", .kind = CS_FACTOR_PASSWORD};
    char bytes[2000];

    (void)state;
    memcpy(bytes, right, sizeof right); /* with its NUL */
    assert_wrong(judge_bytes(attempt, bytes, sizeof right), "wrong-password");
    assert_wrong(judge_bytes(attempt, bytes, 0), "wrong-password");
    assert_wrong(judge_bytes(attempt, hash_of_right.data, hash_of_right.length), "wrong-password");
    memset(bytes, 'x', sizeof bytes);
    for (size_t length = CS_PASSWORD_BYTES_MAX; length < sizeof bytes; length += 496)
        assert_wrong(judge_bytes(attempt, bytes, length), "wrong-password");
}

static void test_the_longest(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    char text[CS_PASSWORD_BYTES_MAX + 2];

    (void)state;
    memset(text, 'x', sizeof text);
    text[CS_PASSWORD_BYTES_MAX] = '\0';
    make_hash(text, &hash);
    set_password("alice", &hash);
    assert_right(password("alice", text));
    text[CS_PASSWORD_BYTES_MAX - 1] = 'y';
    assert_wrong(password("alice", text), "wrong-password");
    text[CS_PASSWORD_BYTES_MAX - 1] = 'x';
    text[CS_PASSWORD_BYTES_MAX] = 'x';
    text[CS_PASSWORD_BYTES_MAX + 1] = '\0';
    assert_wrong(password("alice", text), "wrong-password");
}

/* What is hashed in place of an answer that cannot be right is a password like any other. */
static void test_the_stand_in_lets_nobody_in(void **state)
{
    static const char stand_in[] = "-";
    const struct cs_attempt attempt = {.identity = "alice", .kind = CS_FACTOR_PASSWORD};
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};

    (void)state;
    make_hash(stand_in, &hash);
    set_password("alice", &hash);
    assert_right(password("alice", stand_in));
    assert_wrong(judge_bytes(attempt, "", 0), "wrong-password");
    assert_wrong(judge_bytes(attempt, stand_in, sizeof stand_in), "wrong-password");
}

/* A code is no password, and a password no code. */
static void test_kinds_are_apart(void **state)
{
    char shown[CS_RECOVERY_SHOWN_SIZE];

    (void)state;
    cs_recovery_show(&alice.codes[0], shown);
    assert_wrong(password("alice", shown), "wrong-password");
    assert_wrong(code("alice", right), "wrong-code");
    assert_wrong(code("bob", other), "not-enrolled");
}

/* ---- the cost ---- */

static void test_every_try_costs_one_hash(void **state)
{
    static const struct {
        const char *user, *answer;
        size_t length;
    } tries[] = {
        {"alice", TEXT("correct horse battery staple")},
        {"alice", TEXT("wrong")},
        {"alice", TEXT("")},
        {"alice", TEXT("with\0NUL")},
        {"carol", TEXT("wrong")},
        {"carol", TEXT("with\0NUL")},
        {NULL, TEXT("wrong")},
        {NULL, TEXT("")},
    };
    char usual[sizeof method];

    (void)state;
    (void)snprintf(usual, sizeof usual, "%.7s", hash_of_right.data);
    for (size_t i = 0; i < CS_ARRAY_SIZE(tries); i++) {
        const struct cs_attempt attempt = {.identity = tries[i].user, .kind = CS_FACTOR_PASSWORD};

        hashes = 0;
        (void)judge_bytes(attempt, tries[i].answer, tries[i].length);
        assert_int_equal(hashes, 1);
        assert_string_equal(method, usual);
    }
}

static void test_looking_users_up_hashes_nothing(void **state)
{
    const struct cs_call call = {.deadline = INT32_MAX, .cancel_fd = -1, .settings = &login};
    const struct cs_listing listing = {.kinds = UINT32_MAX};
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};

    (void)state;
    assert_int_equal(provider->ops->find_user(provider, &call, "alice", &user, NULL), CS_OK);
    assert_int_equal(provider->ops->list_factors(provider, &call, &user, &listing, &factors, NULL),
                     CS_OK);
    assert_int_equal(factors.count, 1); /* the app */
    assert_int_equal(hashes, 0);
}

/* ---- while it is hashed ---- */

static void log_in_with_a_code(void)
{
    assert_outcome(right_code(), CS_JUDGED_RIGHT, "totp");
}

/* With the store held, the code would wait until the store gives up. */
static void test_nobody_waits_for_a_hash(void **state)
{
    (void)state;
    meanwhile = log_in_with_a_code;
    assert_right(password("alice", right));
    assert_null(meanwhile);
}

static void change_password(void)
{
    set_password("alice", &hash_of_other);
}

static void test_a_password_that_is_changed_meanwhile(void **state)
{
    (void)state;
    meanwhile = change_password;
    assert_wrong(password("alice", right), "wrong-password");
    assert_right(password("alice", other));
}

static void fail_four_times(void)
{
    for (unsigned i = 0; i < 4; i++)
        assert_wrong(proven_password("alice", "wrong"), "wrong-password");
}

/* Tries side by side are worth no more than one after the other. */
static void test_failures_meanwhile_delay_this_one(void **state)
{
    (void)state;
    meanwhile = fail_four_times;
    assert_wrong(proven_password("alice", right), "throttled");
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 4);
}

/* ---- what is counted ---- */

static void test_unproven_failures(void **state)
{
    const struct cs_attempt empty = {.identity = NULL, .kind = CS_FACTOR_PASSWORD};

    (void)state;
    assert_wrong(password("alice", "wrong"), "wrong-password");
    assert_wrong(password("carol", "wrong"), "no-password");
    assert_wrong(judge_bytes(empty, "", 0), "no-password");
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, "alice", T0), 1);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, "carol", T0), 1);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, " 1", T0), 0);
    assert_int_equal(failures_of(CS_THROTTLE_ADDRESS, "192.0.2.1", T0), 3);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 0);
    assert_int_equal(failures_of(CS_THROTTLE_USER_UNPROVEN, "alice", T0), 0);
    assert_right(password("alice", right));
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, "alice", T0), 0);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, "carol", T0), 1);
    assert_int_equal(failures_of(CS_THROTTLE_ADDRESS, "192.0.2.1", T0), 3);
}

static void test_the_delay(void **state)
{
    (void)state;
    fail_four_times();
    hashes = 0;
    assert_wrong(proven_password("alice", right), "throttled");
    assert_int_equal(hashes, 0);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 4);
    assert_right(proven_password("bob", other));
    fake_clock_set(T0 + 5);
    assert_right(proven_password("alice", right));
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 0);
    login.throttle = false;
    for (unsigned i = 0; i < 6; i++)
        assert_wrong(proven_password("alice", "wrong"), "wrong-password");
}

/* Whoever knows the password must not be able to guess codes without end. */
static void test_a_right_password_forgets_no_wrong_codes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_right(password("alice", right));
        assert_wrong(code("alice", "1"), "wrong-code");
    }
    assert_right(password("alice", right));
    assert_right(proven_password("alice", right));
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 4);
    assert_wrong(right_code(), "throttled");
}

/* Nor passwords, with the app at hand. */
static void test_a_right_code_forgets_no_wrong_passwords(void **state)
{
    (void)state;
    fail_four_times();
    assert_wrong(password("alice", "wrong"), "wrong-password");
    assert_outcome(right_code(), CS_JUDGED_RIGHT, "totp");
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 4);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_UNPROVEN, "alice", T0), 1);
    assert_wrong(proven_password("alice", right), "throttled");
}

static void test_a_try_changes_nothing_but_counters(void **state)
{
    static const char *const tables[] = {"password", "factor", "recovery", "meta"};
    char *before[CS_ARRAY_SIZE(tables)];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(tables); i++)
        before[i] = scratch_store_rows(&scratch, tables[i]);
    assert_wrong(password("alice", "wrong"), "wrong-password");
    assert_wrong(password("carol", "wrong"), "no-password");
    assert_right(password("alice", right));
    for (size_t i = 0; i < CS_ARRAY_SIZE(tables); i++) {
        char *after = scratch_store_rows(&scratch, tables[i]);

        assert_string_equal(after, before[i]);
        free(after);
        free(before[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_right_and_wrong),
        TEST(test_what_is_never_right),
        TEST(test_the_longest),
        TEST(test_the_stand_in_lets_nobody_in),
        TEST(test_kinds_are_apart),
        TEST(test_every_try_costs_one_hash),
        TEST(test_looking_users_up_hashes_nothing),
        TEST(test_nobody_waits_for_a_hash),
        TEST(test_a_password_that_is_changed_meanwhile),
        TEST(test_failures_meanwhile_delay_this_one),
        TEST(test_unproven_failures),
        TEST(test_the_delay),
        TEST(test_a_right_password_forgets_no_wrong_codes),
        TEST(test_a_right_code_forgets_no_wrong_passwords),
        TEST(test_a_try_changes_nothing_but_counters),
    };

    return cmocka_run_group_tests(tests, make_hashes, free_hashes);
}
