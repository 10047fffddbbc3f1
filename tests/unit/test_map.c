/* SPDX-License-Identifier: Apache-2.0 */
/* From the account to the identity. */
#include "tests/unit/unit.h"

#include "base/sanitise.h"
#include "mapping/map.h"

#define MATCH "^([^/]+)/([^/]+)/([^/]+)"
#define REPLACE "$3/$1@MyRealm"
#define PHONE "Test User/+15551234567/ibm.com"

/* As cs_map_identity, for an administrator who trusts the GECOS texts. */
static enum cs_err map_trusted(const struct cs_mapping *settings,
                               const struct cs_map_account *account,
                               char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                               struct cs_error *error)
{
    struct cs_mapping mapping = *settings;

    mapping.gecos_trusted = true;
    return cs_map_identity(&mapping, account, ret_identity, ret_trace, error);
}

struct row {
    struct cs_mapping mapping;
    const char *gecos;
    const char *expected;
};

static void test_map_identity_as_the_settings_say(void **state)
{
    static const struct row rows[] = {
        {{0}, "Ann Lee", "ann"},
        {{.gecos_field = 4}, "Ann Lee,Bldg 4,,ann@example.com", "ann@example.com"},
        {{.gecos_field = 6, .gecos_separator = "/"},
         "a/b/c/d/e/ann@example.com",
         "ann@example.com"},
        {{.gecos_match = MATCH, .gecos_replace = REPLACE}, PHONE, "ibm.com/Test User@MyRealm"},
        {{.gecos_match = MATCH, .gecos_replace = REPLACE, .append = ".au"},
         PHONE,
         "ibm.com/Test User@MyRealm.au"},
        {{.append = "@www.ibm.com"}, "anything", "ann@www.ibm.com"},
        {{.append = "@www.ibm.com"}, NULL, "ann@www.ibm.com"},
        {{.append = ""}, NULL, "ann"},
        {{.gecos_field = 1, .append = "@x"}, "Zo\xc3\xab Lee,1", "Zo\xc3\xab Lee@x"},
        /* The expression takes precedence over the field. */
        {{.gecos_field = 1, .gecos_match = MATCH, .gecos_replace = "$3"}, PHONE, "ibm.com"},
        /* As in a PAM line, with and without its backslash, which PAM removes. */
        {{.gecos_match = "^([^/\\]+)/([^/\\]+)/([^/\\]+)", .gecos_replace = REPLACE}, PHONE, NULL},
        {{.gecos_match = "posix:^([^/\\]+)/([^/\\]+)/([^/\\]+)", .gecos_replace = REPLACE},
         PHONE,
         "ibm.com/Test User@MyRealm"},
        /* Backslashes in the text are only text. */
        {{.gecos_match = "^([^/]+)/([^/]+)", .gecos_replace = "$2"}, "x/CORP\\ann", "CORP\\ann"},
        {{.gecos_field = 2, .gecos_separator = "\\"}, "CORP\\ann", "ann"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_account account = {.name = "ann", .gecos = rows[i].gecos};
        char identity[CS_IDENTITY_SIZE] = "before";
        struct cs_error error = {0};
        enum cs_err err = map_trusted(&rows[i].mapping, &account, identity, NULL, &error);

        if ((err == CS_OK) != (rows[i].expected != NULL))
            fail_msg("row %zu: %s", i, error.text);
        assert_string_equal(identity, rows[i].expected ? rows[i].expected : "before");
    }
}

static void test_map_identity_wrong_settings_refused(void **state)
{
    static const struct row rows[] = {
        {{.gecos_match = "a"}, NULL, "gecos_match also needs gecos_replace"},
        {{.gecos_replace = "a"}, NULL, "gecos_replace also needs gecos_match"},
        {{.gecos_field = 33}, NULL, "gecos_field is 33; fields are numbered from 1 to 32"},
        {{.gecos_field = 1, .gecos_separator = ""}, NULL, "gecos_separator must be exactly one"},
        {{.gecos_field = 1, .gecos_separator = "::"}, NULL, "gecos_separator must be exactly"},
        {{.gecos_field = 1, .gecos_separator = "\xc2"}, NULL, "gecos_separator must be exactly"},
        {{.append = "@\x1b"}, NULL, "append contains control"},
        {{.append = "@\xff"}, NULL, "append contains control"},
        {{.gecos_match = "(", .gecos_replace = "x"}, NULL, "not a regular expression"},
        {{.gecos_match = "a", .gecos_replace = "$1"}, NULL, "gecos_replace uses $1"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_account account = {.name = "ann", .gecos = "Ann"};
        char identity[CS_IDENTITY_SIZE] = "before";
        struct cs_error error = {0};

        assert_int_equal(cs_mapping_check(&rows[i].mapping, &error), CS_ERR_CONFIG);
        assert_contains(error.text, rows[i].expected);
        assert_int_equal(map_trusted(&rows[i].mapping, &account, identity, NULL, NULL),
                         CS_ERR_CONFIG);
        assert_string_equal(identity, "before");
    }
}

static void test_map_identity_account_without_a_result_refused(void **state)
{
    static const struct row rows[] = {
        {{.gecos_field = 1}, NULL, "the account has no GECOS text, but gecos_field needs one"},
        {{.gecos_field = 1}, "", "the account has no GECOS text, but gecos_field needs one"},
        {{.gecos_match = "a", .gecos_replace = "x"}, NULL, "but gecos_match needs one"},
        {{.gecos_field = 3}, "Ann,x", "has only 2 fields"},
        /* Not the suffix alone, which would be the same name for everybody. */
        {{.gecos_field = 2, .append = "@x"}, "Ann,,x", "field 2 of the GECOS text is empty"},
        {{.gecos_match = "^([^,]*),", .gecos_replace = "$1", .append = "@x"},
         ",Ann",
         "gives this account an empty name"},
        {{.gecos_match = "^([^,]*),", .gecos_replace = "$1"}, "  ,Ann", "an empty name"},
        {{.gecos_match = "^x", .gecos_replace = "x"}, "Ann", "does not match the GECOS text"},
        {{.gecos_match = ".*", .gecos_replace = "x"},
         "Zo\xeb",
         "which gecos_match does not accept"},
        {{.gecos_match = ".*", .gecos_replace = "x"},
         "a\x1b[0m",
         "which gecos_match does not accept"},
        {{.gecos_field = 1}, "Zo\xeb,x", "the mapped name contains control"},
        {{.gecos_field = 1}, "a\xe2\x80\xae,x", "the mapped name contains control"},
        {{.gecos_match = "posix:^...", .gecos_replace = "$0"}, "Zo\xc3\xab", "part of a character"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_account account = {.name = "ann", .gecos = rows[i].gecos};
        char identity[CS_IDENTITY_SIZE] = "before";
        struct cs_error error = {0};

        assert_int_equal(map_trusted(&rows[i].mapping, &account, identity, NULL, &error),
                         CS_ERR_INPUT);
        assert_contains(error.text, rows[i].expected);
        assert_string_equal(identity, "before");
    }
}

static void test_map_identity_account_name_checked(void **state)
{
    const struct cs_mapping mapping = {0};
    char longest[CS_IDENTITY_SIZE + 1], identity[CS_IDENTITY_SIZE];
    const char *const names[] = {"", "a\nb", "a\xff", longest};

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[CS_IDENTITY_SIZE] = '\0';
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++) {
        const struct cs_map_account account = {.name = names[i]};
        struct cs_error error = {0};

        assert_int_equal(map_trusted(&mapping, &account, identity, NULL, &error), CS_ERR_INPUT);
        assert_contains(error.text, "the account name is empty");
    }
}

static void test_map_identity_longest_name_fits(void **state)
{
    const struct cs_mapping field = {.gecos_field = 1}, suffix = {.gecos_field = 1, .append = "@"};
    char gecos[CS_IDENTITY_SIZE + 1], identity[CS_IDENTITY_SIZE];
    struct cs_map_account account = {.name = "ann", .gecos = gecos};
    struct cs_error error = {0};

    (void)state;
    memset(gecos, 'a', sizeof gecos);
    gecos[CS_IDENTITY_SIZE - 1] = '\0';
    assert_int_equal(map_trusted(&field, &account, identity, NULL, NULL), CS_OK);
    assert_string_equal(identity, gecos);
    assert_int_equal(map_trusted(&suffix, &account, identity, NULL, &error), CS_ERR_INPUT);
    assert_contains(error.text, "longer than 255 bytes");
    gecos[CS_IDENTITY_SIZE - 1] = 'a';
    gecos[CS_IDENTITY_SIZE] = '\0';
    assert_int_equal(map_trusted(&field, &account, identity, NULL, &error), CS_ERR_INPUT);
    assert_contains(error.text, "longer than 255 bytes");
}

static void test_map_identity_long_gecos_refused(void **state)
{
    const struct cs_mapping mapping = {.gecos_field = 1};
    char gecos[1026], identity[CS_IDENTITY_SIZE];
    struct cs_map_account account = {.name = "ann", .gecos = gecos};
    struct cs_error error = {0};

    (void)state;
    memset(gecos, 'a', sizeof gecos);
    gecos[1] = ',';
    gecos[1024] = '\0';
    assert_int_equal(map_trusted(&mapping, &account, identity, NULL, NULL), CS_OK);
    gecos[1024] = 'a';
    gecos[1025] = '\0';
    assert_int_equal(map_trusted(&mapping, &account, identity, NULL, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the GECOS text is longer than 1024 bytes");
}

/* A user who may write the text may become anybody: with chfn, through accountsservice, in a
 * directory that lets people change their own. */
static void test_map_identity_gecos_of_any_account_only_when_trusted(void **state)
{
    static const char *const ways[][2] = {{"FreeIPA", "directory"},
                                          {"CHFN_RESTRICT", "accountsservice"}};
    const struct cs_mapping rows[] = {
        {.gecos_field = 1},
        {.gecos_match = "^[^,]+", .gecos_replace = "$0"},
        {.gecos_field = 1, .gecos_match = "^[^,]+", .gecos_replace = "$0"},
    };
    const struct cs_mapping unused = {.append = "@x"};
    char identity[CS_IDENTITY_SIZE];

    (void)state;
    for (size_t i = 0; i < 2 * CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_account account = {
            .name = "ann", .gecos = "root,x", .local_files = i % 2 != 0};
        struct cs_error error = {0};

        assert_int_equal(cs_map_identity(&rows[i / 2], &account, identity, NULL, &error),
                         CS_ERR_TRUST);
        assert_contains(error.text, ways[i % 2][0]);
        assert_contains(error.text, ways[i % 2][1]);
        assert_contains(error.text, "gecos_trusted");
        assert_int_equal(map_trusted(&rows[i / 2], &account, identity, NULL, NULL), CS_OK);
        assert_string_equal(identity, "root");
        assert_int_equal(cs_map_identity(&unused, &account, identity, NULL, NULL), CS_OK);
        assert_string_equal(identity, "ann@x");
    }
}

static void assert_steps(const struct cs_mapping *mapping, const char *gecos, enum cs_err expected,
                         const char *const (*steps)[2])
{
    CS_AUTO(cs_map_trace_free) struct cs_map_trace trace = {0};
    const struct cs_map_account account = {.name = "ann", .gecos = gecos};
    char identity[CS_IDENTITY_SIZE];

    assert_int_equal(map_trusted(mapping, &account, identity, &trace, NULL), expected);
    for (size_t i = 0; i < trace.count; i++) {
        assert_string_equal(trace.steps[i].what, steps[i][0]);
        assert_string_equal(trace.steps[i].value, steps[i][1]);
    }
    assert_null(steps[trace.count][0]);
}

static void test_map_trace_has_each_step(void **state)
{
    const struct cs_mapping plain = {0}, field = {.gecos_field = 2, .append = "@x"},
                            both = {
                                .gecos_field = 1, .gecos_match = "^(.*),", .gecos_replace = "$1"};

    (void)state;
    assert_steps(&plain, "Ann", CS_OK, (const char *const[][2]){{"account", "ann"}, {0}});
    assert_steps(
        &field, "Ann,b", CS_OK,
        (const char *const[][2]){
            {"account", "ann"}, {"gecos", "Ann,b"}, {"gecos_field", "b"}, {"append", "b@x"}, {0}});
    assert_steps(
        &both, "Ann,b", CS_OK,
        (const char *const[][2]){{"account", "ann"},
                                 {"gecos", "Ann,b"},
                                 {"note", "gecos_field is not used, because gecos_match is set"},
                                 {"gecos_replace", "Ann"},
                                 {0}});
    /* As far as it got, and clean. */
    assert_steps(&field, "Ann\x1b", CS_ERR_INPUT,
                 (const char *const[][2]){{"account", "ann"}, {"gecos", "Ann?"}, {0}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_identity_as_the_settings_say),
        cmocka_unit_test(test_map_identity_wrong_settings_refused),
        cmocka_unit_test(test_map_identity_account_without_a_result_refused),
        cmocka_unit_test(test_map_identity_account_name_checked),
        cmocka_unit_test(test_map_identity_longest_name_fits),
        cmocka_unit_test(test_map_identity_long_gecos_refused),
        cmocka_unit_test(test_map_identity_gecos_of_any_account_only_when_trusted),
        cmocka_unit_test(test_map_trace_has_each_step),
    };

    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
