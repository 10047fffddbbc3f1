/* SPDX-License-Identifier: Apache-2.0 */
/* The file secsignid.config of SecSign's PAM plugin as a file of identities. */
#include "tests/unit/unit.h"

#include "mapping/map.h"

#define NAME "/etc/secsignid.config"

static enum cs_err parse(const char *text, size_t length, struct cs_map_file **ret_file,
                         struct cs_error *error)
{
    return cs_map_file_parse(NAME, CS_MAP_SECSIGN, text, length, ret_file, error);
}

static void test_every_form_of_an_entry(void **state)
{
    static const char text[] = "# who is who\r\n"
                               "\r\n"
                               "alice:Alice.Smith\r\n"
                               "  bob = bob@example.com \n"
                               "carol\t \tcarol-1\n"
                               "web1$ : WEB_1\n"
                               "dave : dave\n"
                               "\t# erin:erin\n"
                               "frank=frank\n";
    static const struct {
        const char *account, *identity;
        unsigned line;
    } rows[] = {{"alice", "alice.smith", 3}, {"bob", "bob@example.com", 4}, {"carol", "carol-1", 5},
                {"web1$", "web_1", 6},       {"dave", "dave", 7},           {"frank", "frank", 9}};
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = NULL;
    struct cs_error error = {0};

    (void)state;
    if (parse(TEXT(text), &file, &error) != CS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(cs_map_file_others(file), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_entry *entry = cs_map_file_find(file, rows[i].account);

        assert_non_null(entry);
        assert_string_equal(entry->identity, rows[i].identity);
        assert_int_equal(entry->line, rows[i].line);
    }
    assert_null(cs_map_file_find(file, "Alice")); /* accounts differ in case, IDs do not */
    assert_null(cs_map_file_find(file, "erin"));
}

static void test_whatever_is_no_entry_is_refused(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *expected;
    } rows[] = {
        {TEXT("alice:a\nbob\n"), ":2: a SecSign ID expected"},
        {TEXT("alice:\n"), ":1: a SecSign ID expected"},
        {TEXT("alice:=a\n"), ":1: a SecSign ID expected"},
        {TEXT("alice::a\n"), ":1: a SecSign ID expected"},
        {TEXT("alice a b\n"), ":1: a SecSign ID expected"},
        {TEXT("alice:a # since May\n"), ":1: a SecSign ID expected"},
        {TEXT("alice:\"a\"\n"), ":1: a SecSign ID expected"},
        {TEXT("alice:zo\xc3\xab\n"), ":1: a SecSign ID expected"},
        {TEXT(":a\n"), ":1: an account's name expected"},
        {TEXT("*\n"), ":1: an account's name expected"},
        {TEXT("* : a\n"), ":1: an account's name expected"},
        {TEXT("al$ice:a\n"), ":1: an account's name expected"},
        {TEXT("$:a\n"), ":1: an account's name expected"},
        {TEXT("zo\xc3\xab:a\n"), ":1: an account's name expected"},
        {TEXT("[users]\nalice:a\n"), ":1: an account's name expected"},
        {TEXT("alice:a\nbob:b\nalice=c\n"), ":3: the account of line 1 again, 'alice'"},
        {TEXT("alice:a\n\xef\xbb\xbf"), ""},
        {TEXT("\xef\xbb\xbf"
              "alice:a\n"),
         ":1: the file begins with a byte order mark"},
        {TEXT("alice:a\r\r\n"), ":1: the line ends in CR LF"},
        {TEXT("alice:a\0\n"), ":1: the line has a NUL byte"},
        {TEXT("alice:a"), ":1: the last line has no end"},
        {TEXT("# nobody\n"), "has no entry"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_map_file *file = NULL;
        struct cs_error error = {0};

        if (parse(rows[i].text, rows[i].length, &file, &error) != CS_ERR_CONFIG)
            fail_msg("row %zu is accepted", i);
        assert_null(file);
        assert_contains(error.text, NAME);
        assert_contains(error.text, rows[i].expected);
    }
}

/* Of a line: 4 KiB; of a name: 255 bytes. */
static void test_bounds(void **state)
{
    static const struct {
        size_t account, blanks, id;
        const char *expected; /* NULL: accepted */
    } rows[] = {{255, 1, 255, NULL},
                {256, 1, 1, "an account's name expected"},
                {1, 1, 256, "a SecSign ID expected"},
                {1, 4094, 1, NULL},
                {1, 4095, 1, ":1: the line is longer than 4096 bytes"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_map_file_free) struct cs_map_file *file = NULL;
        struct cs_error error = {0};
        char line[5000];
        size_t length = 0;

        for (size_t n = 0; n < rows[i].account; n++)
            line[length++] = 'a';
        for (size_t n = 0; n < rows[i].blanks; n++)
            line[length++] = ' ';
        for (size_t n = 0; n < rows[i].id; n++)
            line[length++] = 'B';
        line[length++] = '\n';
        if ((parse(line, length, &file, &error) == CS_OK) != (rows[i].expected == NULL))
            fail_msg("row %zu: %s", i, error.text);
        if (rows[i].expected != NULL)
            assert_contains(error.text, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_an_entry),
        cmocka_unit_test(test_whatever_is_no_entry_is_refused),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests_name("map_secsign", tests, NULL, NULL);
}
