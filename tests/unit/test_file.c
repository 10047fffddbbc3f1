/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include "base/file.h"

static void assert_file(const char *path, mode_t mode, const char *text)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, mode);
    assert_int_equal(cs_read_all(fd, path, 1000, &content, NULL), CS_OK);
    assert_holds(&content, text, strlen(text));
}

static void test_replace_makes_and_replaces_with_mode(void **state)
{
    struct cs_error error = {0};
    char path[PATH_SIZE], other[PATH_SIZE];
    struct stat before, after;

    folder_path(state, "file", path);
    assert_int_equal(cs_replace_file(path, 0600, (unsigned)-1, "one", 3, &error), CS_OK);
    assert_file(path, 0600, "one");
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(link(path, folder_path(state, "hard", other)), 0);
    assert_int_equal(cs_replace_file(path, 0640, (unsigned)-1, "second", 6, &error), CS_OK);
    assert_file(path, 0640, "second");
    assert_int_equal(stat(path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino); /* renamed, never written in place */
    assert_file(other, 0600, "one");
}

static void test_create_replaces_nothing(void **state)
{
    struct cs_error error = {0};
    char path[PATH_SIZE], temporary[PATH_SIZE], link_path[PATH_SIZE];

    folder_path(state, "file", path);
    assert_int_equal(cs_create_file(path, 0640, (unsigned)-1, "one", 3, &error), CS_OK);
    assert_file(path, 0640, "one");
    assert_int_equal(cs_create_file(path, 0600, (unsigned)-1, "two", 3, &error), CS_ERR_TRUST);
    assert_non_null(strstr(error.text, "already exists"));
    assert_file(path, 0640, "one");
    assert_int_equal(access(folder_path(state, "file.new", temporary), F_OK), -1);
    /* A link that leads nowhere is there, too. */
    folder_path(state, "link", link_path);
    assert_int_equal(symlink("nowhere", link_path), 0);
    assert_int_equal(cs_create_file(link_path, 0600, (unsigned)-1, "two", 3, &error), CS_ERR_TRUST);
}

static void test_replace_mode_is_not_the_umasks(void **state)
{
    char path[PATH_SIZE];
    mode_t before = umask(0077);

    assert_int_equal(
        cs_replace_file(folder_path(state, "file", path), 0644, (unsigned)-1, "x", 1, NULL), CS_OK);
    umask(before);
    assert_file(path, 0644, "x");
}

static void test_replace_leftover_and_planted_link_harmless(void **state)
{
    char path[PATH_SIZE], temporary[PATH_SIZE], victim[PATH_SIZE];

    folder_path(state, "file", path);
    folder_path(state, "file.new", temporary);
    write_file(temporary, 0666, "left over", 9);
    assert_int_equal(cs_replace_file(path, 0600, (unsigned)-1, "x", 1, NULL), CS_OK);
    assert_file(path, 0600, "x");
    write_file(folder_path(state, "victim", victim), 0600, "keep", 4);
    assert_int_equal(symlink(victim, temporary), 0);
    assert_int_equal(cs_replace_file(path, 0600, (unsigned)-1, "y", 1, NULL), CS_OK);
    assert_file(path, 0600, "y");
    assert_file(victim, 0600, "keep");
    assert_int_equal(access(temporary, F_OK), -1);
}

static void test_replace_link_replaced_not_followed(void **state)
{
    char path[PATH_SIZE], victim[PATH_SIZE];
    struct stat status;

    write_file(folder_path(state, "victim", victim), 0600, "keep", 4);
    assert_int_equal(symlink(victim, folder_path(state, "file", path)), 0);
    assert_int_equal(cs_replace_file(path, 0600, (unsigned)-1, "x", 1, NULL), CS_OK);
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_file(victim, 0600, "keep");
}

static void test_replace_failure_leaves_old_file_alone(void **state)
{
    struct cs_error error = {0};
    char path[PATH_SIZE], temporary[PATH_SIZE], inside[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "dir", path), 0700), 0);
    write_file(folder_path(state, "dir/x", inside), 0600, "x", 1);
    assert_int_equal(cs_replace_file(path, 0600, (unsigned)-1, "x", 1, &error), CS_ERR_SYSTEM);
    assert_contains(error.text, "cannot replace");
    assert_int_equal(access(folder_path(state, "dir.new", temporary), F_OK), -1);
    assert_int_equal(
        cs_replace_file(folder_path(state, "no/file", path), 0600, (unsigned)-1, "x", 1, &error),
        CS_ERR_NOT_FOUND);
    assert_contains(error.text, "cannot create");
}

static void test_read_all_limit_exact(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    struct cs_error error = {0};
    char path[PATH_SIZE];

    write_file(folder_path(state, "file", path), 0600, "0123456789", 10);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(cs_read_all(fd, "name", 9, &content, &error), CS_ERR_LIMIT);
    assert_string_equal(error.text, "name: larger than 9 bytes");
    assert_null(content.data);
    assert_int_equal(lseek(fd, 5, SEEK_SET), 5); /* the offset does not matter */
    assert_int_equal(cs_read_all(fd, "name", 10, &content, &error), CS_OK);
    assert_holds(&content, "0123456789", 10);
}

static void test_fd_close_keeps_errno_and_marks(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    cs_fd_close(&fd);
    assert_int_equal(fd, -1);
    cs_fd_close(&fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_replace_makes_and_replaces_with_mode),
        IN_FOLDER(test_replace_mode_is_not_the_umasks),
        IN_FOLDER(test_replace_leftover_and_planted_link_harmless),
        IN_FOLDER(test_replace_link_replaced_not_followed),
        IN_FOLDER(test_replace_failure_leaves_old_file_alone),
        IN_FOLDER(test_read_all_limit_exact),
        IN_FOLDER(test_create_replaces_nothing),
        cmocka_unit_test(test_fd_close_keeps_errno_and_marks),
    };

    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
