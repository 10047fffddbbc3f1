/* SPDX-License-Identifier: Apache-2.0 */
/* What a name means that is no option, and what is wrong with a value; for messages. */
#include "tests/unit/unit.h"

#include "login/options.h"
#include "login/other_modules.h"
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

static void assert_warning(const char *argument, const char *expected)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist line = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_options options;

    cs_options_defaults(CS_PROFILE_OWN, &options);
    assert_int_equal(cs_strlist_add(&line, argument, strlen(argument)), CS_OK);
    assert_int_equal(cs_options_from_arguments(&line, &options, &warnings, NULL), CS_OK);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], expected);
}

/* Lines are copied from google-authenticator, pam_oath, pam_u2f, duo. No spelling leads from those
 * words to ours, or only to a wrong one. */
static void test_words_of_other_modules(void **state)
{
    static const char *const rows[][2] = {
        {"nullok", "'nullok' is ignored; other modules have it: users who are not enrolled are "
                   "refused; accept_on_missing_auth_method lets them in"},
        {"secret=/var/unix-otp/${USER}",
         "'secret' is ignored; other modules have it: secrets are "
         "in the store; 'countersign import google-authenticator' takes them over"},
        {"echo_verification_code", "set otp_echo"},
        {"forward_pass", "auth_method=password-and-totp"},
        {"use_first_pass", "auth_method=password-then-totp"},
        {"try_first_pass", "auth_method=password-then-totp"},
        {"use-first-pass", "auth_method=password-then-totp"},
        {"noskewadj", "set totp_drift=0"},
        {"usersfile=/etc/users.oath", "countersign import oath FILE"},
        {"digits=8", "enroll totp --digits"},
        {"window=30", "set totp_window"},
        {"authfile=/etc/u2f_keys", "countersign import pam-u2f FILE"},
        {"nouserok", "accept_on_missing_auth_method"},
        {"appid=pam://host", "countersign import pam-u2f --app-id"},
        {"origin=pam://host", "set u2f_app_id"},
        {"sshformat", "countersign enroll u2f"},
        {"userpresence=1", "always asked for a touch"},
        {"pinverification=1", "set u2f_verification=required"},
        {"debug_file=/var/log/u2f", "set debug"},
        {"conf=/etc/duo/pam_duo.conf", "config="},
        {"failmode=secure", "set failmode_insecure"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_warning(rows[i][0], rows[i][1]);
}

/* A word that is one of our options never reaches the table; what "set" names must be one. */
static void test_words_of_other_modules_lead_to_options(void **state)
{
    const struct cs_setting_mistake *row = cs_other_module_words;
    struct cs_option option;
    size_t named = 0;

    (void)state;
    for (; row->written != NULL; row++) {
        if (cs_option_find(row->written, strlen(row->written), &option, NULL))
            fail_msg("'%s' is an option", row->written);
        if (strncmp(row->meant, "set ", 4) != 0)
            continue;
        named++;
        if (!cs_option_find(row->meant + 4, strcspn(row->meant + 4, "=,; "), &option, NULL))
            fail_msg("'%s' leads to no option: %s", row->written, row->meant);
    }
    assert_true(named > 10);
}

static enum cs_err take(const char *argument, struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist line = {0};
    struct cs_options options;

    cs_options_defaults(CS_PROFILE_OWN, &options);
    assert_int_equal(cs_strlist_add(&line, argument, strlen(argument)), CS_OK);
    return cs_options_from_arguments(&line, &options, NULL, error);
}

/* A PAM line knows no quotes, and an option without a value no meaning but its default's. */
static void test_arguments_quoted_or_empty(void **state)
{
    static const char *const rows[][2] = {
        {"password_separator=", "password_separator: is empty; 1 to 1000 bytes expected, or leave "
                                "it out for the default ':'"},
        {"password_separator", "password_separator: is empty"},
        {"transient_choices=\"emails,phoneNumbers\"",
         "transient_choices: the quotes are a part of the value; leave them out (on a PAM line "
         "brackets hold together what has blanks: [transient_choices=...])"},
        {"transient_choices=\"emails,", "the quotes are a part of the value"},
        {"transient_choices='emails'", "the quotes are a part of the value"},
        {"retry=\"3\"", "retry: the quotes are a part"},
        {"debug='yes'", "debug: the quotes are a part"},
        {"auth_method=\"totp\"", "auth_method: the quotes are a part"},
        {"config=\"/etc/x.json\"", "config: the quotes are a part"},
    };
    static const char *const taken[] = {"otp_prompt=\"Code\": ", "password_separator=\""};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};

        assert_int_equal(take(rows[i][0], &error), CS_ERR_CONFIG);
        assert_contains(error.text, rows[i][1]);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(taken); i++)
        assert_int_equal(take(taken[i], NULL), CS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments_damaged_by_translation),
        cmocka_unit_test(test_slips_of_the_keyboard),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_words_of_other_modules),
        cmocka_unit_test(test_words_of_other_modules_lead_to_options),
        cmocka_unit_test(test_arguments_quoted_or_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
