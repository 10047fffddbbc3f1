/* SPDX-License-Identifier: Apache-2.0 */
/* Whom offline_users names. */
#include "tests/unit/unit.h"

#include "login/login_priv.h"
#include "login/offline.h"

static void test_names_in_the_list(void **state)
{
    static const struct {
        const char *list, *name;
        bool named;
    } rows[] = {
        {NULL, "alice", false},
        {"alice", "alice", true},
        {"alice,bob", "bob", true},
        {"carol, alice ,bob", "alice", true},
        {"   alice   ", "alice", true},
        {",,alice,", "alice", true},
        {"domain user,bob", "domain user", true},
        {"", "alice", false},
        {",", "alice", false},
        {"bob", "alice", false},
        {"alice2", "alice", false},
        {"alic", "alice", false},
        {"malice", "alice", false},
        {"Alice", "alice", false},
        {"alice;bob", "alice", false},
        {"alice bob", "alice", false},
        {"*", "alice", false},
        {"ALL", "alice", false},
        {" , ", "", false},
        {"alice\t", "alice", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_login *login = calloc(1, sizeof *login);

        assert_non_null(login);
        login->options.offline_users = rows[i].list;
        login->plan = cs_plan_find("totp");
        (void)snprintf(login->account.name, sizeof login->account.name, "%s", rows[i].name);
        assert_false(cs_login_may_go_offline(login)); /* an account that does not exist */
        login->account.known = true;
        if (cs_login_may_go_offline(login) != rows[i].named)
            fail_msg("'%s' in '%s'", rows[i].name, rows[i].list ? rows[i].list : "nothing");
        free(login);
    }
}

/* Neither a password that nobody checked, nor a refusal, is made good by a code of this machine. */
static void test_no_weaker_than_the_plan(void **state)
{
    static const struct {
        const char *plan;
        bool refused, goes;
    } rows[] = {
        {"totp", false, true},
        {"totp", true, false},
        {"device", false, true},
        {"password", false, false},
        {"password-and-totp", false, false},
        {"password-then-totp", false, false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_login *login = calloc(1, sizeof *login);

        assert_non_null(login);
        login->options.offline_users = "alice";
        (void)snprintf(login->account.name, sizeof login->account.name, "alice");
        login->account.known = true;
        login->refused = rows[i].refused;
        login->plan = cs_plan_find(rows[i].plan);
        assert_non_null(login->plan);
        if (cs_login_may_go_offline(login) != rows[i].goes)
            fail_msg("%s", rows[i].plan);
        free(login);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_in_the_list),
                                       cmocka_unit_test(test_no_weaker_than_the_plan)};

    return cmocka_run_group_tests_name("offline", tests, NULL, NULL);
}
