/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>

#include "base/file.h"
#include "store/key.h"

#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ONES "//////////////////////////////////////////8="
#define MIX "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

static void expect(void **state, const char *text, size_t length, enum cs_err expected,
                   const char *refusal)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {.count = 99};
    struct cs_error error = {0};
    char path[PATH_SIZE];
    enum cs_err result;

    write_file(folder_path(state, "key", path), 0640, text, length);
    result = cs_keys_load(path, &keys, &error);
    if (result != expected)
        fail_msg("'%s': result %d: %s", text, (int)result, error.text);
    assert_contains(error.text, refusal);
    assert_contains(error.text, path);
    assert_int_equal(keys.count, 99); /* untouched */
}

static void test_load_good_file(void **state)
{
    static const char *const texts[] = {MIX "\n", MIX, MIX "\n" ZEROS "\n",
                                        MIX "\n" ZEROS "\n" ONES "\n" ZEROS "\n"};
    static const size_t counts[] = {1, 1, 2, 4};
    char path[PATH_SIZE];

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
        struct cs_error error = {0};

        write_file(folder_path(state, "key", path), 0640, texts[i], strlen(texts[i]));
        if (cs_keys_load(path, &keys, &error) != CS_OK)
            fail_msg("%s", error.text);
        assert_int_equal(keys.count, counts[i]);
        for (unsigned b = 0; b < CS_KEY_BYTES; b++)
            assert_int_equal(keys.items[0].bytes[b], b + 1);
        /* SHA-256 of the bytes 1 to 32 starts with ae216c2e. */
        assert_int_equal(keys.items[0].id, 0xae216c2e);
        assert_ptr_equal(cs_keys_find(&keys, 0xae216c2e), &keys.items[0]);
        assert_null(cs_keys_find(&keys, 1));
    }
}

static void test_load_bad_lines_refused_with_their_number(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *refusal;
    } rows[] = {
        {TEXT(""), ": empty; restore it from its backup"},
        {TEXT("\n"), ":1: not a key of 44"},
        {TEXT(MIX "\n\n"), ":2: not a key of 44"},
        {TEXT(MIX "\r\n"), ":1: not a key of 44"},
        {TEXT(" " MIX "\n"), ":1: not a key of 44"},
        {TEXT(MIX " \n"), ":1: not a key of 44"},
        {TEXT("# a comment\n" MIX "\n"), ":1: not a key of 44"},
        {TEXT(MIX "\n" ZEROS "x\n"), ":2: not a key of 44"},
        {TEXT(MIX "\nAAAA\n"), ":2: not a key of 44"},
        {TEXT(MIX "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"), ":2: not base64 of 32"},
        {TEXT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"), ":1: not base64 of 32"},
        {TEXT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!=\n"), ":1: not base64 of 32"},
        {TEXT("AAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), ":1: not base64 of 32"},
        {TEXT("AAAAAAAAAAAA\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), ":1: not base64 of 32"},
        {TEXT("=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), ":1: not base64 of 32"},
        {TEXT("  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), ":1: not base64 of 32"},
        {TEXT("AAAAAAAAAAAAAAAAAAAA=AAAAAAAAAAAAAAAAAAAAAA=\n"), ":1: not base64 of 32"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        expect(state, rows[i].text, rows[i].length, CS_ERR_CONFIG, rows[i].refusal);
}

static void test_load_five_keys_refused(void **state)
{
    static const char text[] = MIX "\n" ZEROS "\n" ONES "\n" MIX "\n" ZEROS "\n";

    expect(state, text, sizeof text - 1, CS_ERR_LIMIT, "larger than");
}

static void test_load_missing_open_or_link_refused(void **state)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    struct cs_error error = {0};
    char path[PATH_SIZE], link[PATH_SIZE];

    folder_path(state, "key", path);
    assert_int_equal(cs_keys_load(path, &keys, &error), CS_ERR_NOT_FOUND);
    assert_contains(error.text, "there is no key; restore it from its backup");
    write_file(path, 0644, MIX "\n", 45);
    assert_int_equal(cs_keys_load(path, &keys, &error), CS_ERR_TRUST);
    write_file(path, 0660, MIX "\n", 45);
    assert_int_equal(cs_keys_load(path, &keys, &error), CS_ERR_TRUST);
    write_file(path, 0600, MIX "\n", 45);
    assert_int_equal(symlink(path, folder_path(state, "link", link)), 0);
    assert_int_equal(cs_keys_load(link, &keys, &error), CS_ERR_TRUST);
    assert_int_equal(cs_keys_load(path, &keys, &error), CS_OK);
}

static void test_add_save_load_round_trip(void **state)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    char path[PATH_SIZE];
    struct stat status;

    folder_path(state, "key", path);
    for (size_t count = 1; count <= CS_KEYS_MAX; count++) {
        CS_AUTO(cs_keys_wipe) struct cs_keys back = {0};

        assert_int_equal(cs_keys_add(&keys, NULL), CS_OK);
        assert_int_equal(keys.count, count);
        assert_int_equal(cs_keys_save(path, &keys, (unsigned)-1, NULL), CS_OK);
        assert_int_equal(cs_keys_load(path, &back, NULL), CS_OK);
        assert_int_equal(back.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_memory_equal(back.items[i].bytes, keys.items[i].bytes, CS_KEY_BYTES);
            assert_int_equal(back.items[i].id, keys.items[i].id);
        }
    }
    assert_int_equal(cs_keys_add(&keys, NULL), CS_ERR_LIMIT);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(cs_keys_save(path, &keys, getegid(), NULL), CS_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void test_add_puts_fresh_key_in_front(void **state)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    struct cs_key first;

    (void)state;
    assert_int_equal(cs_keys_add(&keys, NULL), CS_OK);
    first = keys.items[0];
    assert_int_equal(cs_keys_add(&keys, NULL), CS_OK);
    assert_memory_equal(&keys.items[1], &first, sizeof first);
    assert_memory_not_equal(keys.items[0].bytes, first.bytes, CS_KEY_BYTES);
}

/* Takes the lock in a thread, or what it was refused for. */
struct taker {
    const char *path;
    int fd;
    enum cs_err result;
};

static void *take(void *context)
{
    struct taker *taker = context;

    taker->result = cs_keys_lock(taker->path, &taker->fd, NULL);
    return NULL;
}

static void test_lock_is_held_by_one_until_it_is_closed(void **state)
{
    struct taker second = {.fd = -1, .result = CS_ERR_SYSTEM};
    char path[PATH_SIZE], lock[PATH_SIZE];
    int first = -1, probe;
    struct stat status;
    pthread_t thread;

    second.path = folder_path(state, "key", path);
    assert_int_equal(cs_keys_lock(path, &first, NULL), CS_OK);
    assert_int_equal(stat(folder_path(state, "key.lock", lock), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    probe = open(lock, O_RDWR | O_CLOEXEC);
    assert_true(probe >= 0);
    assert_int_equal(flock(probe, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(pthread_create(&thread, NULL, take, &second), 0);
    cs_fd_close(&first);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(second.result, CS_OK);
    assert_int_equal(flock(probe, LOCK_EX | LOCK_NB), -1);
    cs_fd_close(&second.fd);
    assert_int_equal(flock(probe, LOCK_EX | LOCK_NB), 0);
    cs_fd_close(&probe);
}

static void test_lock_that_others_could_hold_is_refused(void **state)
{
    char path[PATH_SIZE], lock[PATH_SIZE], other[PATH_SIZE];
    struct cs_error error = {0};
    int fd = -1;

    folder_path(state, "key", path);
    write_file(folder_path(state, "key.lock", lock), 0644, "", 0);
    assert_int_equal(cs_keys_lock(path, &fd, &error), CS_ERR_TRUST);
    assert_contains(error.text, "key.lock: mode 0644 is too open");
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(symlink(folder_path(state, "other", other), lock), 0);
    assert_int_not_equal(cs_keys_lock(path, &fd, &error), CS_OK);
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_load_good_file),
        IN_FOLDER(test_load_bad_lines_refused_with_their_number),
        IN_FOLDER(test_load_five_keys_refused),
        IN_FOLDER(test_load_missing_open_or_link_refused),
        IN_FOLDER(test_add_save_load_round_trip),
        cmocka_unit_test(test_add_puts_fresh_key_in_front),
        IN_FOLDER(test_lock_is_held_by_one_until_it_is_closed),
        IN_FOLDER(test_lock_that_others_could_hold_is_refused),
    };

    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
