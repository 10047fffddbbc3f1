/* SPDX-License-Identifier: Apache-2.0 */
/* What a name means that is no option, for messages. */
#include "tests/unit/unit.h"

#include "login/options.h"
#include "settings/suggest.h"

static void test_arguments_damaged_by_translation(void **state)
{
    static const char *const rows[][2] = {
        {"débogage", "debug"},
        {"voix_primaire", "prompt_voice"},
        {"voix-primaire", "prompt_voice"},
        {"présence_du_dispositif_de_primaire", "prompt_device_presence"},
        {"nom_utilisateur_attr", "user_name_attr"},
        {"ignore_isvalidé", "ignore_isvalidated"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *meant = cs_options_suggest(rows[i][0], strlen(rows[i][0]));
        struct cs_option option;

        assert_non_null(meant);
        assert_string_equal(meant, rows[i][1]);
        assert_true(cs_option_find(meant, strlen(meant), &option, NULL));
    }
}

static void test_slips_of_the_keyboard(void **state)
{
    static const char *const rows[][2] = {{"retyr", "retry"},
                                          {"retr", "retry"},
                                          {"retrry", "retry"},
                                          {"rtery", "retry"},
                                          {"Debug", "debug"},
                                          {"auth_metod", "auth_method"},
                                          {"gecos-feild", "gecos_field"},
                                          {"exempt_goup", "exempt_group"},
                                          {"rxtxy", NULL},
                                          {"use_first_pass", NULL},
                                          {"x", NULL},
                                          {"", NULL},
                                          {"otp", NULL}};
    char overlong[300];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const char *meant = cs_options_suggest(rows[i][0], strlen(rows[i][0]));

        if (rows[i][1] == NULL)
            assert_null(meant);
        else if (meant == NULL)
            fail_msg("%s means nothing", rows[i][0]);
        else
            assert_string_equal(meant, rows[i][1]);
    }
    memset(overlong, 'r', sizeof overlong);
    assert_null(cs_options_suggest(overlong, sizeof overlong));
}

static void test_methods(void **state)
{
    static const char *const rows[][2] = {
        {"Mot de passe", "password"},
        {"périphérique", "device"},
        {"mot de passe-puis-voiceotp", "password-then-voiceotp"},
        {"mot-de-passe-et-totp-ou-dispositif", "password-and-totp-or-device"},
        {"choice-than-otp", "choice-then-otp"},
        {"smsopt", "smsotp"},
        {"everything", NULL},
    };
    struct cs_options options = {0};
    struct cs_option option;

    (void)state;
    assert_true(cs_option_find("auth_method", strlen("auth_method"), &option, NULL));
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        char expected[200];

        assert_int_equal(cs_option_set(&option, rows[i][0], &options, &error), CS_ERR_CONFIG);
        (void)snprintf(expected, sizeof expected, "'%s' is none of its values; it means '%s'",
                       rows[i][0], rows[i][1] ? rows[i][1] : "");
        if (rows[i][1] != NULL)
            assert_contains(error.text, expected);
        else
            assert_contains(error.text, "there is no 'everything'");
    }
    assert_true(cs_option_find("conversation", 12, &option, NULL));
    assert_null(cs_suggest_value(option.row, "mot de passe"));
    assert_string_equal(cs_suggest_value(option.row, "flod"), "fold");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments_damaged_by_translation),
        cmocka_unit_test(test_slips_of_the_keyboard),
        cmocka_unit_test(test_methods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
