/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and patterns as sshd reads them, and findings in their order. */
#include "tests/unit/unit.h"

#include "doctor/accounts.h"
#include "doctor/finding.h"
#include "doctor/sshd_match.h"
#include "doctor/sshd_text.h"

static void expect_words(const char *text, const char *wanted)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer joined = {0};

    assert_int_equal(cs_sshd_words(text, &words), CS_OK);
    cs_buffer_text(&joined, "");
    for (size_t i = 0; i < words.count; i++)
        cs_buffer_printf(&joined, "<%s>", words.items[i]);
    assert_string_equal(joined.text, wanted);
}

static void lines_are_split_as_sshd_does(void **state)
{
    (void)state;
    expect_words("UsePAM yes", "<UsePAM><yes>");
    expect_words("  UsePAM=yes\r", "<UsePAM><yes>");
    expect_words("UsePAM = \"yes\" # comment", "<UsePAM><yes>");
    expect_words("# UsePAM yes", "");
    expect_words("Match User a=b", "<Match><User><a=b>");
    expect_words("Include \"/etc/ssh/a b\" c", "<Include></etc/ssh/a b><c>");
    expect_words("Banner \"open", "<Banner><\"open>");
    expect_words("", "");
}

static void patterns_match_as_in_ssh_config(void **state)
{
    (void)state;
    assert_int_equal(cs_sshd_match("alice", "alice"), 1);
    assert_int_equal(cs_sshd_match("alice", "bob,al*"), 1);
    assert_int_equal(cs_sshd_match("alice", "a?ice"), 1);
    assert_int_equal(cs_sshd_match("alice", "*,!alice"), -1);
    assert_int_equal(cs_sshd_match("alice", "!bob"), 0);
    assert_int_equal(cs_sshd_match("alice", "alic"), 0);
    assert_int_equal(cs_sshd_match("", "*"), 1);
    /* Would take for ever if every star were tried with every length. */
    assert_int_equal(cs_sshd_match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
                                   "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*c"),
                     0);
}

/* Somebody whom a block is about, and how many that is. */
static void expect_example(const char *criteria, enum cs_sshd_reach reach, const char *user,
                           const char *address)
{
    CS_AUTO(cs_accounts_clear) struct cs_accounts nobody = {0};
    CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection connection = {0};
    enum cs_sshd_reach found;

    assert_int_equal(cs_sshd_connection_any(&connection), CS_OK);
    assert_int_equal(cs_sshd_match_example(criteria, &nobody, &connection, &found), CS_OK);
    assert_int_equal(found, reach);
    assert_string_equal(connection.user, user);
    assert_string_equal(connection.address, address);
}

static void a_block_is_tried_with_somebody_it_is_about(void **state)
{
    static const char any[] = "nobody-in-particular", nowhere[] = "192.0.2.1";

    (void)state;
    expect_example("all", CS_SSHD_EVERYBODY, any, nowhere);
    expect_example("User *", CS_SSHD_EVERYBODY, any, nowhere);
    expect_example("User !root,backup", CS_SSHD_ACCOUNTS, "backup", nowhere);
    expect_example("User=backup", CS_SSHD_ACCOUNTS, "backup", nowhere);
    expect_example("Address 10.1.0.0/16", CS_SSHD_NETWORKS, any, "10.1.0.0");
    expect_example("Address 10.1.* User a*", CS_SSHD_ACCOUNTS, "a1", "10.1.1");
    expect_example("Address 0.0.0.0/0", CS_SSHD_EVERYBODY, any, "0.0.0.0");
    expect_example("Group nobody-is-in-it", CS_SSHD_UNKNOWN, any, nowhere);
    expect_example("Newer criterion", CS_SSHD_UNKNOWN, any, nowhere);
}

static void the_worst_comes_first_and_nothing_twice(void **state)
{
    CS_AUTO(cs_findings_clear) struct cs_findings all = {0};
    const struct cs_place place = {"/etc/b", 7};

    (void)state;
    cs_findings_add(&all, CS_FINDING_FINE, "a", (struct cs_place){0}, NULL, "fine");
    cs_findings_add(&all, CS_FINDING_RISKY, "b", place, "do it", "%d", 1);
    cs_findings_add(&all, CS_FINDING_WRONG, "c", place, NULL, "later");
    cs_findings_add(&all, CS_FINDING_WRONG, "d", (struct cs_place){"/etc/b", 3}, NULL, "first");
    cs_findings_add(&all, CS_FINDING_RISKY, "b", place, "do it", "%d", 1);
    cs_findings_sort(&all);
    assert_int_equal(all.count, 4);
    assert_string_equal(all.items[0].id, "d");
    assert_string_equal(all.items[1].id, "c");
    assert_string_equal(all.items[2].remedy, "do it");
    assert_int_equal(cs_findings_count(&all, CS_FINDING_WRONG), 2);
    assert_false(all.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_split_as_sshd_does),
        cmocka_unit_test(patterns_match_as_in_ssh_config),
        cmocka_unit_test(a_block_is_tried_with_somebody_it_is_about),
        cmocka_unit_test(the_worst_comes_first_and_nothing_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
