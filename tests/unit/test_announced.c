/* SPDX-License-Identifier: Apache-2.0 */
/* What the metadata of an OpenID server announce besides its endpoints. */
#include "tests/unit/unit.h"

#include "providers/openid/announced.h"

static struct cs_openid_announced read_text(const char *text)
{
    struct cs_openid_announced announced = {0};
    struct cs_error error = {0};

    if (cs_openid_announced_read(text, strlen(text), &announced, &error) != CS_OK)
        fail_msg("%s: %s", text, error.text);
    return announced;
}

static void test_ways_to_prove_a_client(void **state)
{
    static const struct {
        const char *text;
        unsigned methods;
        bool says;
    } rows[] = {
        {"{}", 1U << CS_OPENID_BASIC, false},
        {"{\"token_endpoint_auth_methods_supported\": []}", 0, true},
        {"{\"token_endpoint_auth_methods_supported\": [\"client_secret_post\", "
         "\"private_key_jwt\"]}",
         1U << CS_OPENID_POST | 1U << CS_OPENID_PRIVATE_KEY, true},
        {"{\"token_endpoint_auth_methods_supported\": [\"client_secret_jwt\", 1, null, \"none\"]}",
         1U << CS_OPENID_NONE, true},
        {"{\"token_endpoint_auth_methods_supported\": [\"self_signed_tls_client_auth\"]}",
         1U << CS_OPENID_MUTUAL_TLS, true},
        {"{\"token_endpoint_auth_methods_supported\": \"client_secret_basic\"}", 0, true},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_announced_clear)
        struct cs_openid_announced announced = read_text(rows[i].text);

        assert_int_equal(announced.methods, rows[i].methods);
        assert_int_equal(announced.says_methods, rows[i].says);
    }
}

static void test_grants_levels_and_codes(void **state)
{
    CS_AUTO(cs_openid_announced_clear)
    struct cs_openid_announced none = read_text("{\"acr_values_supported\": \"high\","
                                                " \"backchannel_user_code_parameter_supported\": 1,"
                                                " \"grant_types_supported\": [\"password\"]}");
    CS_AUTO(cs_openid_announced_clear)
    struct cs_openid_announced all =
        read_text("{\"acr_values_supported\": [\"low\", 7, \"high\"],"
                  " \"backchannel_user_code_parameter_supported\": true,"
                  " \"grant_types_supported\": [\"password\", \"client_credentials\"]}");

    (void)state;
    assert_false(none.client_credentials || none.user_code || none.levels.count > 0);
    assert_true(all.client_credentials && all.user_code);
    assert_int_equal(all.levels.count, 2);
    assert_string_equal(all.levels.items[1], "high");
}

/* The names are those of the option client-authentication. */
static void test_names_are_those_of_the_setting(void **state)
{
    const struct cs_setting *row =
        cs_setting_find(cs_openid_rows, CS_FROM_SECTION, "client-authentication",
                        strlen("client-authentication"), NULL);

    (void)state;
    for (unsigned i = 0; i <= CS_OPENID_NONE; i++)
        assert_string_equal(cs_openid_authentication_name(i), row->values[i]);
}

static void test_what_is_no_document(void **state)
{
    struct cs_openid_announced announced = {0};

    (void)state;
    assert_int_equal(cs_openid_announced_read("{", 1, &announced, NULL), CS_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_prove_a_client),
        cmocka_unit_test(test_grants_levels_and_codes),
        cmocka_unit_test(test_names_are_those_of_the_setting),
        cmocka_unit_test(test_what_is_no_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
