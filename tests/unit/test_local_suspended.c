/* SPDX-License-Identifier: Apache-2.0 */
/* A user whom an administrator has suspended: nothing that is enrolled is accepted or spent, and
 * everything is as before when that ends. */
#include "tests/unit/unit.h"

#include "providers/local/hash.h"
#include "providers/local/totp.h"
#include "store/password.h"
#include "store/recovery.h"
#include "store/suspension.h"
#include "tests/unit/local.h"

static struct cs_local_settings login;
static struct cs_enrolment alice;

static int set_up(void **state)
{
    struct cs_transaction transaction;

    (void)state;
    login = (struct cs_local_settings){.totp_window = 1, .totp_drift = 3, .throttle = false};
    local_open();
    enrol_app("alice", &alice);
    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    save_password(&transaction);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_enrolment_clear(&alice);
    local_close();
    return 0;
}

static void set_suspended(const char *user, bool suspended)
{
    struct cs_transaction transaction;
    bool changed = false;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(suspended ? cs_suspension_add(&transaction, user, T0, &changed, NULL)
                               : cs_suspension_remove(&transaction, user, &changed, NULL),
                     CS_OK);
    assert_true(changed);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static void assert_judged(enum cs_factor_kind kind, const char *answer, enum cs_judgement judgement,
                          const char *reason)
{
    const struct cs_call call = {.deadline = INT64_MAX, .cancel_fd = -1, .settings = &login};
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    const struct cs_attempt attempt = {.identity = "alice",
                                       .kind = kind,
                                       .answer = &secret,
                                       .subject = "alice",
                                       .client = "192.0.2.1",
                                       .proven = true,
                                       .countable = true};
    struct cs_outcome outcome = {0};
    struct cs_error error = {0};

    assert_int_equal(cs_secret_set(&secret, answer, strlen(answer)), CS_OK);
    if (provider->ops->judge(provider, &call, &attempt, &outcome, &error) != CS_OK)
        fail_msg("%s", error.text);
    assert_string_equal(cs_reason_name(outcome.reason), reason);
    assert_int_equal(outcome.judgement, judgement);
}

static void code_of(int64_t step, char ret_code[CS_TOTP_CODE_SIZE])
{
    const struct cs_factor *factor = &alice.factor;

    assert_int_equal(
        cs_hotp(&factor->secret, factor->algorithm, (uint64_t)step, factor->digits, ret_code, NULL),
        CS_OK);
}

static void test_nothing_is_accepted_or_spent(void **state)
{
    char code[CS_TOTP_CODE_SIZE];
    char *before, *after;

    (void)state;
    code_of(T0 / 30, code);
    set_suspended("alice", true);
    before = scratch_store_rows(&scratch, "factor");
    assert_judged(CS_FACTOR_TOTP, code, CS_JUDGED_WRONG, "suspended");
    assert_judged(CS_FACTOR_TOTP, "000000", CS_JUDGED_WRONG, "suspended");
    assert_judged(CS_FACTOR_TOTP, alice.codes[0].data, CS_JUDGED_WRONG, "suspended");
    assert_judged(CS_FACTOR_U2F, alice.codes[0].data, CS_JUDGED_WRONG, "suspended");
    assert_judged(CS_FACTOR_PASSWORD, local_password, CS_JUDGED_WRONG, "suspended");
    assert_judged(CS_FACTOR_PASSWORD, "wrong", CS_JUDGED_WRONG, "suspended");
    after = scratch_store_rows(&scratch, "factor");
    assert_string_equal(after, before);
    free(before);
    free(after);
    /* Tries count as those of others do. */
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 4);
    assert_int_equal(failures_of(CS_THROTTLE_PASSWORD_PROVEN, "alice", T0), 2);
    set_suspended("alice", false);
    assert_judged(CS_FACTOR_TOTP, code, CS_JUDGED_RIGHT, "totp");
    assert_judged(CS_FACTOR_TOTP, alice.codes[0].data, CS_JUDGED_RIGHT, "recovery-code");
    assert_judged(CS_FACTOR_PASSWORD, local_password, CS_JUDGED_RIGHT, "password");
}

static void test_somebody_else_is_not_affected(void **state)
{
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    set_suspended("bob", true);
    code_of(T0 / 30, code);
    assert_judged(CS_FACTOR_TOTP, code, CS_JUDGED_RIGHT, "totp");
}

static struct cs_provider_user find(const char *identity)
{
    const struct cs_call call = {.deadline = INT64_MAX, .cancel_fd = -1, .settings = &login};
    struct cs_provider_user user = {0};

    assert_int_equal(provider->ops->find_user(provider, &call, identity, &user, NULL), CS_OK);
    return user;
}

/* So accept_on_missing_auth_method takes nobody for a user without a factor. */
static void test_the_user_is_not_found(void **state)
{
    (void)state;
    assert_true(find("alice").found);
    assert_true(find("nobody-enrolled").found);
    set_suspended("alice", true);
    assert_false(find("alice").found);
    assert_string_equal(cs_reason_name(find("alice").reason), "suspended");
    assert_true(find("bob").found);
}

static struct cs_standing standing_of(const char *name)
{
    const struct cs_call call = {.deadline = INT64_MAX, .cancel_fd = -1, .settings = &login};
    struct cs_provider_user user = {.found = true};
    struct cs_standing standing = {0};

    (void)snprintf(user.name, sizeof user.name, "%s", name);
    assert_int_equal(provider->ops->account(provider, &call, &user, &standing, NULL), CS_OK);
    return standing;
}

static void test_the_account_slot_vouches_for_nobody(void **state)
{
    struct cs_standing standing = standing_of("alice");

    (void)state;
    assert_true(standing.may_log_in);
    assert_true(standing.abstains);
    set_suspended("alice", true);
    standing = standing_of("alice");
    assert_false(standing.may_log_in);
    assert_string_equal(cs_reason_name(standing.reason), "suspended");
    assert_true(standing_of("bob").may_log_in);
}

/* What cannot be read is no permission. */
static void test_a_store_that_is_gone(void **state)
{
    const struct cs_call call = {.deadline = INT64_MAX, .cancel_fd = -1, .settings = &login};
    const struct cs_provider_user known = {.found = true, .name = "alice"};
    struct cs_local_settings gone = {.store = "/nonexistent/store", .key_file = "/nonexistent/key"};
    struct cs_provider *other = NULL;
    struct cs_provider_user user = {0};
    struct cs_standing standing = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_local_kind.open(&gone, NULL, &other, &error), CS_OK);
    assert_int_not_equal(other->ops->find_user(other, &call, "alice", &user, &error), CS_OK);
    assert_false(user.found);
    assert_int_not_equal(other->ops->account(other, &call, &known, &standing, &error), CS_OK);
    assert_false(standing.may_log_in);
    cs_provider_close(&other);
}

#define WITH_ALICE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALICE(test_nothing_is_accepted_or_spent),
        WITH_ALICE(test_somebody_else_is_not_affected),
        WITH_ALICE(test_the_user_is_not_found),
        WITH_ALICE(test_the_account_slot_vouches_for_nobody),
        WITH_ALICE(test_a_store_that_is_gone),
    };

    return cmocka_run_group_tests_name("local_suspended", tests, NULL, NULL);
}
