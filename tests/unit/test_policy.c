/* SPDX-License-Identifier: Apache-2.0 */
/* How answers are judged, from the options: what no option says is taken from this host. */
#include "tests/unit/unit.h"

#include "login/policy.h"

static void judging_is(const struct cs_options *options, const char *app_id, const char *origins)
{
    char name[CS_PROVIDER_NAME_SIZE];
    struct cs_judging judging = cs_policy_judging(options, "WEB01.Example", name);

    assert_string_equal(judging.app_id, app_id);
    assert_string_equal(judging.origins, origins);
}

/* ssh writes the host that it talks to in lower case, and a key signs for that. */
static void the_name_of_this_host_is_in_lower_case(void **state)
{
    (void)state;
    judging_is(&(struct cs_options){0}, "pam://web01.example", "pam://web01.example");
}

static void names_of_the_options_stay_as_they_are(void **state)
{
    const struct cs_options options = {.u2f_app_id = "pam://Cluster",
                                       .u2f_origins = "pam://A.example,pam://b"};

    (void)state;
    judging_is(&options, "pam://Cluster", "pam://A.example,pam://b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_of_this_host_is_in_lower_case),
        cmocka_unit_test(names_of_the_options_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
