/* SPDX-License-Identifier: Apache-2.0 */
/* Who is a member of a group, while the name services fail, are away, hang or lie. */
#include "tests/unit/directory.h"

#include <errno.h>

#include "base/clock.h"
#include "login/membership.h"
#include "login/policy.h"

enum { PATIENCE_MS = 10000, SHORT_MS = 100, LOCAL_MAY_WAIT_MS = 1500 };

/* bob is a member of the local group otp, ann of nothing. eve and dan are accounts of the
 * directory: eve is a member of sudo there, dan of staff. */
static const struct fake_services world = {
    .passwd = "ann:x:1000:1000:::\nbob:x:1001:1001:::\n",
    .group = "sudo:x:27:\notp:x:50:bob\nrobots:x:51:ann\nfull:x:52:bob,carl\nusers:x:1000:\n",
    .directory = "eve:x:5000:5000:::\ndan:x:5001:5000:::\n",
    .memberships = "sudo:x:27:eve\nstaff:x:60:dan\nroster:x:61:dan\nempty:x:62:\nfull:x:52:eve\n",
    .cached = "eve:x:5000:5000:::\ndan:x:5001:5000:::\n",
};

static struct cs_account account_of(const char *name)
{
    struct cs_account account;

    assert_int_equal(cs_names_any_account(name, &account, NULL), CS_NAMED_FOUND);
    return account;
}

static enum cs_reason rule_for(const struct cs_account *account, const char *exempt,
                               const char *asked, int ms)
{
    const struct cs_patience patience = {cs_clock_ms() + ms, -1};
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_options options;

    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.exempt_group = exempt;
    options.two_factor_group = asked;
    return cs_policy_exemption(&options, account, directory, &patience, &log);
}

static void is_exempt(const char *name, const char *exempt, const char *asked, const char *rule)
{
    const struct cs_account account = account_of(name);
    const char *found = cs_reason_name(rule_for(&account, exempt, asked, PATIENCE_MS));

    if (strcmp(found, rule != NULL ? rule : "none") != 0)
        fail_msg("%s, exempt_group=%s 2fa_group=%s: %s", name, exempt, asked, found);
}

static void while_everything_answers_each_group_counts(void **state)
{
    (void)state;
    is_exempt("bob", NULL, "otp", NULL);
    is_exempt("ann", NULL, "otp", "2fa_group");
    is_exempt("ann", "robots", "otp", "exempt_group");
    is_exempt("ann", "users", NULL, "exempt_group"); /* her primary group */
    is_exempt("eve", NULL, "sudo", NULL);
    is_exempt("eve", "sudo", NULL, "exempt_group");
    is_exempt("dan", NULL, "sudo", "2fa_group"); /* staff shows that the directory has answered */
    is_exempt("dan", NULL, "staff", NULL);
    is_exempt("eve", NULL, "staff", "2fa_group");
    is_exempt("ann", NULL, "staff", "2fa_group"); /* its list has somebody */
    is_exempt("ann", NULL, "empty", NULL);        /* its list has nobody: it may be left out */
    is_exempt("ann", NULL, "nosuch", NULL);
    is_exempt("ann", "nosuch", NULL, NULL);
}

/* SSSD with its defaults: the account is cached, a file has a group of the same name. */
static void a_member_in_the_directory_alone_is_asked_while_it_is_away(void **state)
{
    (void)state;
    is_exempt("eve", NULL, "sudo", NULL);
    fake_services_away(ENOENT);
    is_exempt("eve", NULL, "sudo", NULL);
    is_exempt("eve", NULL, "full", NULL); /* the file's list has somebody else */
    fake_services_away(0);
    is_exempt("eve", NULL, "sudo", NULL);
    is_exempt("eve", NULL, "sudo,full", NULL);
}

/* ignore_group_members of SSSD, nss_getgrent_skipmembers of nslcd: groups have no members. */
static void a_group_without_a_list_lets_nobody_off_while_the_directory_is_away(void **state)
{
    struct fake_services skipped = world;

    (void)state;
    skipped.cached_groups = "staff:x:60:\n";
    fake_services_set(&skipped);
    fake_services_away(0);
    is_exempt("dan", NULL, "staff", NULL);
    skipped.cached_groups = "staff:x:60:eve\n"; /* with a list, that is the answer */
    fake_services_set(&skipped);
    fake_services_away(0);
    is_exempt("dan", NULL, "staff", "2fa_group");
    is_exempt("eve", NULL, "staff", NULL); /* listed, whatever getgrouplist says */
}

/* A cache has the list of an hour ago, getgrouplist today's groups. */
static void a_list_of_members_makes_people_be_asked_and_never_exempts_them(void **state)
{
    struct fake_services stale = world;

    (void)state;
    stale.memberships = NULL;
    stale.cached_groups = "staff:x:60:dan\n";
    fake_services_set(&stale);
    fake_services_away(0);
    is_exempt("dan", "staff", NULL, NULL);
    is_exempt("dan", NULL, "staff", NULL);
}

/* Whatever fails, and however: who is in 2fa_group is asked, who is only perhaps in exempt_group as
 * well. */
static void a_failing_call_lets_nobody_off(void **state)
{
    static const int numbers[] = {EMFILE, ENOMEM, EIO, ETIMEDOUT};
    static const char *const members[][2] = {{"bob", "otp"}, {"eve", "sudo"}, {"dan", "staff"}};

    (void)state;
    for (size_t row = 0; row < CS_ARRAY_SIZE(members); row++) {
        const struct cs_account account = account_of(members[row][0]);

        for (unsigned call = 0; call < FAKE_CALLS; call++) {
            for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++) {
                fake_services_set(&world);
                fake_services_fail(call, numbers[i]);
                assert_int_equal(rule_for(&account, NULL, members[row][1], PATIENCE_MS),
                                 CS_REASON_NONE);
                assert_int_equal(rule_for(&account, "empty", members[row][1], PATIENCE_MS),
                                 CS_REASON_NONE);
                assert_int_equal(rule_for(&account, "robots", members[row][1], PATIENCE_MS),
                                 CS_REASON_NONE);
            }
        }
    }
}

/* The same for somebody who is in no group: a failure that shows is never "no member". */
static void a_call_that_fails_is_unresolved_for_local_accounts_too(void **state)
{
    static const enum fake_call calls[] = {FAKE_OPEN_GROUP, FAKE_READ_GROUP, FAKE_GETGRNAM,
                                           FAKE_GETGROUPLIST};
    const struct cs_account ann = account_of("ann");

    (void)state;
    assert_int_equal(rule_for(&ann, NULL, "otp", PATIENCE_MS), CS_REASON_NOT_IN_2FA_GROUP);
    for (size_t i = 0; i < CS_ARRAY_SIZE(calls); i++) {
        fake_services_set(&world);
        fake_services_fail(calls[i], EMFILE);
        assert_int_equal(rule_for(&ann, NULL, "otp", PATIENCE_MS), CS_REASON_NONE);
    }
}

static void root_and_local_accounts_do_not_wait_for_a_directory_that_hangs(void **state)
{
    const struct cs_account ann = account_of("ann"), bob = account_of("bob");
    int64_t begun;

    (void)state;
    fake_services_stall();
    begun = cs_clock_ms();
    assert_int_equal(rule_for(&ann, NULL, "otp", PATIENCE_MS), CS_REASON_NOT_IN_2FA_GROUP);
    assert_int_equal(rule_for(&bob, "robots", "otp", PATIENCE_MS), CS_REASON_NONE);
    assert_int_equal(rule_for(&ann, NULL, "staff", PATIENCE_MS),
                     CS_REASON_NONE); /* only the directory knows */
    assert_true(cs_clock_ms() - begun < 3 * LOCAL_MAY_WAIT_MS);
    fake_services_wait_hanging(1);
}

/* A long group stands in several lines, of one name or of several with one gid. What getgrouplist
 * makes of that, the file has to say as well while a directory hangs. */
static void each_line_of_a_group_counts_while_the_directory_hangs(void **state)
{
    static const char *const groups[] = {"otp:x:50:bob\notp:x:50:ann\n",
                                         "otp:x:50:bob\notp2:x:50:ann\n"};
    const struct cs_account ann = account_of("ann");

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(groups); i++) {
        struct fake_services lines = world;

        lines.group = groups[i];
        fake_services_set(&lines);
        is_exempt("ann", NULL, "otp", NULL);
        is_exempt("ann", "otp", NULL, "exempt_group");
        fake_services_stall();
        assert_int_equal(rule_for(&ann, NULL, "otp", SHORT_MS), CS_REASON_NONE);
        assert_int_equal(rule_for(&ann, "otp", NULL, SHORT_MS), CS_REASON_EXEMPT_GROUP);
        fake_services_release();
    }
}

static void a_directory_that_hangs_is_given_up_and_its_accounts_are_asked(void **state)
{
    const struct cs_account eve = account_of("eve");

    (void)state;
    fake_services_stall();
    assert_int_equal(rule_for(&eve, "sudo", NULL, SHORT_MS), CS_REASON_NONE);
    assert_int_equal(rule_for(&eve, NULL, "sudo", SHORT_MS), CS_REASON_NONE);
}

static void a_directory_may_add_local_accounts_to_a_group(void **state)
{
    struct fake_services twin = world;

    (void)state;
    twin.memberships = "otp:x:50:ann\nstaff:x:60:ann\n";
    fake_services_set(&twin);
    is_exempt("ann", NULL, "otp", NULL);
    is_exempt("ann", "staff", NULL, "exempt_group");
}

static void groups_with_blanks_and_commas_in_their_names(void **state)
{
    struct fake_services windows = world;

    (void)state;
    windows.memberships = "domain admins:x:70:eve\nParis, France:x:71:dan\n";
    fake_services_set(&windows);
    is_exempt("eve", "domain admins", NULL, "exempt_group");
    is_exempt("eve", "staff,\"domain admins\"", NULL, "exempt_group");
    is_exempt("dan", "\"Paris, France\"", NULL, "exempt_group");
    is_exempt("dan", "domain admins", NULL, NULL);
}

static void finds_absent(const char *name, const char *exempt, const char *asked,
                         const char *no_exempt, const char *no_asked)
{
    const struct cs_patience patience = {cs_clock_ms() + PATIENCE_MS, -1};
    const struct cs_policy_groups groups = {exempt, asked};
    const struct cs_account account = account_of(name);
    struct cs_memberships found = cs_memberships_find(directory, &account, &groups, &patience);

    assert_string_equal(found.no_exempt, no_exempt);
    assert_string_equal(found.no_asked, no_asked);
}

static void a_group_that_does_not_exist_is_named(void **state)
{
    (void)state;
    finds_absent("ann", "otp,nosuch", "sudo,none", "nosuch", "none");
    finds_absent("ann", "otp,staff", "nosuch,none", "", "nosuch");
    finds_absent("eve", "nosuch", NULL, "nosuch", "");
    fake_services_away(ENOENT);
    finds_absent("ann", "nosuch", NULL, "", ""); /* the directory may have it */
}

static void the_warning_names_the_option_and_the_group(void **state)
{
    const struct cs_account account = account_of("ann");
    const struct cs_patience patience = {cs_clock_ms() + PATIENCE_MS, -1};
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.exempt_group = "otp,nosuch";
    assert_int_equal(cs_policy_exemption(&options, &account, directory, &patience, &log),
                     CS_REASON_NONE);
    assert_contains(lines.text,
                    "exempt_group: whether 'ann' is in a group of 'otp,nosuch' cannot "
                    "be resolved, because there is no group 'nosuch'; it is not exempt");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(while_everything_answers_each_group_counts),
        TEST(a_member_in_the_directory_alone_is_asked_while_it_is_away),
        TEST(a_group_without_a_list_lets_nobody_off_while_the_directory_is_away),
        TEST(a_list_of_members_makes_people_be_asked_and_never_exempts_them),
        TEST(a_failing_call_lets_nobody_off),
        TEST(a_call_that_fails_is_unresolved_for_local_accounts_too),
        TEST(root_and_local_accounts_do_not_wait_for_a_directory_that_hangs),
        TEST(each_line_of_a_group_counts_while_the_directory_hangs),
        TEST(a_directory_that_hangs_is_given_up_and_its_accounts_are_asked),
        TEST(a_directory_may_add_local_accounts_to_a_group),
        TEST(groups_with_blanks_and_commas_in_their_names),
        TEST(a_group_that_does_not_exist_is_named),
        TEST(the_warning_names_the_option_and_the_group),
    };

    return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
