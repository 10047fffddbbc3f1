/* SPDX-License-Identifier: Apache-2.0 */
/* Under which name the tool stores what belongs to somebody. */
#include "tests/unit/unit.h"

#include <errno.h>

#include "cli/account.h"
#include "tests/support/fake_services.h"

/* The directory takes any case, and domain users have blanks in their names. */
static const struct fake_services world = {
    .passwd = "ann:x:1000:1000:::\n",
    .directory = "eve:x:5000:5000:::\nDOM\\ann lee:x:5001:5000:::\n",
};

static int set_up(void **state)
{
    (void)state;
    fake_services_set(&world);
    return 0;
}

static void finds(const char *user, enum cs_cli_account_rule rule, const char *name,
                  const char *note)
{
    struct cs_cli_account account;
    struct cs_error error = {0};

    if (cs_cli_account_find(user, rule, &account, &error) != CS_OK)
        fail_msg("'%s': %s", user, error.text);
    assert_string_equal(account.name, name);
    if (note == NULL)
        assert_string_equal(account.note, "");
    else
        assert_contains(account.note, note);
}

static void refuses(const char *user, enum cs_cli_account_rule rule, enum cs_err expected,
                    const char *why)
{
    struct cs_cli_account account;
    struct cs_error error = {0};

    assert_int_equal(cs_cli_account_find(user, rule, &account, &error), expected);
    assert_contains(error.text, why);
}

static void the_canonical_name_is_used_and_said(void **state)
{
    (void)state;
    for (unsigned rule = CS_CLI_ACCOUNT_OPTIONAL; rule <= CS_CLI_ACCOUNT_REQUIRED; rule++) {
        finds("ann", rule, "ann", NULL);
        finds("eve", rule, "eve", NULL);
        finds("EVE", rule, "eve", "'EVE' is called 'eve'");
        finds("dom\\Ann Lee", rule, "DOM\\ann lee", "is called 'DOM\\ann lee'");
    }
    finds("EVE", CS_CLI_ACCOUNT_UNASKED, "EVE", NULL);
}

static void an_unknown_account_is_a_warning_alone_and_an_error_among_many(void **state)
{
    (void)state;
    finds("mistyped", CS_CLI_ACCOUNT_OPTIONAL, "mistyped",
          "warning: this machine knows no account");
    refuses("mistyped", CS_CLI_ACCOUNT_REQUIRED, CS_ERR_NOT_FOUND, "--no-account");
    finds("mistyped", CS_CLI_ACCOUNT_UNASKED, "mistyped", NULL);
}

static void so_is_one_of_whom_the_directory_says_nothing(void **state)
{
    (void)state;
    fake_services_away(ECONNREFUSED);
    finds("eve", CS_CLI_ACCOUNT_OPTIONAL, "eve", "warning: the account 'eve' cannot be looked up");
    refuses("eve", CS_CLI_ACCOUNT_REQUIRED, CS_ERR_UNRESOLVED, "Connection refused");
    finds("eve", CS_CLI_ACCOUNT_UNASKED, "eve", NULL);
    finds("ann", CS_CLI_ACCOUNT_REQUIRED, "ann", NULL);
}

static void what_nothing_can_be_stored_under_is_refused_under_every_rule(void **state)
{
    char longest[CS_ACCOUNT_NAME_SIZE + 1];

    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (unsigned rule = CS_CLI_ACCOUNT_OPTIONAL; rule <= CS_CLI_ACCOUNT_UNASKED; rule++) {
        refuses("", rule, CS_ERR_INPUT, "the user name is empty");
        refuses(longest, rule, CS_ERR_INPUT, "the user name is longer than");
    }
}

/* Something may be stored under it that has to be seen and removed. Nobody is asked for it, and no
 * message has it: it may hold a secret. */
static void what_no_account_can_be_called_is_used_as_it_is_but_not_among_many(void **state)
{
    (void)state;
    for (unsigned rule = CS_CLI_ACCOUNT_OPTIONAL; rule <= CS_CLI_ACCOUNT_UNASKED; rule++) {
        if (rule == CS_CLI_ACCOUNT_REQUIRED)
            continue;
        finds("a\nb", rule, "a\nb", NULL);
        finds("eve,SECRET", rule, "eve,SECRET", NULL);
    }
    refuses("a\nb", CS_CLI_ACCOUNT_REQUIRED, CS_ERR_INPUT, "control characters");
    refuses("eve,SECRET", CS_CLI_ACCOUNT_REQUIRED, CS_ERR_INPUT, "the user name holds ','");
    assert_int_equal(fake_services_asked(), 0);
}

static void for_many_the_file_is_read_once_and_the_directory_asked_for_others_alone(void **state)
{
    struct cs_cli_accounts accounts;
    struct cs_cli_account account;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_cli_accounts_open(CS_CLI_ACCOUNT_REQUIRED, &accounts, &error), CS_OK);
    assert_int_equal(cs_cli_accounts_find(&accounts, "EVE", &account, &error), CS_OK);
    assert_string_equal(account.name, "eve");
    assert_int_not_equal(fake_services_asked(), 0);
    assert_int_equal(cs_cli_accounts_find(&accounts, "bob", &account, &error), CS_ERR_NOT_FOUND);
    for (unsigned call = 0; call < FAKE_CALLS; call++)
        fake_services_fail(call, EIO);
    assert_int_equal(cs_cli_accounts_find(&accounts, "ann", &account, &error), CS_OK);
    assert_string_equal(account.name, "ann");
    cs_cli_accounts_clear(&accounts);
    assert_int_equal(cs_cli_accounts_open(CS_CLI_ACCOUNT_REQUIRED, &accounts, &error),
                     CS_ERR_UNRESOLVED);
    assert_contains(error.text, "/etc/passwd");
    assert_int_equal(cs_cli_accounts_open(CS_CLI_ACCOUNT_UNASKED, &accounts, &error), CS_OK);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_canonical_name_is_used_and_said),
        TEST(an_unknown_account_is_a_warning_alone_and_an_error_among_many),
        TEST(so_is_one_of_whom_the_directory_says_nothing),
        TEST(what_nothing_can_be_stored_under_is_refused_under_every_rule),
        TEST(what_no_account_can_be_called_is_used_as_it_is_but_not_among_many),
        TEST(for_many_the_file_is_read_once_and_the_directory_asked_for_others_alone),
    };

    return cmocka_run_group_tests_name("cli_account", tests, NULL, NULL);
}
