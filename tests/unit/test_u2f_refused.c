/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguishes a security key that may not be opened from none, which the libraries do not. */
#include "tests/unit/unit.h"

#include <fcntl.h>

#include "tests/support/scratch_folder.h"
#include "u2f/refused.h"

enum { NOBODY = 65534, PATH_SIZE = 128 };

struct machine {
    char root[64], classes[96], devices[96];
};

static void write_file(const char *path, const void *bytes, size_t length, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void make_folder(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static int begin(void **state)
{
    struct machine *machine = calloc(1, sizeof *machine);

    assert_non_null(machine);
    scratch_folder_make(machine->root, sizeof machine->root);
    assert_int_equal(chmod(machine->root, 0755), 0);
    (void)snprintf(machine->classes, sizeof machine->classes, "%s/class", machine->root);
    (void)snprintf(machine->devices, sizeof machine->devices, "%s/dev", machine->root);
    make_folder(machine->classes);
    make_folder(machine->devices);
    *state = machine;
    return 0;
}

static int end(void **state)
{
    struct machine *machine = *state;

    scratch_folder_remove(machine->root);
    free(machine);
    return 0;
}

/* A HID device with that second byte of its usage page, and a node of that mode. */
static void plug_in(const struct machine *machine, const char *name, unsigned char page,
                    unsigned mode)
{
    const unsigned char descriptor[] = {0x06, page, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0xc0};
    char path[PATH_SIZE + 64];

    (void)snprintf(path, sizeof path, "%s/%s", machine->classes, name);
    make_folder(path);
    (void)snprintf(path, sizeof path, "%s/%s/device", machine->classes, name);
    make_folder(path);
    (void)snprintf(path, sizeof path, "%s/%s/device/report_descriptor", machine->classes, name);
    write_file(path, descriptor, sizeof descriptor, 0644);
    (void)snprintf(path, sizeof path, "%s/%s", machine->devices, name);
    write_file(path, "", 0, mode);
}

/* As a user to whom file modes apply. */
static enum cs_err check(const struct machine *machine, struct cs_error *error)
{
    bool root = geteuid() == 0;
    enum cs_err result;

    assert_true(!root || seteuid(NOBODY) == 0);
    result = cs_u2f_check_refused(machine->classes, machine->devices, error);
    assert_true(!root || seteuid(0) == 0);
    return result;
}

static void a_key_that_may_not_be_opened_is_named(void **state)
{
    struct machine *machine = *state;
    struct cs_error error = {0};

    plug_in(machine, "hidraw0", 0xd0, 0666);
    plug_in(machine, "hidraw1", 0xd0, 0);
    assert_int_equal(check(machine, &error), CS_ERR_NOT_FOUND);
    assert_contains(error.text, "/dev/hidraw1 is a security key that this program may not open");
}

static void other_devices_are_none_of_our_business(void **state)
{
    struct machine *machine = *state;
    char path[PATH_SIZE];

    plug_in(machine, "hidraw0", 0xd1, 0); /* a keyboard, say */
    plug_in(machine, "hidraw1", 0xd0, 0666);
    assert_int_equal(check(machine, NULL), CS_OK);
    plug_in(machine, "hidraw2", 0xd0, 0); /* pulled out just now */
    (void)snprintf(path, sizeof path, "%s/hidraw2", machine->devices);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(check(machine, NULL), CS_OK);
}

static void a_machine_without_hid_has_none(void **state)
{
    struct machine *machine = *state;

    assert_int_equal(check(machine, NULL), CS_OK);
    assert_int_equal(rmdir(machine->classes), 0);
    assert_int_equal(check(machine, NULL), CS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_that_may_not_be_opened_is_named, begin, end),
        cmocka_unit_test_setup_teardown(other_devices_are_none_of_our_business, begin, end),
        cmocka_unit_test_setup_teardown(a_machine_without_hid_has_none, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
