/* SPDX-License-Identifier: Apache-2.0 */
/* A new account of an old name: it does not inherit what the earlier one had enrolled. */
#include "tests/unit/unit.h"

#include "providers/local/hash.h"
#include "providers/local/totp.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/suspension.h"
#include "tests/unit/local.h"

static struct cs_local_settings login;
static struct cs_enrolment alice;
static struct cs_uid uid; /* of the account that logs in */

enum { ALICE = 1001, STRANGER = 1002 };

static int set_up(void **state)
{
    struct cs_transaction transaction;

    (void)state;
    login = (struct cs_local_settings){
        .totp_window = 1, .totp_drift = 3, .throttle = false, .uid_check = true};
    uid = (struct cs_uid){.known = true, .value = ALICE};
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

static void set_owner(uid_t owner)
{
    struct cs_transaction transaction;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_owner_set(&transaction, "alice", owner, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
}

static void assert_owner(bool known, uid_t value)
{
    struct cs_transaction transaction;
    struct cs_uid owner;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_owner_read(&transaction, "alice", &owner, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(owner.known, known);
    assert_int_equal(owner.value, value);
}

static struct cs_call call_of(const struct cs_uid *account)
{
    return (struct cs_call){
        .deadline = INT64_MAX, .cancel_fd = -1, .settings = &login, .uid = account};
}

static void assert_judged(enum cs_factor_kind kind, const char *answer, enum cs_judgement judgement,
                          const char *reason)
{
    const struct cs_call call = call_of(&uid);
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

static const char *code_of(int64_t step)
{
    static char code[CS_TOTP_CODE_SIZE];
    const struct cs_factor *factor = &alice.factor;

    assert_int_equal(
        cs_hotp(&factor->secret, factor->algorithm, (uint64_t)step, factor->digits, code, NULL),
        CS_OK);
    return code;
}

static void test_another_uid_gets_nothing_accepted_or_spent(void **state)
{
    char *before, *after;

    (void)state;
    set_owner(ALICE);
    uid.value = STRANGER;
    before = scratch_store_rows(&scratch, "factor");
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30), CS_JUDGED_WRONG, "other-uid");
    assert_judged(CS_FACTOR_TOTP, "000000", CS_JUDGED_WRONG, "other-uid");
    assert_judged(CS_FACTOR_TOTP, alice.codes[0].data, CS_JUDGED_WRONG, "other-uid");
    assert_judged(CS_FACTOR_U2F, alice.codes[0].data, CS_JUDGED_WRONG, "other-uid");
    assert_judged(CS_FACTOR_PASSWORD, local_password, CS_JUDGED_WRONG, "other-uid");
    after = scratch_store_rows(&scratch, "factor");
    assert_string_equal(after, before);
    free(before);
    free(after);
    assert_int_equal(failures_of(CS_THROTTLE_USER_PROVEN, "alice", T0), 4);
    assert_owner(true, ALICE);
    uid.value = ALICE;
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30), CS_JUDGED_RIGHT, "totp");
    assert_judged(CS_FACTOR_TOTP, alice.codes[0].data, CS_JUDGED_RIGHT, "recovery-code");
    assert_judged(CS_FACTOR_PASSWORD, local_password, CS_JUDGED_RIGHT, "password");
}

/* What nobody owns belongs to whoever has it: a right code says so, a wrong one and a password do
 * not. */
static void test_the_first_right_code_says_whose_it_is(void **state)
{
    (void)state;
    assert_owner(false, 0);
    assert_judged(CS_FACTOR_TOTP, "000000", CS_JUDGED_WRONG, "wrong-code");
    assert_judged(CS_FACTOR_PASSWORD, local_password, CS_JUDGED_RIGHT, "password");
    assert_owner(false, 0);
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30), CS_JUDGED_RIGHT, "totp");
    assert_owner(true, ALICE);
    uid.value = STRANGER;
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30 + 1), CS_JUDGED_WRONG, "other-uid");
}

/* uid_check off, an identity that is not the account's own name, and a login without an account. */
static void test_without_a_uid_to_compare_nothing_is_compared_or_noted(void **state)
{
    (void)state;
    login.uid_check = false;
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30 - 1), CS_JUDGED_RIGHT, "totp");
    assert_owner(false, 0);
    set_owner(ALICE);
    uid.value = STRANGER;
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30), CS_JUDGED_RIGHT, "totp");
    login.uid_check = true;
    uid = (struct cs_uid){0};
    assert_judged(CS_FACTOR_TOTP, code_of(T0 / 30 + 1), CS_JUDGED_RIGHT, "totp");
    assert_owner(true, ALICE);
}

/* So accept_on_missing_auth_method takes nobody for a user without a factor; the account phase is
 * another's business, unless the name is suspended. */
static void test_a_new_account_is_not_found_and_not_vouched_for(void **state)
{
    const struct cs_uid other = {.known = true, .value = STRANGER};
    const struct cs_call own = call_of(&uid), call = call_of(&other);
    struct cs_provider_user user = {0};
    struct cs_standing standing = {0};
    struct cs_transaction transaction;
    bool changed;

    (void)state;
    set_owner(ALICE);
    assert_int_equal(provider->ops->find_user(provider, &own, "alice", &user, NULL), CS_OK);
    assert_true(user.found);
    assert_int_equal(provider->ops->account(provider, &call, &user, &standing, NULL), CS_OK);
    assert_true(standing.may_log_in && standing.abstains);
    user = (struct cs_provider_user){0};
    assert_int_equal(provider->ops->find_user(provider, &call, "alice", &user, NULL), CS_OK);
    assert_false(user.found);
    assert_string_equal(cs_reason_name(user.reason), "other-uid");

    (void)snprintf(user.name, sizeof user.name, "alice");
    assert_int_equal(cs_store_begin(scratch.store, &transaction, NULL), CS_OK);
    assert_int_equal(cs_suspension_add(&transaction, "alice", T0, &changed, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    assert_int_equal(provider->ops->account(provider, &call, &user, &standing, NULL), CS_OK);
    assert_false(standing.may_log_in);
}

#define WITH_ALICE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ALICE(test_another_uid_gets_nothing_accepted_or_spent),
        WITH_ALICE(test_the_first_right_code_says_whose_it_is),
        WITH_ALICE(test_without_a_uid_to_compare_nothing_is_compared_or_noted),
        WITH_ALICE(test_a_new_account_is_not_found_and_not_vouched_for),
    };

    return cmocka_run_group_tests_name("local_uid", tests, NULL, NULL);
}
