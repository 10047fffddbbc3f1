/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts: local ones first, a directory with a bounded number of threads and a deadline. */
#include "tests/unit/directory.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/file.h"
#include "login/account.h"

enum { PATIENCE_MS = 10000, SHORT_MS = 50, HANGING = 300 };

static const struct fake_services world = {
    .passwd = "ann:x:1000:1000:Ann:::\n",
    .group = "users:x:1000:\n",
    .directory = "eve:x:5000:5000:Eve::\nann@LOC:x:1000:1000:Ann::\n",
};

static enum cs_err find(const char *user, int ms, struct cs_account *ret_account,
                        struct cs_error *error)
{
    const struct cs_patience patience = {cs_clock_ms() + ms, -1};
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    enum cs_err result = cs_directory_search(directory, user, &search, error);

    return result == CS_OK ? cs_search_wait(search, &patience, ret_account, error) : result;
}

static void accounts_of_files_and_of_the_directory_are_found(void **state)
{
    struct cs_account account;

    (void)state;
    assert_int_equal(find("ann", PATIENCE_MS, &account, NULL), CS_OK);
    assert_true(account.known && account.local && account.local_uid);
    assert_int_equal(account.uid, 1000);
    assert_int_equal(find("eve", PATIENCE_MS, &account, NULL), CS_OK);
    assert_true(account.known && !account.local && !account.local_uid);
    assert_string_equal(account.gecos, "Eve");
    assert_int_equal(find("nobody-at-all", PATIENCE_MS, &account, NULL), CS_OK);
    assert_false(account.known);
}

static void lines_of_the_compat_source_are_no_accounts(void **state)
{
    static const char *const names[] = {"+", "-ann"};
    struct fake_services compat = world;
    struct cs_account account;

    (void)state;
    compat.passwd = "-ann::::::\nann:x:1000:1000:Ann:::\n+::::::\n";
    fake_services_set(&compat);
    assert_int_equal(find("ann", PATIENCE_MS, &account, NULL), CS_OK);
    assert_true(account.known && account.uid == 1000);
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        assert_int_equal(cs_names_local_account(names[i], &account, NULL), CS_NAMED_ABSENT);
        assert_false(account.known);
    }
}

/* A domain may show the accounts of /etc/passwd under names of its own. */
static void an_account_whose_uid_is_local_is_known_as_such(void **state)
{
    struct cs_account account;

    (void)state;
    assert_int_equal(find("ann@LOC", PATIENCE_MS, &account, NULL), CS_OK);
    assert_true(account.known && !account.local && account.local_uid);
}

/* A domain without its name in those of its accounts, or one that takes names in any case: what the
 * local account has enrolled is not this one's. */
static void an_account_that_is_called_like_another_local_one_has_no_name(void **state)
{
    struct fake_services twins = world;
    struct cs_account account;
    struct cs_error error = {0};

    (void)state;
    twins.directory = "ann:x:7000:7000:::\nbea:x:7001:7001:::\n";
    twins.passwd = "ann:x:1000:1000:::\nbea:x:7001:7001:::\n";
    fake_services_set(&twins);
    assert_int_equal(find("ANN", PATIENCE_MS, &account, &error), CS_ERR_UNRESOLVED);
    assert_contains(error.text, "'ANN'");
    assert_contains(error.text, "'ann'");
    assert_int_equal(find("ann", PATIENCE_MS, &account, &error), CS_OK);
    assert_int_equal(account.uid, 1000);
    assert_int_equal(find("BEA", PATIENCE_MS, &account, &error), CS_OK); /* one account */
    assert_string_equal(account.name, "bea");
}

static void each_failing_call_is_unresolved_and_never_an_unknown_account(void **state)
{
    static const int numbers[] = {EMFILE, ENOMEM, EIO, ETIMEDOUT};
    static const enum fake_call calls[] = {FAKE_OPEN_PASSWD, FAKE_READ_PASSWD, FAKE_GETPWNAM};
    struct cs_account account;
    struct cs_error error = {0};

    (void)state;
    for (size_t call = 0; call < CS_ARRAY_SIZE(calls); call++) {
        for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++) {
            fake_services_set(&world);
            fake_services_fail(calls[call], numbers[i]);
            assert_int_equal(find("eve", PATIENCE_MS, &account, &error), CS_ERR_UNRESOLVED);
            assert_contains(error.text, strerror(numbers[i]));
            assert_int_equal(cs_account_find("eve", &account, &error), CS_ERR_UNRESOLVED);
        }
    }
}

/* nslcd while its server is away. */
static void a_directory_that_says_enoent_does_not_say_that_there_is_no_account(void **state)
{
    struct cs_account account;
    struct cs_error error = {0};

    (void)state;
    fake_services_away(ENOENT);
    assert_int_equal(find("eve", PATIENCE_MS, &account, &error), CS_ERR_UNRESOLVED);
    assert_int_equal(error.code, CS_ERR_UNRESOLVED);
    assert_int_equal(find("ann", PATIENCE_MS, &account, &error), CS_OK);
    assert_true(account.known);
}

/* A source behind the one that fails says "not found", and hides the failure. */
static void a_directory_that_loses_whom_it_knew_does_not_answer(void **state)
{
    struct cs_account account;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(find("eve", PATIENCE_MS, &account, NULL), CS_OK);
    assert_int_equal(find("nobody-at-all", PATIENCE_MS, &account, NULL), CS_OK);
    assert_false(account.known);
    fake_services_away(0);
    assert_int_equal(find("nobody-at-all", PATIENCE_MS, &account, &error), CS_ERR_UNRESOLVED);
    assert_contains(error.text, "'eve'");
    assert_int_equal(find("eve", PATIENCE_MS, &account, &error), CS_ERR_UNRESOLVED);
}

static void who_waits_is_free_again_at_the_deadline_and_may_ask_again(void **state)
{
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    struct cs_patience patience = {cs_clock_ms() + SHORT_MS, -1};
    struct cs_account account;

    (void)state;
    fake_services_stall();
    assert_int_equal(cs_directory_search(directory, "eve", &search, NULL), CS_OK);
    assert_int_equal(cs_search_wait(search, &patience, &account, NULL), CS_ERR_TIMEOUT);
    assert_false(account.known);
    fake_services_release();
    patience.until = cs_clock_ms() + PATIENCE_MS;
    assert_int_equal(cs_search_wait(search, &patience, &account, NULL), CS_OK);
    assert_true(account.known);
}

static void a_hang_up_ends_the_wait(void **state)
{
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    struct cs_account account;
    struct cs_patience patience;
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    patience = (struct cs_patience){cs_clock_ms() + PATIENCE_MS, ends[0]};
    fake_services_stall();
    assert_int_equal(cs_directory_search(directory, "eve", &search, NULL), CS_OK);
    cs_fd_close(&ends[1]);
    assert_int_equal(cs_search_wait(search, &patience, &account, NULL), CS_ERR_HANGUP);
    cs_fd_close(&ends[0]);
}

static void hundreds_of_hanging_look_ups_take_few_threads_and_hold_no_local_account(void **state)
{
    struct cs_search *searches[HANGING] = {0};
    struct cs_patience patience = {cs_clock_ms() + PATIENCE_MS, -1};
    struct cs_account account;

    (void)state;
    fake_services_stall();
    for (size_t i = 0; i < HANGING; i++)
        assert_int_equal(cs_directory_search(directory, "eve", &searches[i], NULL), CS_OK);
    fake_services_wait_hanging(CS_ERRANDS_MAX);
    /* Without any patience: there is nothing to wait for. */
    assert_int_equal(find("ann", 0, &account, NULL), CS_OK);
    assert_true(account.known);
    fake_services_release();
    for (size_t i = 0; i < HANGING; i++) {
        assert_int_equal(cs_search_wait(searches[i], &patience, &account, NULL), CS_OK);
        assert_true(account.known);
        cs_search_release(&searches[i]);
    }
    assert_int_equal(fake_services_most(), CS_ERRANDS_MAX);
}

static void what_nobody_waits_for_any_more_is_never_asked(void **state)
{
    struct cs_search *searches[HANGING] = {0};

    (void)state;
    fake_services_stall();
    for (size_t i = 0; i < HANGING; i++)
        assert_int_equal(cs_directory_search(directory, "eve", &searches[i], NULL), CS_OK);
    fake_services_wait_hanging(CS_ERRANDS_MAX);
    for (size_t i = 0; i < HANGING; i++)
        cs_search_release(&searches[i]);
    fake_services_release();
    assert_int_equal(fake_services_asked(), CS_ERRANDS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accounts_of_files_and_of_the_directory_are_found),
        TEST(lines_of_the_compat_source_are_no_accounts),
        TEST(an_account_whose_uid_is_local_is_known_as_such),
        TEST(an_account_that_is_called_like_another_local_one_has_no_name),
        TEST(each_failing_call_is_unresolved_and_never_an_unknown_account),
        TEST(a_directory_that_says_enoent_does_not_say_that_there_is_no_account),
        TEST(a_directory_that_loses_whom_it_knew_does_not_answer),
        TEST(who_waits_is_free_again_at_the_deadline_and_may_ask_again),
        TEST(a_hang_up_ends_the_wait),
        TEST(hundreds_of_hanging_look_ups_take_few_threads_and_hold_no_local_account),
        TEST(what_nobody_waits_for_any_more_is_never_asked),
    };

    return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
