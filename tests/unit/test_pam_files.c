/* SPDX-License-Identifier: Apache-2.0 */
/* PAM files that libpam reads otherwise than they look. */
#include "tests/unit/folder.h"

#include "base/buffer.h"
#include "cli/check_pam_files.h"

#define MODULE "auth required pam_countersign.so "
#define HASH ": a # ends a PAM line, even in brackets; move that text to the configuration file"

/* Writes a file; DIR in it stands for the folder, because Debian's libpam looks for other names of
 * included files in /etc/pam.d alone. */
static void write_text(void **state, const char *name, const char *text)
{
    const struct folder *folder = *state;
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    const char *mark;
    char path[PATH_SIZE];

    for (; (mark = strstr(text, "DIR")) != NULL; text = mark + 3) {
        cs_buffer_add(&out, text, (size_t)(mark - text));
        cs_buffer_text(&out, folder->path);
    }
    cs_buffer_text(&out, text);
    write_file(folder_path(state, name, path), 0644, out.text, out.length);
}

/* The only warning about a file with this text, behind the file's name; "": there is none. */
static void assert_warns(void **state, const char *text, const char *expected)
{
    const struct folder *folder = *state;
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    char path[PATH_SIZE];

    write_text(state, "sshd", text);
    folder_path(state, "sshd", path);
    assert_int_equal(cs_check_pam_files(folder->path, &warnings), CS_OK);
    assert_int_equal(warnings.count, expected[0] != '\0');
    if (warnings.count == 0)
        return;
    assert_memory_equal(warnings.items[0], path, strlen(path));
    assert_string_equal(warnings.items[0] + strlen(path), expected);
}

static void test_hash(void **state)
{
    static const char *const rows[][2] = {
        {MODULE "[otp_prompt=Code #1: ]\n", ":1" HASH},
        {"# ours\n\n" MODULE "\\\n  retry=1 \\\n [otp_prompt=a \\] b #: ]", ":3" HASH},
        {MODULE "[otp_prompt=Code: ] # ours [ or theirs ]\n", ""},
        {MODULE "retry=1 # [\n" MODULE "[otp_prompt=x] \n", ""},
        {MODULE "otp_prompt=a[b # comment\n", ""},
        {"#" MODULE "[otp_prompt=Code #1: ]\n", ""},
        {"auth required pam_other.so [text=#]\n", ""},
        {"", ""},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_warns(state, rows[i][0], rows[i][1]);
}

static void test_length(void **state)
{
    char text[2048];

    memset(text, 'x', sizeof text);
    memcpy(text, MODULE, sizeof MODULE - 1);
    memcpy(text + 500, "\\\n", 2); /* becomes a blank */
    text[1024] = '\0';
    assert_warns(state, text, "");
    text[1024] = 'x';
    text[1025] = '\0';
    assert_warns(state, text,
                 ":1: the line has 1024 bytes, and libpam before 1.6 takes what is behind 1023 for "
                 "another line; move options to the configuration file");
    text[600] = '#'; /* a comment counts */
    assert_warns(state, text,
                 ":1: the line has 1024 bytes, and libpam before 1.6 takes what is behind 1023 for "
                 "another line; move options to the configuration file");
    text[0] = '#';
    text[500] = text[501] = 'x';
    assert_warns(state, text, "");
}

#define ALONE                                                                                      \
    ": nothing else is in the account stack, so PAM refuses every login that this module did not " \
    "authenticate itself and has nothing to say about, such as one by a key alone; add "           \
    "'@include common-account' or 'account required pam_permit.so' after it"

static void test_account_stack(void **state)
{
    static const char *const rows[][2] = {
        {"account required pam_countersign.so\n", ":1" ALONE},
        {MODULE "\n\n-Account\trequired pam_countersign.so provider=local\n"
                "account required pam_countersign.so\nsession required pam_permit.so\n",
         ":3" ALONE},
        {"account required pam_countersign.so\n# account required pam_permit.so\n", ":1" ALONE},
        {"account required pam_countersign.so\n@include DIR/auth-only\n", ":1" ALONE},
        {"account required pam_countersign.so\n@include DIR/with-account\n", ""},
        {"account required pam_countersign.so\n@include DIR/indirect # more\n", ""},
        {"account required pam_countersign.so\n@include DIR/itself\n", ""},
        {"account required pam_countersign.so\n@include DIR/none\n", ""},
        {"account required pam_countersign.so\naccount include DIR/with-account\n", ""},
        {"account required \\\n pam_countersign.so\naccount required pam_permit.so\n", ""},
        {"accounts required pam_countersign.so\n", ""},
        {MODULE "\n", ""},
    };
    static const char *const files[][2] = {
        {"auth-only", "auth required pam_unix.so\n"},
        {"with-account", "auth required pam_unix.so\naccount required pam_unix.so\n"},
        {"indirect", "@include DIR/with-account\n"},
        {"itself", "@include DIR/itself\n"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(files); i++)
        write_text(state, files[i][0], files[i][1]);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_warns(state, rows[i][0], rows[i][1]);
}

static void test_no_folder(void **state)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    char path[PATH_SIZE];

    assert_int_equal(cs_check_pam_files(folder_path(state, "none", path), &warnings), CS_OK);
    assert_int_equal(warnings.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {IN_FOLDER(test_hash), IN_FOLDER(test_length),
                                       IN_FOLDER(test_account_stack), IN_FOLDER(test_no_folder)};

    return cmocka_run_group_tests_name("pam_files", tests, NULL, NULL);
}
