/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments in a file of IBM's gateway that no login would use. */
#include "tests/unit/ibm_file.h"

#define BELONGS_INSIDE_PAM                                                                         \
    " means nothing here: an instance, with its additional-args, belongs inside \"pam\""
#define BELONGS_IN_INSTANCE                                                                        \
    " means nothing here; write \"additional-args\" inside an instance, as in \"pam\": "           \
    "{\"pam_ibm_auth\": {\"additional-args\": [...]}}"

/* A factor that they ask for would be dropped without a word. */
static void test_misplaced_arguments_are_refused(void **state)
{
    static const char *const rows[][2] = {
        {"{\n\"pam_ibm_auth\": {}}", "i.json:2:1: 'pam_ibm_auth'" BELONGS_INSIDE_PAM},
        {"{\n\"pam-ibm-auht\": {}}", "i.json:2:1: 'pam-ibm-auht'" BELONGS_INSIDE_PAM},
        {"{\n\"own\": {\"additional-args\": []}}", "i.json:2:1: 'own'" BELONGS_INSIDE_PAM},
        {"{\n\"Pam\": {\"x\": {\"additional-args\": []}}}", "i.json:2:1: 'Pam'" BELONGS_INSIDE_PAM},
        {"{\n\"additional-args\": []}", "i.json:2:1: 'additional-args'" BELONGS_IN_INSTANCE},
        {"{\"ibm-auth-api\": {\n\"pam_ibm_auth\": {}}}",
         "i.json:2:1: 'pam_ibm_auth'" BELONGS_INSIDE_PAM},
        {"{\"pam\": {\n\"additional-args\": []}}",
         "i.json:2:1: 'additional-args'" BELONGS_IN_INSTANCE},
        {"{\"pam\": {\n\"additional-args\": {}}}",
         "i.json:2:1: 'additional-args'" BELONGS_IN_INSTANCE},
        {"{\"pam\": {\"x\": {\n\"additional_args\": []}}}",
         "i.json:2:1: 'additional_args'" BELONGS_IN_INSTANCE},
        {"{\"pam\": {\"x\": {\n\"aditional-args\": []}}}",
         "i.json:2:1: 'aditional-args'" BELONGS_IN_INSTANCE},
        {"{\"pam\": {\"x\": {\n\"y\": {\"additional-args\": []}}}}",
         "i.json:2:1: 'y'" BELONGS_INSIDE_PAM},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_refused(rows[i][0], rows[i][1]);
}

/* What a PAM line with this argument (NULL: none) is refused with; "": nothing. */
static void assert_line(const struct cs_config *config, const char *argument, const char *expected)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist line = {0};
    struct cs_error error = {0};
    struct cs_options options;
    enum cs_err result;

    if (argument != NULL)
        assert_int_equal(cs_strlist_add(&line, argument, strlen(argument)), CS_OK);
    result = cs_config_line(config, "sshd", &line, &options, NULL, &error);
    assert_int_equal(result, expected[0] == '\0' ? CS_OK : CS_ERR_CONFIG);
    assert_string_equal(error.text, expected);
}

static void test_line_without_id_is_refused_if_all_instances_have_other_names(void **state)
{
    CS_AUTO(cs_config_release)
    struct cs_config *wrong = parse(FILE_WITH("\"pam_ibm_auht\": {\"additional-args\": "
                                              "[\"auth_method=password-then-totp\"]}, \"x\": {}"));
    CS_AUTO(cs_config_release)
    struct cs_config *right = parse(FILE_WITH("\"pam_ibm_auth\": {\"additional-args\": []}"));
    CS_AUTO(cs_config_release) struct cs_config *none = parse(FILE_WITH(""));

    (void)state;
    assert_line(wrong, NULL,
                "id: the PAM line has none, and there is no 'pam_ibm_auth' in i.json, which has "
                "'pam_ibm_auht', 'x'; write id=NAME on the line, or correct the name in the file");
    assert_line(wrong, "id=x", "");
    assert_line(wrong, "id=pam_ibm_auth",
                "id: there is no 'pam_ibm_auth' in i.json, which has 'pam_ibm_auht', 'x'; "
                "'pam_ibm_auht' was probably meant");
    assert_line(right, NULL, "");
    assert_line(none, NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misplaced_arguments_are_refused),
        cmocka_unit_test(test_line_without_id_is_refused_if_all_instances_have_other_names),
    };

    return cmocka_run_group_tests_name("ibm_misplaced", tests, NULL, NULL);
}
