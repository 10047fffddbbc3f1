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
        (void)snprintf(login->account.name, sizeof login->account.name, "%s", rows[i].name);
        assert_false(cs_login_is_offline_user(login)); /* an account that does not exist */
        login->account.known = true;
        if (cs_login_is_offline_user(login) != rows[i].named)
            fail_msg("'%s' in '%s'", rows[i].name, rows[i].list ? rows[i].list : "nothing");
        free(login);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_in_the_list)};

    return cmocka_run_group_tests_name("offline", tests, NULL, NULL);
}
