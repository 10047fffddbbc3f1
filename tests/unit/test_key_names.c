/* SPDX-License-Identifier: Apache-2.0 */
/* The application and origins of security keys: what no setting says is taken from this host. */
#include "tests/unit/unit.h"

#include "providers/local/key_names.h"

static void names_are(const struct cs_local_settings *settings, const char *app_id,
                      const char *origins)
{
    char host_name[CS_KEY_HOST_SIZE];
    struct cs_key_names names;

    cs_key_host_name("WEB01.Example", host_name);
    names = cs_key_names(settings, host_name);
    assert_string_equal(names.app_id, app_id);
    assert_string_equal(names.origins, origins);
}

/* ssh writes the host that it talks to in lower case, and a key signs for that. */
static void the_name_of_this_host_is_in_lower_case(void **state)
{
    (void)state;
    names_are(&(struct cs_local_settings){0}, "pam://web01.example", "pam://web01.example");
}

static void names_of_the_settings_stay_as_they_are(void **state)
{
    const struct cs_local_settings settings = {.u2f_app_id = "pam://Cluster",
                                               .u2f_origins = "pam://A.example,pam://b"};

    (void)state;
    names_are(&settings, "pam://Cluster", "pam://A.example,pam://b");
}

static void verification_is_that_of_the_settings(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CS_U2F_VERIFICATIONS; i++) {
        const struct cs_local_settings settings = {.u2f_verification = i};

        assert_int_equal(cs_key_names(&settings, "pam://host").verification, i);
    }
}

/* The words of the option, in the order of the lines' numbers. */
static void verification_has_the_words_of_the_option(void **state)
{
    const struct cs_setting *row = cs_local_kind.rows;
    enum cs_u2f_verification verification;

    (void)state;
    while (strcmp(row->name, "u2f_verification") != 0)
        row++;
    for (int i = 0; i < CS_U2F_VERIFICATIONS; i++) {
        assert_true(cs_u2f_read_verification(row->values[i], &verification));
        assert_int_equal(verification, i);
    }
    assert_null(row->values[CS_U2F_VERIFICATIONS]);
    assert_false(cs_u2f_read_verification("always", &verification));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_this_host_is_in_lower_case),
        cmocka_unit_test(names_of_the_settings_stay_as_they_are),
        cmocka_unit_test(verification_is_that_of_the_settings),
        cmocka_unit_test(verification_has_the_words_of_the_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
