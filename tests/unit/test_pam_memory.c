/* SPDX-License-Identifier: Apache-2.0 */
/* Which answer of the auth stack an account line takes for its own. */
#include "tests/unit/unit.h"

#include "pam/module.h"

/* ---- instead of libpam ---- */

static char handle; /* never looked into */
#define HANDLE ((pam_handle_t *)(void *)&handle)

enum { ENTRIES_MAX = 16 };

static struct {
    const char *service, *user;
    struct {
        char *name;
        void *data;
    } entries[ENTRIES_MAX];
    size_t count;
    bool full;
} pam;

int pam_get_item(const pam_handle_t *pamh, int item, const void **ret_item)
{
    (void)pamh;
    *ret_item = item == PAM_SERVICE ? pam.service : pam.user;
    return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
                 void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
    (void)pamh;
    assert_null(cleanup);
    for (size_t i = 0; i < pam.count; i++) {
        if (strcmp(pam.entries[i].name, name) == 0) {
            pam.entries[i].data = data;
            return PAM_SUCCESS;
        }
    }
    if (pam.full)
        return PAM_BUF_ERR;
    assert_true(pam.count < ENTRIES_MAX);
    pam.entries[pam.count].name = strdup(name);
    pam.entries[pam.count++].data = data;
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret_data)
{
    (void)pamh;
    for (size_t i = 0; i < pam.count; i++) {
        if (strcmp(pam.entries[i].name, name) == 0) {
            *ret_data = pam.entries[i].data;
            return PAM_SUCCESS;
        }
    }
    return PAM_NO_MODULE_DATA;
}

static int set_up(void **state)
{
    (void)state;
    pam.service = "sshd";
    pam.user = "alice";
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < pam.count; i++)
        free(pam.entries[i].name);
    memset(&pam, 0, sizeof pam);
    return 0;
}

/* ---- */

static const struct cs_module_arguments plain;

static void remember(const struct cs_module_arguments *arguments, int code)
{
    assert_int_equal(cs_module_remember(HANDLE, arguments, code), CS_OK);
}

/* -1: nothing is known. */
static int recall(const struct cs_module_arguments *arguments)
{
    int code = -1;

    return cs_module_recall(HANDLE, arguments, &code) ? code : -1;
}

static void test_what_lets_in_is_kept_until_the_next_answer(void **state)
{
    (void)state;
    assert_int_equal(recall(&plain), -1);
    remember(&plain, PAM_SUCCESS);
    assert_int_equal(recall(&plain), PAM_SUCCESS);
    assert_int_equal(recall(&plain), PAM_SUCCESS);
    remember(&plain, PAM_IGNORE);
    assert_int_equal(recall(&plain), PAM_IGNORE);
    for (int code = 0; code < 40; code++) {
        remember(&plain, PAM_SUCCESS);
        remember(&plain, code);
        assert_int_equal(recall(&plain), code == PAM_SUCCESS || code == PAM_IGNORE ? code : -1);
    }
}

static void test_an_answer_is_about_one_user_and_service(void **state)
{
    static const char *const others[][2] = {
        {"sshd", "bob"}, {"sudo", "alice"},    {"sshd", ""},      {"sshd", NULL},
        {NULL, "alice"}, {"sshd 5:alice", ""}, {"sshd", "alicea"}};

    (void)state;
    remember(&plain, PAM_SUCCESS);
    for (size_t i = 0; i < CS_ARRAY_SIZE(others); i++) {
        pam.service = others[i][0];
        pam.user = others[i][1];
        assert_int_equal(recall(&plain), -1);
        remember(&plain, PAM_AUTH_ERR); /* changes nothing for alice */
    }
    pam.service = "sshd";
    pam.user = "alice";
    assert_int_equal(recall(&plain), PAM_SUCCESS);
}

static void test_lines_with_another_provider_or_file_are_apart(void **state)
{
    const struct cs_module_arguments lines[] = {
        {0},
        {.provider = "a"},
        {.config = "a"},
        {.ibm_auth_config = "a"},
        {.id = "a"},
        {.provider = "a", .id = "a"},
        {.provider = "a 1:b"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(lines); i++) {
        remember(&lines[i], PAM_SUCCESS);
        for (size_t j = 0; j < CS_ARRAY_SIZE(lines); j++)
            assert_int_equal(recall(&lines[j]), j == i ? PAM_SUCCESS : -1);
        remember(&lines[i], PAM_AUTH_ERR);
    }
}

static void test_other_arguments_do_not_matter(void **state)
{
    const struct cs_module_arguments other = {
        .socket = "/s", .debug = true, .user_env = "X", .mode = CS_CLIENT_REQUIRE_BROKER};

    (void)state;
    remember(&plain, PAM_SUCCESS);
    assert_int_equal(recall(&other), PAM_SUCCESS);
}

/* An earlier success must not outlive a failure because memory is short. */
static void test_forgetting_takes_no_memory(void **state)
{
    (void)state;
    pam.full = true;
    remember(&plain, PAM_AUTH_ERR);
    assert_int_equal(cs_module_remember(HANDLE, &plain, PAM_SUCCESS), CS_ERR_NOMEM);
    assert_int_equal(recall(&plain), -1);
    pam.full = false;
    remember(&plain, PAM_SUCCESS);
    pam.full = true;
    remember(&plain, PAM_MAXTRIES);
    assert_int_equal(recall(&plain), -1);
}

#define IN_TRANSACTION(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TRANSACTION(test_what_lets_in_is_kept_until_the_next_answer),
        IN_TRANSACTION(test_an_answer_is_about_one_user_and_service),
        IN_TRANSACTION(test_lines_with_another_provider_or_file_are_apart),
        IN_TRANSACTION(test_other_arguments_do_not_matter),
        IN_TRANSACTION(test_forgetting_takes_no_memory),
    };

    return cmocka_run_group_tests_name("pam_memory", tests, NULL, NULL);
}
