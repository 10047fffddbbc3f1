/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include "base/said.h"

static void test_what_a_text_says(void **state)
{
    static const struct {
        const char *text;
        enum cs_said said;
    } rows[] = {
        {"", CS_SAID_NOTHING},
        {" \t\r\n", CS_SAID_NOTHING},
        {"// a comment", CS_SAID_NOTHING},
        {"// {\n", CS_SAID_NOTHING},
        {"/* { */", CS_SAID_NOTHING},
        {"/**/", CS_SAID_NOTHING},
        {"/***/ //", CS_SAID_NOTHING},
        {"{}", CS_SAID_DEFAULTS},
        {"/* a */ { // \"retry\": 1\n } /* b */\n", CS_SAID_DEFAULTS},
        {"{\"retry\": 1}", CS_SAID_SETTINGS},
        {"{/**/\"\": 1}", CS_SAID_SETTINGS},
        /* What is wrong is for its reader to refuse: it must not pass for silence. */
        {"{", CS_SAID_SETTINGS},
        {"{}}", CS_SAID_SETTINGS},
        {"{} x", CS_SAID_SETTINGS},
        {"{,}", CS_SAID_SETTINGS},
        {"[]", CS_SAID_SETTINGS},
        {"/* no end", CS_SAID_SETTINGS},
        {"/*/", CS_SAID_SETTINGS},
        {"/", CS_SAID_SETTINGS},
        {"/ /", CS_SAID_SETTINGS},
        {"{ /* no end }", CS_SAID_SETTINGS},
        {"\xef\xbb\xbf", CS_SAID_SETTINGS},
        {"\v", CS_SAID_SETTINGS},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        /* Without a byte behind it: what reads too far is noticed. */
        size_t length = strlen(rows[i].text);
        char *text = malloc(length + 1);

        assert_non_null(text);
        memcpy(text, rows[i].text, length);
        text[length] = '}';
        if (cs_said_in(text, length) != rows[i].said)
            fail_msg("'%s' says %d", rows[i].text, (int)cs_said_in(text, length));
        free(text);
    }
    assert_int_equal(cs_said_in("\0", 1), CS_SAID_SETTINGS);
}

static void test_what_a_file_says(void **state)
{
    char path[PATH_SIZE];

    if (geteuid() != 0) /* the file must belong to root */
        skip();
    assert_int_equal(cs_said_by(folder_path(state, "none", path)), CS_SAID_ABSENT);
    assert_int_equal(cs_said_by("/nonexistent/c.json"), CS_SAID_ABSENT);
    write_file(folder_path(state, "c.json", path), 0640, TEXT("{}"));
    assert_int_equal(cs_said_by(path), CS_SAID_DEFAULTS);
    write_file(path, 0640, TEXT("{\"retry\": 1}"));
    assert_int_equal(cs_said_by(path), CS_SAID_SETTINGS);
    write_file(path, 0640, TEXT(""));
    assert_int_equal(cs_said_by(path), CS_SAID_NOTHING);
}

/* Whoever put it there must not be able to make another configuration count. */
static void test_a_file_that_is_not_to_be_trusted_counts(void **state)
{
    char path[PATH_SIZE], other[PATH_SIZE];

    if (geteuid() != 0)
        skip();
    write_file(folder_path(state, "c.json", path), 0666, TEXT("{}"));
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(cs_said_by(path), CS_SAID_SETTINGS);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, folder_path(state, "link", other)), 0);
    assert_int_equal(cs_said_by(other), CS_SAID_SETTINGS);
    assert_int_equal(symlink("/nonexistent", folder_path(state, "dangling", other)), 0);
    assert_int_equal(cs_said_by(other), CS_SAID_SETTINGS);
    assert_int_equal(chown(path, 65534, 0), 0);
    assert_int_equal(cs_said_by(path), CS_SAID_SETTINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_text_says),
        IN_FOLDER(test_what_a_file_says),
        IN_FOLDER(test_a_file_that_is_not_to_be_trusted_counts),
    };

    return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
