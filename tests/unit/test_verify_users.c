/* SPDX-License-Identifier: Apache-2.0 */
/* Users, passwords and what goes wrong on the way, at a strict tenant. */
#include "tests/unit/unit.h"

#include "providers/ibm_verify/verify.h"
#include "providers/registry.h"
#include "tests/support/verify_tenant.h"

static void assert_judged(struct verify_tenant *tenant, enum cs_judgement judgement,
                          const char *reason)
{
    assert_int_equal(tenant->outcome.judgement, judgement);
    assert_string_equal(cs_reason_name(tenant->outcome.reason), reason);
}

/* ---- opening ---- */

static void assert_refused(struct verify_tenant *tenant, const char *sentence)
{
    assert_int_equal(cs_verify_check_settings(&tenant->settings, NULL, &tenant->error),
                     CS_ERR_CONFIG);
    assert_contains(tenant->error.text, sentence);
}

static void test_check_incomplete_says_what_is_missing(void **state)
{
    struct verify_tenant *tenant = *state;
    const struct cs_verify_settings right = tenant->settings;

    tenant->settings.protocol = CS_VERIFY_HTTP;
    tenant->settings.host = "127.0.0.1.example.com";
    assert_refused(tenant, "this machine");
    tenant->settings = right;
    tenant->settings.host = NULL;
    assert_refused(tenant, "host is missing");
    tenant->settings = right;
    tenant->settings.client_secret = NULL;
    assert_refused(tenant, "client-secret is missing");
    tenant->settings.obfuscated_secret = "AAAA";
    assert_refused(tenant, "only IBM's program can read");
    tenant->settings = right;
    tenant->settings.secret_file = "/etc/secret";
    assert_refused(tenant, "give only one");
    tenant->settings = right;
    tenant->settings.client_id = NULL;
    assert_refused(tenant, "client-id is missing");
    tenant->settings.access_token = "a token";
    assert_int_equal(cs_verify_check_settings(&tenant->settings, NULL, &tenant->error), CS_OK);
    tenant->settings = right;
}

/* A secret that a file was to bring, and that nobody read. */
static void test_open_without_a_secret_refused(void **state)
{
    struct verify_tenant *tenant = *state;
    struct cs_verify_settings settings = tenant->settings;
    struct cs_provider *provider = NULL;

    settings.client_secret = NULL;
    settings.secret_file = "/etc/secret";
    assert_int_equal(cs_verify_kind.open(&settings, &tenant->log, &provider, &tenant->error),
                     CS_ERR_CONFIG);
    assert_null(provider);
    assert_contains(tenant->error.text, "/etc/secret");
}

/* ---- look-up ---- */

static void test_find_user_fills_what_is_known(void **state)
{
    struct verify_tenant *tenant = *state;

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_true(tenant->user.found);
    assert_string_equal(tenant->user.name, "ann");
    assert_contains(tenant_ask(tenant, "ann.id"), tenant->user.id);
    assert_contains(tenant->user.record, "\"userName\":\"ann\"");
    assert_contains(tenant->user.record, "\"active\":true");
    assert_calls(tenant, "[\"POST token\", \"GET users\"]");
}

static void test_find_user_unusable_says_why(void **state)
{
    static const struct {
        const char *python, *identity, *reason;
    } rows[] = {
        {"None", "bob", "unknown-identity"},
        {"None", "a\nn", "unknown-identity"},
        {"None", "x\" or userName eq \"ann", "unknown-identity"},
        {"ann.active = False", "ann", "inactive"},
        {"ann.active = True; tenant.fault('GET users', ambiguous=True)", "ann", "ambiguous"},
        {"tenant.user('ann')", "ann", "ambiguous"},
    };
    struct verify_tenant *tenant = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        tenant_do(tenant, rows[i].python);
        assert_int_equal(login_find(tenant, rows[i].identity), CS_OK);
        assert_false(tenant->user.found);
        assert_string_equal(cs_reason_name(tenant->user.reason), rows[i].reason);
        assert_null(tenant->user.record);
    }
}

static void test_find_user_by_attribute_gives_user_name(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant->login.user_name_attr = "emails.type%20eq%20%22work%22%20and%20emails.value";
    assert_int_equal(login_find(tenant, "ann@example.com"), CS_OK);
    assert_string_equal(tenant->user.name, "ann");
    tenant->login.user_name_attr = "nonsense";
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_CONFIG);
    assert_contains(tenant->error.text, "user_name_attr");
}

static void test_link_names_each_kind_of_attribute(void **state)
{
    static const struct {
        const char *attribute, *name;
    } rows[] = {
        {"userName", "ann"},
        {"urn:ietf:params:scim:schemas:extension:ibm:2.0:user:customAttributes.other", "alee"},
        {"urn:ietf:params:scim:schemas:extension:ibm:2.0:User:linkedAccounts.Corp", "alee@corp"},
        {"emails.type%20eq%20%22work%22%20and%20emails.value", "ann@example.com"},
        {"name.familyName", "ann"},
        {"name.middleName", ""},
    };
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.custom['other'] = 'alee'; ann.linked['Corp'] = 'alee@corp'");
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        tenant->login.id_link_attr = rows[i].attribute;
        assert_int_equal(login_find(tenant, "ann"), CS_OK);
        assert_string_equal(tenant->user.name, rows[i].name);
    }
    tenant->login.id_link_attr = "urn:other";
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_CONFIG);
}

/* ---- passwords ---- */

static void test_password_right_and_wrong(void **state)
{
    struct verify_tenant *tenant = *state;

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "wrong"), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "wrong-password");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "password");
    assert_calls(tenant, "[\"POST token\", \"GET users\", \"POST password\", \"POST password\"]");
    assert_null(strstr(tenant->lines.text, "horse"));
}

static void test_password_refusals_are_told_apart(void **state)
{
    static const struct {
        const char *python, *reason;
    } rows[] = {
        {"ann.scim_type = 'PWD_EXPIRED'", "password-expired"},
        {"ann.scim_type = 'ACCOUNT_LOCKED'", "account-locked"},
        {"ann.scim_type = 'LOCKED_PWD_FAILURES'", "account-locked"},
        {"ann.scim_type = 'USER_NOT_ACTIVE'", "user-not-active"},
        {"ann.scim_type = 'AUTHFAIL_UNKNOWN'", "password-refused"},
    };
    struct verify_tenant *tenant = *state;

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        tenant_do(tenant, rows[i].python);
        assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_OK);
        assert_judged(tenant, CS_JUDGED_WRONG, rows[i].reason);
    }
    tenant_do(tenant, "ann.scim_type = 'SOMETHING_NEW'");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_ERR_UNAVAILABLE);
}

static void test_password_beyond_ascii_is_sent_as_such(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.password = 'gr\\u00fc\\u00df \\\\ \"e\"'");
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "gr\xc3\xbc\xc3\x9f \\ \"e\""),
                     CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "password");
    tenant_do(tenant, "tenant.forget_requests()");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "gr\xfc"), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "wrong-password");
    assert_calls(tenant, "[]");
}

static void test_password_of_another_user_is_wrong(void **state)
{
    struct verify_tenant *tenant = *state;

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    tenant_do(tenant, "tenant.fault('POST password', replace={'id': 'SOMEBODY'})");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "wrong-owner");
}

static void test_password_at_identity_source(void **state)
{
    struct verify_tenant *tenant = *state;
    char source[CS_PROVIDER_ID_SIZE];

    tenant_do(tenant, "source = tenant.identity_source('Corp', {'alee@corp': 'tower'})");
    tenant_do(tenant, "ann.linked['Corp'] = 'alee@corp'; tenant.brief_search = True");
    (void)sscanf(tenant_ask(tenant, "source.id"), "\"%127[^\"]", source);
    tenant->login.identity_source = source;
    tenant->login.id_link_attr =
        "urn:ietf:params:scim:schemas:extension:ibm:2.0:user:linkedAccounts.Corp";
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "tower"), CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "password");
    assert_calls(tenant, "[\"POST token\", \"GET users\", \"GET user\", \"POST idsource\"]");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "wrong-password");
    tenant_do(tenant, "ann.linked.clear()");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "tower"), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "no-linked-name");
    tenant->login.id_link_attr = NULL;
    tenant->login.identity_source = "00000000-0000-0000-0000-000000000000";
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "tower"), CS_ERR_CONFIG);
    tenant->login.identity_source = "../../x";
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "tower"), CS_ERR_CONFIG);
}

/* ---- what goes wrong ---- */

static void test_revoked_token_is_replaced_once(void **state)
{
    struct verify_tenant *tenant = *state;

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    tenant_do(tenant, "tenant.revoke_tokens(); tenant.forget_requests()");
    assert_int_equal(login_answer(tenant, CS_FACTOR_PASSWORD, "right horse"), CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "password");
    assert_calls(tenant, "[\"POST password\", \"POST token\", \"POST password\"]");
    tenant_do(tenant, "tenant.fault('GET users', status=401, times=2)");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_UNAVAILABLE);
    assert_calls(tenant, "[\"GET users\", \"POST token\", \"GET users\"]");
}

static void test_fixed_token_is_used_as_it_is(void **state)
{
    struct verify_tenant *tenant = *state;
    char token[128];

    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(sscanf(tenant_ask(tenant, "list(tenant.tokens)[0]"), "\"%127[^\"]", token), 1);
    tenant->settings.access_token = token;
    tenant->settings.client_secret = NULL;
    cs_provider_close(&tenant->provider);
    assert_int_equal(cs_verify_kind.open(&tenant->settings, &tenant->log, &tenant->provider, NULL),
                     CS_OK);
    tenant_do(tenant, "tenant.forget_requests()");
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    tenant_do(tenant, "tenant.revoke_tokens()");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_UNAVAILABLE);
    assert_contains(tenant->error.text, "access-token");
    assert_null(strstr(tenant->error.text, token));
    assert_calls(tenant, "[\"GET users\", \"GET users\"]");
}

static void test_forbidden_names_the_entitlement(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "tenant.fault('GET users', status=403)");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_UNAVAILABLE);
    assert_contains(tenant->lines.text, "the user look-up is forbidden");
    assert_contains(tenant->lines.text, "readUserGroups");
}

static void test_faults_are_errors_of_the_right_kind(void **state)
{
    static const struct {
        const char *fields;
        enum cs_err result;
    } rows[] = {
        {"status=404, html=True", CS_ERR_UNAVAILABLE},
        {"status=429", CS_ERR_UNAVAILABLE},
        {"status=429, retry_after='3600'", CS_ERR_UNAVAILABLE},
        {"status=500, times=2", CS_ERR_UNAVAILABLE},
        {"status=503, times=2", CS_ERR_UNREACHABLE},
        {"status=529, times=2", CS_ERR_UNREACHABLE},
        {"status=302", CS_ERR_UNAVAILABLE},
        {"status=418", CS_ERR_UNAVAILABLE},
        {"status=200", CS_ERR_UNAVAILABLE},
        {"reset=True, times=9", CS_ERR_UNREACHABLE},
        {"garbage=True, times=9", CS_ERR_UNAVAILABLE},
        {"truncate=True", CS_ERR_UNAVAILABLE},
        {"cut=True", CS_ERR_UNAVAILABLE},
        {"huge=True", CS_ERR_LIMIT},
        {"deep=True", CS_ERR_UNAVAILABLE},
        {"mistype=True", CS_ERR_UNAVAILABLE},
        {"mistype='id'", CS_ERR_UNAVAILABLE},
        {"mistype='active'", CS_ERR_UNAVAILABLE},
        {"hostile=('id',)", CS_ERR_UNAVAILABLE},
        {"replace={'id': '../x'}", CS_ERR_UNAVAILABLE},
        {"remove=('totalResults',)", CS_ERR_UNAVAILABLE},
        {"body='[]'", CS_ERR_UNAVAILABLE},
        {"body=''", CS_ERR_UNAVAILABLE},
    };
    struct verify_tenant *tenant = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char python[160];

        (void)snprintf(python, sizeof python, "tenant.fault('GET users', %s)", rows[i].fields);
        tenant_do(tenant, python);
        if (login_find(tenant, "ann") != rows[i].result)
            fail_msg("%s: %d %s", rows[i].fields, tenant->error.code, tenant->error.text);
        assert_null(strpbrk(tenant->error.text, "\x1b\r\n"));
        assert_null(tenant->user.record);
        tenant_do(tenant, "tenant.heal()");
    }
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
}

static void test_tries_again_where_that_helps(void **state)
{
    static const char *const faults[] = {"tenant.fault('GET users', status=503)",
                                         "tenant.fault('GET users', status=529)",
                                         "tenant.fault('GET users', status=429, retry_after='1')"};
    struct verify_tenant *tenant = *state;

    for (size_t i = 0; i < CS_ARRAY_SIZE(faults); i++) {
        tenant_do(tenant, faults[i]);
        assert_int_equal(login_find(tenant, "ann"), CS_OK);
        assert_true(tenant->user.found);
    }
}

static void test_refused_client_is_a_mistake_of_ours(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "tenant.client_secret = 'changed meanwhile'");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_CONFIG);
    tenant_do(tenant, "tenant.certificate('untrusted')");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_TRUST);
    tenant_do(tenant, "tenant.refuse()");
    assert_int_equal(login_find(tenant, "ann"), CS_ERR_UNREACHABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, verify_login_setup, verify_login_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_check_incomplete_says_what_is_missing),
        TEST(test_open_without_a_secret_refused),
        TEST(test_find_user_fills_what_is_known),
        TEST(test_find_user_unusable_says_why),
        TEST(test_find_user_by_attribute_gives_user_name),
        TEST(test_link_names_each_kind_of_attribute),
        TEST(test_password_right_and_wrong),
        TEST(test_password_refusals_are_told_apart),
        TEST(test_password_beyond_ascii_is_sent_as_such),
        TEST(test_password_of_another_user_is_wrong),
        TEST(test_password_at_identity_source),
        TEST(test_revoked_token_is_replaced_once),
        TEST(test_fixed_token_is_used_as_it_is),
        TEST(test_forbidden_names_the_entitlement),
        TEST(test_faults_are_errors_of_the_right_kind),
        TEST(test_tries_again_where_that_helps),
        TEST(test_refused_client_is_a_mistake_of_ours),
    };

    return cmocka_run_group_tests(tests, verify_tenant_setup, verify_tenant_teardown);
}
