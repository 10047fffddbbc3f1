/* SPDX-License-Identifier: Apache-2.0 */
/* The file of accounts and identities. */
#include "tests/unit/unit.h"

#include "mapping/map.h"

#define NAME "/etc/countersign/identities"

static struct cs_map_file *parse(const char *text, size_t length)
{
    struct cs_map_file *file = NULL;
    struct cs_error error = {0};

    if (cs_map_file_parse(NAME, CS_MAP_COUNTERSIGN, text, length, &file, &error) != CS_OK)
        fail_msg("%s", error.text);
    return file;
}

static void assert_refused(const char *text, size_t length, const char *expected)
{
    struct cs_map_file *file = NULL;
    struct cs_error error = {0};

    if (cs_map_file_parse(NAME, CS_MAP_COUNTERSIGN, text, length, &file, &error) != CS_ERR_CONFIG)
        fail_msg("accepted, but expected: %s", expected);
    assert_null(file);
    assert_contains(error.text, NAME);
    assert_contains(error.text, expected);
}

static void test_parse_entries_found_with_their_lines(void **state)
{
    static const char text[] = "# who is who\n"
                               "\n"
                               "alice alice@example.com\n"
                               " \t \n"
                               "\tbob \t  Bob O'Neill, \"the 2nd\" \t\n"
                               "  # bob bob@example.com\n"
                               "carol.x-1_$ alice@example.com\n"
                               "zo\xc3\xab CORP\\zo\xc3\xab#1\n";
    static const struct {
        const char *account, *identity;
        unsigned line;
    } rows[] = {{"alice", "alice@example.com", 3},
                {"bob", "Bob O'Neill, \"the 2nd\"", 5},
                {"carol.x-1_$", "alice@example.com", 7},
                {"zo\xc3\xab", "CORP\\zo\xc3\xab#1", 8}};
    static const char *const missing[] = {"",       "*", "Alice",   "alic",
                                          "alicea", "#", "bob bob", "O'Neill,"};
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = parse(TEXT(text));

    (void)state;
    assert_string_equal(cs_map_file_name(file), NAME);
    assert_int_equal(cs_map_file_others(file), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_map_entry *entry = cs_map_file_find(file, rows[i].account);

        assert_non_null(entry);
        assert_string_equal(entry->account, rows[i].account);
        assert_string_equal(entry->identity, rows[i].identity);
        assert_int_equal(entry->line, rows[i].line);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(missing); i++)
        assert_null(cs_map_file_find(file, missing[i]));
}

static void test_parse_wrong_line_refused_with_its_number(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *expected;
    } rows[] = {
        {TEXT("alice a\nbob\n"), ":2: no identity follows the account"},
        {TEXT("alice a\nbob \t \n"), ":2: no identity follows the account"},
        {TEXT("alice: a\n"), ":1: only blanks may stand between"},
        {TEXT("alice:a\n"), ":1: only blanks may stand between"},
        {TEXT("alice = a\n"), ":1: only blanks may stand between"},
        {TEXT("alice : a\n"), ":1: only blanks may stand between"},
        {TEXT("alice a # since May\n"), ":1: a comment needs a line of its own"},
        {TEXT("alice # a\n"), ":1: a comment needs a line of its own"},
        {TEXT("alice \"a b\"\n"), ":1: quotes are not needed"},
        {TEXT("\"alice\" a\n"), ":1: quotes are not needed"},
        {TEXT("alice a\tb\n"), ":1: there is a tab within the identity"},
        {TEXT("* a\n"), ":1: * takes no identity"},
        {TEXT("a b\n*\nalice a\n"), ":3: a line follows the * of line 2"},
        {TEXT("*\n*\n"), ":2: a line follows the * of line 1"},
        {TEXT("\xef\xbb\xbf"
              "alice a\n"),
         ":1: the file begins with a byte order mark"},
        {TEXT("\xff\xfe"
              "a\0 \0b\0\n\0"),
         ":1: the line has a NUL byte"},
        {TEXT("alice a\nbob b\0\n"), ":2: the line has a NUL byte"},
        {TEXT("# x\0\nalice a\n"), ":1: the line has a NUL byte"},
        {TEXT("alice a\nbob b\r\n"), ":2: the line ends in CR LF"},
        {TEXT("\r\nalice a\n"), ":1: the line ends in CR LF"},
        {TEXT("alice a\rbob b\n"), ":1: the line has control"},
        {TEXT("alice a\xff\n"), ":1: the line has control"},
        {TEXT("alice \x1b[m\n"), ":1: the line has control"},
        {TEXT("alice\v a\n"), ":1: the line has control"},
        {TEXT("alice a\n# \xe2\x80\xae x\n"), ":2: the line has control or direction"},
        {TEXT("alice a\nbob b"), ":2: the last line has no end"},
        {TEXT("alice a\n# end"), ":2: the last line has no end"},
        {TEXT(""), ": has no entry"},
        {TEXT("# alice a\n\n"), ": has no entry"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_refused(rows[i].text, rows[i].length, rows[i].expected);
}

/* `count` times the byte, between two texts. */
static void long_line(struct cs_buffer *out, const char *before, size_t count, const char *after)
{
    cs_buffer_text(out, before);
    for (size_t i = 0; i < count; i++)
        cs_buffer_text(out, "x");
    cs_buffer_text(out, after);
    assert_false(out->failed);
}

static void test_parse_bounds(void **state)
{
    static const struct {
        const char *before;
        size_t count;
        const char *after, *expected;
    } rows[] = {
        {"", 255, " a\n", NULL},
        {"", 256, " a\n", ":1: the account or its identity is longer than 255 bytes"},
        {"a ", 255, "\n", NULL},
        {"a ", 256, "\n", ":1: the account or its identity is longer than 255 bytes"},
        {"a b\n#", 1023, "\n", NULL},
        {"a b\n#", 1024, "\n", ":2: the line is longer than 1024 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
        CS_AUTO(cs_map_file_free) struct cs_map_file *file = NULL;

        long_line(&text, rows[i].before, rows[i].count, rows[i].after);
        if (rows[i].expected != NULL)
            assert_refused(text.text, text.length, rows[i].expected);
        else
            file = parse(text.text, text.length);
    }
}

static void test_parse_larger_than_allowed_refused(void **state)
{
    CS_AUTO(cs_string_free) char *text = malloc(CS_MAP_FILE_BYTES + 1);

    (void)state;
    assert_non_null(text);
    memset(text, '\n', CS_MAP_FILE_BYTES + 1);
    assert_refused(text, CS_MAP_FILE_BYTES + 1, ": larger than 16 MiB");
    memcpy(text, "a b\n", 4);
    cs_map_file_free(&(struct cs_map_file *){parse(text, CS_MAP_FILE_BYTES)});
}

/* The first repetition from the top, with the line that it repeats. */
static void test_parse_duplicates_refused_with_both_lines(void **state)
{
    (void)state;
    assert_refused(TEXT("zoe z\nbob b\nalice a\n\nbob b\nalice x\n"),
                   ":5: the account of line 2 again, 'bob'");
    assert_refused(TEXT("alice a\nalice b\nalice c\n"), ":2: the account of line 1 again, 'alice'");
    assert_refused(TEXT("alice a\nbob b\nalice a\n*\n"),
                   ":3: the account of line 1 again, 'alice'");
}

static void test_others_known_by_their_line(void **state)
{
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = parse(TEXT("alice a\n * \n# end\n"));
    CS_AUTO(cs_map_file_free) struct cs_map_file *alone = parse(TEXT("*\n"));

    (void)state;
    assert_int_equal(cs_map_file_others(file), 2);
    assert_int_equal(cs_map_file_others(alone), 1);
    assert_null(cs_map_file_find(alone, "alice"));
    assert_null(cs_map_file_find(alone, "*"));
}

static void test_shared_identities_are_warned_about(void **state)
{
    CS_AUTO(cs_map_file_free)
    struct cs_map_file *file = parse(TEXT("alice x\nbob y\ncarol x\ndan X\n"));
    CS_AUTO(cs_map_file_free)
    struct cs_map_file *many = parse(TEXT("a x\nb x\nc x\nd x\ne x\nf x\ng x\nh x\n"));
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0}, more = {0};

    (void)state;
    assert_int_equal(cs_map_file_warn(file, &warnings), CS_OK);
    assert_int_equal(warnings.count, 1);
    assert_string_equal(warnings.items[0],
                        NAME ": lines 1 and 3 give 'alice' and 'carol' one identity, 'x': whoever "
                             "proves it may log in to both accounts");
    assert_int_equal(cs_map_file_warn(many, &more), CS_OK);
    assert_int_equal(more.count, 6);
    assert_string_equal(more.items[5], NAME ": 2 more accounts share an identity with another");
}

/* ---- as a step of the mapping ---- */

struct mapped {
    char identity[CS_IDENTITY_SIZE];
    struct cs_map_trace trace;
    struct cs_error error;
};

static enum cs_err map(const struct cs_map_file *file, const char *account, struct cs_mapping rest,
                       struct mapped *ret_mapped)
{
    const struct cs_map_account from = {.name = account, .gecos = "gecos-name,x"};

    *ret_mapped = (struct mapped){.identity = "before"};
    rest.map_file = NAME;
    rest.entries = file;
    return cs_map_identity(&rest, &from, ret_mapped->identity, &ret_mapped->trace,
                           &ret_mapped->error);
}

static void test_identity_of_the_file_before_everything_and_alone(void **state)
{
    static const struct cs_mapping settings[] = {
        {0},
        {.append = "@x"},
        {.gecos_field = 1, .gecos_trusted = true, .append = "@x"},
        {.gecos_field = 1}, /* not trusted, and not used */
    };
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = parse(TEXT("#\nalice Ann Lee\n*\n"));
    struct mapped mapped;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(settings); i++) {
        assert_int_equal(map(file, "alice", settings[i], &mapped), CS_OK);
        assert_string_equal(mapped.identity, "Ann Lee");
        assert_int_equal(mapped.trace.count, 2);
        assert_string_equal(mapped.trace.steps[1].what, "map_file");
        assert_string_equal(mapped.trace.steps[1].value, "Ann Lee");
        assert_int_equal(mapped.trace.steps[1].line, 2);
        cs_map_trace_free(&mapped.trace);
    }
}

static void test_account_without_a_line_has_no_identity(void **state)
{
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = parse(TEXT("alice a\n"));
    struct mapped mapped;

    (void)state;
    assert_int_equal(map(file, "bob", (struct cs_mapping){.append = "@x"}, &mapped), CS_ERR_INPUT);
    assert_contains(mapped.error.text, NAME " has no line for this account; add 'bob IDENTITY'");
    assert_string_equal(mapped.identity, "before");
    cs_map_trace_free(&mapped.trace);
}

static void test_star_leaves_others_to_what_follows(void **state)
{
    static const struct {
        struct cs_mapping rest;
        const char *expected; /* NULL: refused */
    } rows[] = {
        {{0}, "bob"},
        {{.append = "@x"}, "bob@x"},
        {{.gecos_field = 1, .gecos_trusted = true}, "gecos-name"},
        {{.gecos_field = 1}, NULL}, /* still to be trusted */
        {{.gecos_field = 3, .gecos_trusted = true}, NULL},
    };
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = parse(TEXT("alice a\n*\n"));
    struct mapped mapped;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        enum cs_err result = map(file, "bob", rows[i].rest, &mapped);

        assert_int_equal(result == CS_OK, rows[i].expected != NULL);
        assert_string_equal(mapped.identity, rows[i].expected ? rows[i].expected : "before");
        assert_string_equal(mapped.trace.steps[1].what, "map_file");
        assert_string_equal(mapped.trace.steps[1].value, "*");
        assert_int_equal(mapped.trace.steps[1].line, 2);
        cs_map_trace_free(&mapped.trace);
    }
}

/* A path alone must not mean that everybody has his own name. */
static void test_file_that_was_not_read_refused(void **state)
{
    struct mapped mapped;

    (void)state;
    assert_int_equal(map(NULL, "alice", (struct cs_mapping){0}, &mapped), CS_ERR_CONFIG);
    assert_contains(mapped.error.text, "map_file: " NAME " was not read");
    assert_string_equal(mapped.identity, "before");
    assert_true(cs_mapping_renames(&(struct cs_mapping){.map_file = NAME}));
    cs_map_trace_free(&mapped.trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_entries_found_with_their_lines),
        cmocka_unit_test(test_parse_wrong_line_refused_with_its_number),
        cmocka_unit_test(test_parse_bounds),
        cmocka_unit_test(test_parse_larger_than_allowed_refused),
        cmocka_unit_test(test_parse_duplicates_refused_with_both_lines),
        cmocka_unit_test(test_others_known_by_their_line),
        cmocka_unit_test(test_shared_identities_are_warned_about),
        cmocka_unit_test(test_identity_of_the_file_before_everything_and_alone),
        cmocka_unit_test(test_account_without_a_line_has_no_identity),
        cmocka_unit_test(test_star_leaves_others_to_what_follows),
        cmocka_unit_test(test_file_that_was_not_read_refused),
    };

    return cmocka_run_group_tests_name("map_file", tests, NULL, NULL);
}
