/* SPDX-License-Identifier: Apache-2.0 */
/* What PAM is told, and what the application gets with it. */
#include "tests/unit/unit.h"

#include <security/pam_ext.h>

#include "pam/module.h"

/* ---- instead of libpam ---- */

/* Never looked into: the functions that take it are replaced below. */
static char handle;
#define HANDLE ((pam_handle_t *)(void *)&handle)

static struct {
    unsigned variables, tokens;
    int answer;
} pam;

int pam_putenv(pam_handle_t *pamh, const char *variable)
{
    (void)pamh;
    (void)variable;
    pam.variables++;
    return pam.answer;
}

int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
    (void)pamh;
    (void)value;
    assert_int_equal(item, PAM_AUTHTOK);
    pam.tokens++;
    return pam.answer;
}

/* ---- errors ---- */

static void test_no_error_is_success_or_ignored(void **state)
{
    (void)state;
    for (int error = CS_OK; error < 100; error++) {
        int code = cs_module_error_code((enum cs_err)error);

        if (code == PAM_SUCCESS || code == PAM_IGNORE)
            fail_msg("error %d becomes PAM code %d", error, code);
    }
    assert_int_equal(cs_module_error_code(CS_ERR_NOMEM), PAM_BUF_ERR);
    assert_int_equal(cs_module_error_code(CS_ERR_CANCELLED), PAM_CONV_ERR);
    assert_int_equal(cs_module_error_code(CS_ERR_CONFIG), PAM_SERVICE_ERR);
    assert_int_equal(cs_module_error_code(CS_ERR_HANGUP), PAM_AUTHINFO_UNAVAIL);
}

/* There is no conversation in the account phase, so none can fail. */
static void test_no_error_lets_an_account_pass(void **state)
{
    (void)state;
    for (int error = CS_OK; error < 100; error++) {
        int code = cs_module_account_error_code((enum cs_err)error);

        if (code == PAM_SUCCESS || code == PAM_IGNORE || code == PAM_CONV_ERR)
            fail_msg("error %d becomes PAM code %d", error, code);
    }
    assert_int_equal(cs_module_account_error_code(CS_ERR_NOMEM), PAM_BUF_ERR);
    assert_int_equal(cs_module_account_error_code(CS_ERR_CONFIG), PAM_SERVICE_ERR);
    assert_int_equal(cs_module_account_error_code(CS_ERR_HANGUP), PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(cs_module_account_error_code(CS_ERR_PROTOCOL), PAM_AUTHINFO_UNAVAIL);
}

/* ---- verdicts ---- */

static int hand_over(uint32_t code, const char *user_env)
{
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {.pam_code = code};
    static const char *const variables[] = {"COUNTERSIGN_A=1", "LD_PRELOAD=/x", "MINE=2",
                                            "MINEX=3"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(variables); i++)
        assert_int_equal(cs_strlist_add(&verdict.variables, variables[i], strlen(variables[i])),
                         CS_OK);
    assert_int_equal(cs_secret_set(&verdict.authtok, "password", 8), CS_OK);
    pam.variables = pam.tokens = 0;
    return cs_module_hand_over(HANDLE, &verdict, user_env);
}

static void test_only_codes_of_verdicts_are_taken(void **state)
{
    static const int known[] = {PAM_SUCCESS,          PAM_IGNORE,      PAM_AUTH_ERR, PAM_MAXTRIES,
                                PAM_AUTHINFO_UNAVAIL, PAM_SERVICE_ERR, PAM_CONV_ERR};

    (void)state;
    pam.answer = PAM_SUCCESS;
    for (uint32_t code = 0; code < 300; code++) {
        int expected = PAM_AUTH_ERR;

        for (size_t i = 0; i < CS_ARRAY_SIZE(known); i++)
            expected = (uint32_t)known[i] == code ? known[i] : expected;
        assert_int_equal(hand_over(code, NULL), expected);
    }
    assert_int_equal(hand_over(UINT32_MAX, NULL), PAM_AUTH_ERR);
    assert_int_equal(hand_over(0x80000000U, NULL), PAM_AUTH_ERR);
}

static void test_only_codes_of_account_checks_are_taken(void **state)
{
    static const int known[] = {PAM_SUCCESS,      PAM_IGNORE,           PAM_PERM_DENIED,
                                PAM_ACCT_EXPIRED, PAM_AUTHINFO_UNAVAIL, PAM_USER_UNKNOWN,
                                PAM_SERVICE_ERR};

    (void)state;
    for (uint32_t code = 0; code < 300; code++) {
        int expected = PAM_PERM_DENIED;

        for (size_t i = 0; i < CS_ARRAY_SIZE(known); i++)
            expected = (uint32_t)known[i] == code ? known[i] : expected;
        assert_int_equal(
            cs_module_account_code(&(const struct cs_verdict_message){.pam_code = code}), expected);
    }
    assert_int_equal(
        cs_module_account_code(&(const struct cs_verdict_message){.pam_code = UINT32_MAX}),
        PAM_PERM_DENIED);
}

static void test_success_alone_hands_over(void **state)
{
    (void)state;
    pam.answer = PAM_SUCCESS;
    for (uint32_t code = 1; code < 300; code++) {
        (void)hand_over(code, "MINE");
        if (pam.variables + pam.tokens > 0)
            fail_msg("PAM code %u comes with %u variables and %u passwords", (unsigned)code,
                     pam.variables, pam.tokens);
    }
    assert_int_equal(hand_over(PAM_SUCCESS, NULL), PAM_SUCCESS);
    assert_int_equal(pam.variables, 1); /* ours alone */
    assert_int_equal(pam.tokens, 1);
    assert_int_equal(hand_over(PAM_SUCCESS, "MINE"), PAM_SUCCESS);
    assert_int_equal(pam.variables, 2);
}

static void test_what_cannot_be_handed_over_is_no_success(void **state)
{
    (void)state;
    pam.answer = PAM_BUF_ERR;
    assert_int_equal(hand_over(PAM_SUCCESS, NULL), PAM_BUF_ERR);
    assert_int_equal(pam.tokens, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_error_is_success_or_ignored),
        cmocka_unit_test(test_no_error_lets_an_account_pass),
        cmocka_unit_test(test_only_codes_of_verdicts_are_taken),
        cmocka_unit_test(test_only_codes_of_account_checks_are_taken),
        cmocka_unit_test(test_success_alone_hands_over),
        cmocka_unit_test(test_what_cannot_be_handed_over_is_no_success),
    };

    return cmocka_run_group_tests_name("pam_verdict", tests, NULL, NULL);
}
