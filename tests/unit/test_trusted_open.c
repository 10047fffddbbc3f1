/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include "base/file.h"
#include "base/trusted_open.h"
#include "paths.h"

/* As root the files below belong to root, otherwise to whoever runs the test. */
static struct cs_trust own_trust(mode_t forbidden)
{
    return (struct cs_trust){.owner = geteuid(), .forbidden = forbidden};
}

static enum cs_err try_open(const char *path, const struct cs_trust *trust, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(path, trust, &fd, error);

    assert_int_equal(result == CS_OK, fd >= 0);
    if (result == CS_OK)
        assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    return result;
}

static void expect(const char *path, const struct cs_trust *trust, enum cs_err expected,
                   const char *text)
{
    struct cs_error error = {0};
    enum cs_err result = try_open(path, trust, &error);

    if (result != expected)
        fail_msg("%s: result %d, expected %d: %s", path, (int)result, (int)expected, error.text);
    if (expected != CS_OK)
        assert_contains(error.text, text);
}

static void test_open_good_file_accepted(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE];

    write_file(folder_path(state, "good", path), 0640, "x", 1);
    expect(path, &trust, CS_OK, NULL);
}

static void test_open_relative_or_missing_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE];

    expect("etc/passwd", &trust, CS_ERR_INPUT, "not an absolute path");
    expect("", &trust, CS_ERR_INPUT, "not an absolute path");
    expect(folder_path(state, "none", path), &trust, CS_ERR_NOT_FOUND, "cannot open");
    expect(folder_path(state, "none/none", path), &trust, CS_ERR_NOT_FOUND, "cannot open");
    expect(folder_path(state, "", path), &trust, CS_ERR_TRUST, "not a regular file");
}

static void test_open_each_forbidden_bit_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE];

    folder_path(state, "mode", path);
    for (mode_t bit = 1; bit <= 0400; bit <<= 1) {
        write_file(path, 0600 | bit, "x", 1);
        if ((bit & 0037) != 0)
            expect(path, &trust, CS_ERR_TRUST, "is too open; run chmod 0600 on it");
        else
            expect(path, &trust, CS_OK, NULL);
        unlink(path);
    }
}

static void test_open_link_as_file_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE], link[PATH_SIZE];

    write_file(folder_path(state, "target", path), 0600, "x", 1);
    assert_int_equal(symlink(path, folder_path(state, "link", link)), 0);
    expect(link, &trust, CS_ERR_TRUST, "is a link");
    assert_int_equal(symlink("/nowhere", folder_path(state, "dangling", link)), 0);
    expect(link, &trust, CS_ERR_TRUST, "is a link");
}

static void test_open_link_in_any_component_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE], target[PATH_SIZE];
    const char *const ways[] = {"a/b/c/file", "la/b/c/file", "a/lb/c/file", "a/b/lc/file"};

    assert_int_equal(mkdir(folder_path(state, "a", path), 0755), 0);
    assert_int_equal(mkdir(folder_path(state, "a/b", path), 0755), 0);
    assert_int_equal(mkdir(folder_path(state, "a/b/c", path), 0755), 0);
    write_file(folder_path(state, "a/b/c/file", path), 0600, "x", 1);
    assert_int_equal(symlink("a", folder_path(state, "la", path)), 0);
    assert_int_equal(symlink("b", folder_path(state, "a/lb", path)), 0);
    assert_int_equal(
        symlink(folder_path(state, "a/b/c", target), folder_path(state, "a/b/lc", path)), 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(ways); i++) {
        folder_path(state, ways[i], path);
        if (i == 0)
            expect(path, &trust, CS_OK, NULL);
        else
            expect(path, &trust, CS_ERR_TRUST, "is a link or not a folder");
    }
}

static void test_open_writable_folder_refused_unless_sticky(void **state)
{
    static const struct {
        mode_t mode;
        enum cs_err expected;
    } rows[] = {{0755, CS_OK},  {0775, CS_ERR_TRUST}, {0757, CS_ERR_TRUST}, {0777, CS_ERR_TRUST},
                {01777, CS_OK}, {01775, CS_OK},       {02755, CS_OK},       {02775, CS_ERR_TRUST}};
    const struct cs_trust trust = own_trust(0037);
    char above[PATH_SIZE], folder[PATH_SIZE], path[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "d", above), 0755), 0);
    assert_int_equal(mkdir(folder_path(state, "d/e", folder), 0755), 0);
    write_file(folder_path(state, "d/e/file", path), 0600, "x", 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        assert_int_equal(chmod(folder, rows[i].mode), 0);
        expect(path, &trust, rows[i].expected, "can be written by others");
        assert_int_equal(chmod(folder, 0755), 0);
        assert_int_equal(chmod(above, rows[i].mode), 0); /* the same one level up */
        expect(path, &trust, rows[i].expected, "can be written by others");
        assert_int_equal(chmod(above, 0755), 0);
    }
}

/* Without root no file can be given away, but then our own files are foreign to `owner = 0`. */
static void test_open_foreign_owner_refused(void **state)
{
    const struct cs_trust root_only = {.owner = 0, .forbidden = 0037};
    char folder[PATH_SIZE], path[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "d", folder), 0755), 0);
    write_file(folder_path(state, "d/file", path), 0600, "x", 1);
    if (geteuid() != 0) {
        expect(path, &root_only, CS_ERR_TRUST, "belongs to uid");
        return;
    }
    expect(path, &root_only, CS_OK, NULL);
    assert_int_equal(chown(path, 65534, 65534), 0);
    expect(path, &root_only, CS_ERR_TRUST, "belongs to uid 65534; chown it to root");
    expect(path, &(const struct cs_trust){.owner = 65534, .forbidden = 0037}, CS_OK, NULL);
    expect(path, &(const struct cs_trust){.owner = 65533, .forbidden = 0037}, CS_ERR_TRUST,
           "belongs to uid 65534");
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(chown(folder, 65534, 65534), 0);
    expect(path, &root_only, CS_ERR_TRUST, "the folder belongs to uid 65534");
}

/* A folder that we write to is ours; one above it, and whatever tmpfiles.conf gives to root, is
 * root's. */
static void test_owner_to_chown_to(void **state)
{
    const struct cs_trust ours = {.owner = 65533, .forbidden = 0037};
    struct cs_error error = {0};
    char folder[PATH_SIZE], path[PATH_SIZE];
    struct stat status;
    int fd;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(folder_path(state, "d", folder), 0755), 0);
    write_file(folder_path(state, "d/file", path), 0600, "x", 1);
    assert_int_equal(chown(folder, 65534, 65534), 0);
    assert_int_equal(cs_check_trusted_folder(folder, &ours, &error), CS_ERR_TRUST);
    assert_contains(error.text, "the folder belongs to uid 65534; chown it to uid 65533");
    expect(path, &ours, CS_ERR_TRUST, "the folder belongs to uid 65534; chown it to root");
    assert_int_equal(chown(folder, 0, 0), 0);
    assert_int_equal(chown(path, 65534, 65534), 0);
    expect(path, &ours, CS_ERR_TRUST, "file: belongs to uid 65534; chown it to uid 65533");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(cs_check_trusted(fd, CS_KEY_FILE, &ours, &status, &error), CS_ERR_TRUST);
    assert_contains(error.text, "store.key: belongs to uid 65534; chown it to root");
    assert_int_equal(cs_check_trusted(fd, CS_STORE_FILE, &ours, &status, &error), CS_ERR_TRUST);
    assert_contains(error.text, "store.db: belongs to uid 65534; chown it to uid 65533");
    close(fd);
}

static void test_open_fifo_folder_and_device_refused_at_once(void **state)
{
    const struct cs_trust trust = own_trust(0);
    char path[PATH_SIZE];

    assert_int_equal(mkfifo(folder_path(state, "fifo", path), 0600), 0);
    expect(path, &trust, CS_ERR_TRUST, "not a regular file"); /* does not wait for a writer */
    assert_int_equal(mkdir(folder_path(state, "sub", path), 0700), 0);
    expect(path, &trust, CS_ERR_TRUST, "not a regular file");
    expect("/dev/null", &trust, CS_ERR_TRUST, "not a regular file");
}

static void test_open_file_used_as_folder_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    char path[PATH_SIZE];

    write_file(folder_path(state, "file", path), 0600, "x", 1);
    expect(folder_path(state, "file/x", path), &trust, CS_ERR_TRUST, "not a folder");
}

static void test_open_too_many_folders_refused(void **state)
{
    const struct cs_trust trust = own_trust(0037);
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};

    (void)state;
    for (int i = 0; i < 70; i++)
        cs_buffer_text(&path, "/.");
    expect(path.text, &trust, CS_ERR_LIMIT, "too many folders");
}

static void test_check_folder_itself_and_above(void **state)
{
    const struct cs_trust trust = own_trust(0);
    struct cs_error error = {0};
    char folder[PATH_SIZE], link[PATH_SIZE], path[PATH_SIZE];

    assert_int_equal(mkdir(folder_path(state, "d", folder), 0755), 0);
    assert_int_equal(cs_check_trusted_folder(folder, &trust, &error), CS_OK);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(cs_check_trusted_folder(folder, &trust, &error), CS_ERR_TRUST);
    assert_contains(error.text, "can be written by others (mode 0777)");
    assert_int_equal(symlink("d", folder_path(state, "link", link)), 0);
    assert_int_equal(cs_check_trusted_folder(link, &trust, &error), CS_ERR_TRUST);
    write_file(folder_path(state, "file", path), 0600, "x", 1);
    assert_int_equal(cs_check_trusted_folder(path, &trust, &error), CS_ERR_TRUST);
}

/* A socket may be in the root folder itself. */
static void test_check_folder_root_accepted(void **state)
{
    const struct cs_trust trust = {0};
    struct cs_error error = {0};

    (void)state;
    if (cs_check_trusted_folder("/", &trust, &error) != CS_OK)
        fail_msg("%s", error.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_open_good_file_accepted),
        IN_FOLDER(test_open_relative_or_missing_refused),
        IN_FOLDER(test_open_each_forbidden_bit_refused),
        IN_FOLDER(test_open_link_as_file_refused),
        IN_FOLDER(test_open_link_in_any_component_refused),
        IN_FOLDER(test_open_writable_folder_refused_unless_sticky),
        IN_FOLDER(test_open_foreign_owner_refused),
        IN_FOLDER(test_owner_to_chown_to),
        IN_FOLDER(test_open_fifo_folder_and_device_refused_at_once),
        IN_FOLDER(test_open_file_used_as_folder_refused),
        cmocka_unit_test(test_open_too_many_folders_refused),
        IN_FOLDER(test_check_folder_itself_and_above),
        cmocka_unit_test(test_check_folder_root_accepted),
    };

    return cmocka_run_group_tests_name("trusted_open", tests, NULL, NULL);
}
