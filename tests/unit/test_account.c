/* SPDX-License-Identifier: Apache-2.0 */
/* The account phase as a provider sees it: who is asked, what its words become, and that nobody
 * else is asked anything. */
#include "tests/unit/scene.h"

#include "methods/account.h"

void scene_prepare(void)
{
    method_scene_use_every_slot(scene);
    scene->given.channel = NULL; /* whoever asks the user crashes */
}

static void assert_checked(const char *name, enum cs_verdict verdict, const char *reason,
                           const char *calls)
{
    assert_ran(name, cs_check_account(&scene->login), verdict, calls);
    assert_string_equal(cs_reason_name(scene->login.result.reason), reason);
}

static void test_the_provider_decides(void **state)
{
    static const struct {
        struct cs_standing standing;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {
        {{.may_log_in = true, .reason = CS_REASON_APPROVED}, CS_VERDICT_ALLOW, "approved"},
        {{.may_log_in = true, .abstains = true}, CS_VERDICT_ALLOW, "no-objection"},
        {{.reason = CS_REASON_SUSPENDED}, CS_VERDICT_DENY, "suspended"},
        {{.abstains = true, .reason = CS_REASON_DENIED}, CS_VERDICT_DENY, "denied"},
        {{0}, CS_VERDICT_DENY, "none"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->standing = rows[i].standing;
        assert_checked(rows[i].reason, rows[i].verdict, rows[i].reason,
                       "find:demo account:id-of-demo");
    }
}

static void test_who_has_refused_is_not_asked_again(void **state)
{
    (void)state;
    scene->ops.account_asks = true;
    scene->standing.reason = CS_REASON_DENIED;
    assert_checked("denied", CS_VERDICT_DENY, "denied", "find:demo account:id-of-demo");
    assert_int_equal(scene->refusals, 1);
    start_over();
    scene->ops.account_asks = true;
    scene->account_result = CS_ERR_HANGUP;
    assert_checked("left", CS_VERDICT_ABORTED, "hang-up", "find:demo account:id-of-demo");
    assert_int_equal(scene->refusals, 1);
    start_over();
    scene->ops.account_asks = true;
    scene->quiet = true;
    scene->standing.may_log_in = true;
    assert_checked("again", CS_VERDICT_DENY, "too-many-deliveries", "find:demo");
    start_over();
    scene->quiet = true; /* nobody is asked, so nobody is asked too often */
    scene->standing = (struct cs_standing){.may_log_in = true, .reason = CS_REASON_APPROVED};
    assert_checked("says so by itself", CS_VERDICT_ALLOW, "approved",
                   "find:demo account:id-of-demo");
    assert_int_equal(scene->refusals, 0);
}

/* A daemon that serves its own users may have let anybody in. */
static void test_a_service_account_sends_nothing(void **state)
{
    (void)state;
    scene->ops.account_asks = true;
    scene->autopush = false;
    scene->given.never_proven = true;
    scene->standing.may_log_in = true;
    assert_checked("not proven", CS_VERDICT_DENY, "too-many-deliveries", "find:demo");
}

/* It must not become "allow" because nobody asked. */
static void test_nobody_to_ask_about(void **state)
{
    (void)state;
    scene->standing.may_log_in = true;
    scene->identity = NULL;
    assert_checked("no identity", CS_VERDICT_DENY, "unknown-user", "");
    start_over();
    scene->standing.may_log_in = true;
    scene->missing = CS_REASON_INACTIVE;
    assert_checked("not found", CS_VERDICT_DENY, "inactive", "find:demo");
}

static void test_errors_refuse(void **state)
{
    static const struct {
        enum cs_err result;
        enum cs_verdict verdict;
        const char *reason;
    } rows[] = {
        {CS_ERR_UNREACHABLE, CS_VERDICT_UNREACHABLE, "unreachable"},
        {CS_ERR_UNAVAILABLE, CS_VERDICT_UNAVAILABLE, "unavailable"},
        {CS_ERR_STORE, CS_VERDICT_UNAVAILABLE, "unavailable"},
        {CS_ERR_NOMEM, CS_VERDICT_UNAVAILABLE, "unavailable"},
        {CS_ERR_TIMEOUT, CS_VERDICT_ABORTED, "timeout"},
        {CS_ERR_HANGUP, CS_VERDICT_ABORTED, "hang-up"},
        {CS_ERR_CONFIG, CS_VERDICT_MISCONFIGURED, "misconfigured"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->standing.may_log_in = true; /* what it says with an error does not count */
        scene->account_result = rows[i].result;
        assert_checked("account", rows[i].verdict, rows[i].reason, "find:demo account:id-of-demo");
        assert_contains(scene->lines.text, "account check: account is broken");
        start_over();
        scene->standing.may_log_in = true;
        scene->find_result = rows[i].result;
        assert_checked("find", rows[i].verdict, rows[i].reason, "find:demo");
    }
}

/* Whom it knows, and whether its server is there, is then of no importance. */
static void test_a_provider_without_a_say_is_not_asked(void **state)
{
    (void)state;
    scene->ops.account = NULL;
    scene->find_result = CS_ERR_UNREACHABLE;
    scene->identity = NULL;
    assert_checked("no slot", CS_VERDICT_ALLOW, "no-objection", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(test_the_provider_decides),
        IN_SCENE(test_who_has_refused_is_not_asked_again),
        IN_SCENE(test_a_service_account_sends_nothing),
        IN_SCENE(test_nobody_to_ask_about),
        IN_SCENE(test_errors_refuse),
        IN_SCENE(test_a_provider_without_a_say_is_not_asked),
    };

    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
