/* SPDX-License-Identifier: Apache-2.0 */
/* PAM files as both generations of libpam read them, and walks through small stacks. */
#include "tests/unit/folder.h"

#include <security/_pam_types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor/pam_control.h"
#include "doctor/pam_line.h"
#include "doctor/pam_walk.h"

/* Each line as "NUMBER:TEXT|", blanks at its end taken off, then how the file ends. */
static void read_lines(const char *text, size_t length, bool newer, char out[512])
{
    static const char *const ends[] = {"", "end", "broken", "hangs", "no memory"};
    struct cs_pam_reader reader = {text, text + length, 1, newer};
    enum cs_pam_line_result result;
    struct cs_pam_line line;
    size_t used = 0;

    while ((result = cs_pam_line_next(&reader, &line)) == CS_PAM_LINE) {
        size_t end = line.text.length;

        while (end > 0 && strchr(" \t\n", line.text.text[end - 1]) != NULL)
            end--;
        used += (size_t)snprintf(out + used, 512 - used, "%u:%.*s%s|", line.number,
                                 (int)(end < 20 ? end : 20), line.text.text, end > 20 ? "..." : "");
        cs_buffer_free(&line.text);
    }
    (void)snprintf(out + used, 512 - used, "%s", ends[result]);
    cs_buffer_free(&line.text);
}

static void test_lines(void **state)
{
    static const struct {
        const char *text, *old, *newer; /* NULL: as the old one */
    } rows[] = {
        {"", "end", NULL},
        {"a b\n\n  # c\nd # e\n", "1:a b|4:d|end", NULL},
        {"a \\\nb\n", "1:a  b|end", NULL},
        {"a \\ \t\nb", "1:a  b|end", NULL},
        {"a \\\n# c\nb\n", "1:a  b|end", "1:a|3:b|end"},
        {"a \\\n\nb\n", "1:a  b|end", "1:a|3:b|end"},
        {"# a \\\nb\n", "2:b|end", NULL},
        {"a # b \\\nc\n", "1:a|2:c|end", NULL},
        {"a \\\n", "broken", NULL},
        {"a \\", "broken", NULL},
        {"\\\n\nb", "3:  b|end", "1:|3:b|end"},
    };
    char out[512];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        read_lines(rows[i].text, strlen(rows[i].text), false, out);
        if (rows[i].text[0] != '\\') /* blanks before a line stay, and mean nothing */
            assert_string_equal(out, rows[i].old);
        read_lines(rows[i].text, strlen(rows[i].text), true, out);
        assert_string_equal(out, rows[i].newer ? rows[i].newer : rows[i].old);
    }
}

static void test_long_lines(void **state)
{
    char text[1100], out[512];

    (void)state;
    memset(text, 'x', sizeof text);
    text[1023] = '\n';
    read_lines(text, 1024, false, out);
    assert_string_equal(out, "1:xxxxxxxxxxxxxxxxxxxx...|end");
    text[1023] = 'x';
    text[1030] = '\n';
    read_lines(text, 1031, false, out);
    assert_string_equal(out, "1:xxxxxxxxxxxxxxxxxxxx...|1:xxxxxxx|end");
    read_lines(text, 1031, true, out);
    assert_string_equal(out, "1:xxxxxxxxxxxxxxxxxxxx...|end");
    text[0] = '#'; /* what is too much for a comment is none */
    read_lines(text, 1031, false, out);
    assert_string_equal(out, "1:xxxxxxx|end");
    text[0] = 'x';
    text[1022] = '\\';
    text[1030] = 'x';
    text[1023] = '\n';
    read_lines(text, 1060, false, out);
    assert_string_equal(out, "hangs");
    read_lines(text, 1060, true, out);
    assert_string_equal(out, "1:xxxxxxxxxxxxxxxxxxxx...|end");
}

static void test_words(void **state)
{
    static const char *const rows[][5] = {
        {"a\tb  c", "a", "b", "c"}, {"[a b] c", "a b", "c"}, {"[a \\] b]c", "a ] b", "c"},
        {"a[b c]", "a[b", "c]"},    {"[a b", "a b"},         {"[] a", "", "a"},
        {"[a\\b]", "a\\b"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char *text = strdup(rows[i][0]), *next = text;

        for (size_t j = 1; rows[i][j] != NULL; j++)
            assert_string_equal(cs_pam_word(&next), rows[i][j]);
        assert_null(cs_pam_word(&next));
        free(text);
    }
}

static void test_controls(void **state)
{
    static const struct {
        const char *word;
        bool understood;
        int success, auth_err, ignore;
    } rows[] = {
        {"required", true, CS_PAM_OK, CS_PAM_BAD, CS_PAM_IGNORE},
        {"REQUISITE", true, CS_PAM_OK, CS_PAM_DIE, CS_PAM_IGNORE},
        {"sufficient", true, CS_PAM_DONE, CS_PAM_IGNORE, CS_PAM_IGNORE},
        {"optional", true, CS_PAM_OK, CS_PAM_IGNORE, CS_PAM_IGNORE},
        {"success=ok default=die", true, CS_PAM_OK, CS_PAM_DIE, CS_PAM_DIE},
        {"default=die success=2", true, 2, CS_PAM_DIE, CS_PAM_DIE},
        {" success = done ", true, CS_PAM_DONE, CS_PAM_BAD, CS_PAM_BAD},
        {"success=okauth_err=die", true, CS_PAM_OK, CS_PAM_DIE, CS_PAM_BAD},
        {"", true, CS_PAM_BAD, CS_PAM_BAD, CS_PAM_BAD},
        {"Success=ok", false, CS_PAM_BAD, CS_PAM_BAD, CS_PAM_BAD},
        {"success=0", false, CS_PAM_BAD, CS_PAM_BAD, CS_PAM_BAD},
        {"success=99999999999", false, CS_PAM_BAD, CS_PAM_BAD, CS_PAM_BAD},
        {"auth_err=die success", false, CS_PAM_BAD, CS_PAM_BAD, CS_PAM_BAD},
    };
    int actions[CS_PAM_CODES];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        cs_pam_control_clear(actions);
        assert_int_equal(cs_pam_control_read(actions, rows[i].word), rows[i].understood);
        assert_int_equal(actions[PAM_SUCCESS], rows[i].success);
        assert_int_equal(actions[PAM_AUTH_ERR], rows[i].auth_err);
        assert_int_equal(actions[PAM_IGNORE], rows[i].ignore);
    }
}

/* A machine without /etc/pam.d. */
static void test_pam_conf(void **state)
{
    static const char text[] = "sshd auth required a.so\nOTHER account required b.so\n"
                               "su auth required c.so\n";
    const struct folder *folder = *state;
    const struct cs_pam_source source = {.root = folder->path};
    CS_AUTO(cs_pam_service_clear) struct cs_pam_service service = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    char path[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "etc", path), 0755), 0);
    write_file(folder_path(state, "etc/pam.conf", path), 0644, text, sizeof text - 1);
    assert_int_equal(cs_pam_service_read(&source, "SSHD", &service), CS_OK);
    assert_false(service.refused);
    assert_int_equal(service.count, 2);
    assert_string_equal(service.items[0].module, "a.so");
    assert_string_equal(service.items[0].path, "/etc/pam.conf");
    assert_true(service.items[1].other);
    assert_int_equal(cs_pam_services(&source, &names), CS_OK);
    assert_int_equal(names.count, 3);
}

static void test_no_files(void **state)
{
    const struct folder *folder = *state;
    const struct cs_pam_source source = {.root = folder->path};
    CS_AUTO(cs_pam_service_clear) struct cs_pam_service service = {0};

    assert_int_equal(cs_pam_service_read(&source, "sshd", &service), CS_OK);
    assert_true(service.refused);
    assert_null(service.at);
}

/* A file that includes itself twice would have more lines than anybody can count. */
static void test_endless_includes(void **state)
{
    const struct folder *folder = *state;
    char path[PATH_SIZE], text[600];

    for (int newer = 0; newer < 2; newer++) {
        const struct cs_pam_source source = {
            .root = "", .folder = folder->path, .newer = newer != 0};
        CS_AUTO(cs_pam_service_clear) struct cs_pam_service service = {0};

        folder_path(state, "self", path);
        (void)snprintf(text, sizeof text, "auth include %s\nauth substack %s\n", path, path);
        write_file(path, 0644, text, strlen(text));
        assert_int_equal(cs_pam_service_read(&source, "self", &service), CS_OK);
        assert_true(service.refused);
        assert_int_equal(service.why, CS_PAM_TOO_MANY);
    }
}

/* Deep substacks with resets do not make the walk explode. */
static void test_many_states(void **state)
{
    static struct cs_pam_entry entries[600];
    static struct cs_pam_step steps[600];
    static struct cs_pam_stack stack;
    const struct cs_pam_question question = {.steps = steps, .to = CS_PAM_NOWHERE, .need = 1};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(entries); i++) {
        entries[i].level = (unsigned)(i % CS_PAM_LEVELS);
        entries[i].handling = i % CS_PAM_LEVELS == 15 ? CS_PAM_CALL : CS_PAM_SUBSTACK;
        cs_pam_control_clear(entries[i].actions);
        (void)cs_pam_control_read(entries[i].actions, "success=ok auth_err=reset default=bad");
        steps[i].codes = CS_PAM_MAY_ALL;
        stack.items[stack.count++] = &entries[i];
    }
    assert_int_equal(cs_pam_walk(&stack, &question, NULL), CS_PAM_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_words),     cmocka_unit_test(test_controls),
        IN_FOLDER(test_pam_conf),         IN_FOLDER(test_no_files),
        IN_FOLDER(test_endless_includes), cmocka_unit_test(test_many_states),
    };

    return cmocka_run_group_tests_name("pam_stack", tests, NULL, NULL);
}
