/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/user_name.h"

static void test_names_of_accounts_accepted(void **state)
{
    static const char *const names[] = {"alice",
                                        "a",
                                        "Alice.B_c-d",
                                        "0day",
                                        "machine$",
                                        "_apt",
                                        "EXAMPLE\\alice",
                                        "alice@example.com",
                                        "domain admin",
                                        "EXAMPLE+alice",
                                        "EXAMPLE/alice",
                                        "j\xc3\xb6rg",
                                        "maximilianchristopher",
                                        "svcbackupproduction2",
                                        "LARGEDEPARTMENTSTORES\\alice",
                                        "ALICEINWONDERLA",
                                        "ALICEINWONDERLAND1"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        struct cs_error error = {0};

        if (cs_user_name_check(names[i], &error) != CS_OK)
            fail_msg("'%s': %s", names[i], error.text);
    }
}

/* Lines of lists that people keep, and what no getpwnam() gives. */
static void test_what_is_no_name_refused_and_never_shown(void **state)
{
    static char longest[257];
    const struct {
        const char *name, *refusal;
    } rows[] = {
        {"", "is empty"},
        {"alice,JBSWY3DPEHPK3PXP", "holds ','"},
        {"alice:JBSWY3DPEHPK3PXP", "holds ':'"},
        {"alice;JBSWY3DPEHPK3PXP", "holds ';'"},
        {"alice|JBSWY3DPEHPK3PXP", "holds '|'"},
        {"secret=JBSWY3DPEHPK3PXP", "holds '='"},
        {"\"alice\"", "holds '\"'"},
        {"alice\tJBSWY3DPEHPK3PXP", "control characters"},
        {"alice\nbob", "control characters"},
        {"al\xffice", "control characters"},
        {" alice", "begins or ends with a blank"},
        {"alice ", "begins or ends with a blank"},
        {"-alice", "begins with a hyphen"},
        {longest, "longer than 255 bytes"},
    };

    (void)state;
    memset(longest, 'x', 256);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};

        assert_int_equal(cs_user_name_check(rows[i].name, &error), CS_ERR_INPUT);
        assert_contains(error.text, rows[i].refusal);
        assert_null(strstr(error.text, "JBSWY3DPEHPK3PXP"));
    }
    longest[255] = '\0';
    assert_int_equal(cs_user_name_check(longest, NULL), CS_OK);
}

/* An account may have such a name, so it is accepted; whoever knows of no account looks at it. */
static void test_secrets_in_names_are_seen(void **state)
{
    static const char *const secrets[] = {
        "JBSWY3DPEHPK3PXP",       "jbswy3dpehpk3pxp",        "alice JBSWY3DPEHPK3PXP",
        "alice/JBSWY3DPEHPK3PXP", "alice\\JBSWY3DPEHPK3PXP", "alice-jbswy3dpehpk3pxp",
        "JBSWY3DPEHPK3PXP@alice",
    };
    static const char *const names[] = {"maximilianchristopher", "svcbackupproduction2",
                                        "LARGEDEPARTMENTSTORES\\alice", "ALICEINWONDERLA",
                                        "ALICEINWONDERLAND1"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(secrets); i++) {
        if (!cs_user_name_holds_secret(secrets[i]) || cs_user_name_check(secrets[i], NULL) != CS_OK)
            fail_msg("'%s'", secrets[i]);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        if (cs_user_name_holds_secret(names[i]))
            fail_msg("'%s'", names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_accounts_accepted),
        cmocka_unit_test(test_what_is_no_name_refused_and_never_shown),
        cmocka_unit_test(test_secrets_in_names_are_seen),
    };

    return cmocka_run_group_tests_name("user_name", tests, NULL, NULL);
}
