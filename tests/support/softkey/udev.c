/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that libfido2 calls in libudev. Each also calls the real one, so that it meets what
 * it would meet in the product: the enumeration is the machine's, but its devices are skipped; a
 * key is /dev/null's device with a key's path and attributes.
 */
#include <dlfcn.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/softkey/softkey.h"

static const char stand_in[] = "/sys/devices/virtual/mem/null";

struct udev_list_entry {
    char path[SOFTKEY_PATH_MAX]; /* the name that libfido2 makes a device of */
    struct udev_list_entry *next;
};

struct udev_device {
    char path[SOFTKEY_PATH_MAX + sizeof SOFTKEY_DEV];
    struct udev_device *real;
};

static struct udev_list_entry entries[SOFTKEY_KEYS];
static struct udev_device looked_at; /* libfido2 has one at a time */
static bool of_keys;                 /* the last enumeration is of hidraw devices */

/* Stores a pointer to the real function of that name. */
static void find(const char *name, void *ret_function)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (symbol == NULL)
        abort();
    memcpy(ret_function, &symbol, sizeof symbol);
}

/* ---- the list ---- */

VISIBLE int udev_enumerate_add_match_subsystem(struct udev_enumerate *enumerate,
                                               const char *subsystem)
{
    __typeof__(&udev_enumerate_add_match_subsystem) real;

    find("udev_enumerate_add_match_subsystem", &real);
    of_keys = strcmp(subsystem, "hidraw") == 0;
    return real(enumerate, subsystem);
}

VISIBLE struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *enumerate)
{
    struct udev_list_entry *first = NULL;

    (void)enumerate;
    for (unsigned i = SOFTKEY_KEYS; of_keys && i-- > 0;) {
        if (!softkey_path(i, entries[i].path))
            continue;
        entries[i].next = first;
        first = &entries[i];
    }
    return first;
}

VISIBLE struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry)
{
    return entry->next;
}

VISIBLE const char *udev_list_entry_get_name(struct udev_list_entry *entry)
{
    return entry->path;
}

/* ---- a device, which is its own parent ---- */

VISIBLE struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path)
{
    __typeof__(&udev_device_new_from_syspath) real;

    find("udev_device_new_from_syspath", &real);
    (void)snprintf(looked_at.path, sizeof looked_at.path, SOFTKEY_DEV "%s", path);
    looked_at.real = real(udev, stand_in);
    return looked_at.real != NULL ? &looked_at : NULL;
}

/* libudev calls this for its own devices too. */
VISIBLE struct udev_device *udev_device_unref(struct udev_device *device)
{
    __typeof__(&udev_device_unref) real;

    find("udev_device_unref", &real);
    return real(device == &looked_at ? looked_at.real : device);
}

VISIBLE const char *udev_device_get_devnode(struct udev_device *device)
{
    __typeof__(&udev_device_get_devnode) real;
    const char *path;

    find("udev_device_get_devnode", &real);
    path = real(device->real);
    return path != NULL && strcmp(path, "/dev/null") == 0 ? device->path : NULL;
}

VISIBLE struct udev_device *
udev_device_get_parent_with_subsystem_devtype(struct udev_device *device, const char *subsystem,
                                              const char *type)
{
    __typeof__(&udev_device_get_parent_with_subsystem_devtype) real;

    find("udev_device_get_parent_with_subsystem_devtype", &real);
    return real(device->real, subsystem, type) == NULL ? device : NULL;
}

VISIBLE const char *udev_device_get_sysattr_value(struct udev_device *device, const char *name)
{
    static const char *const attributes[][2] = {
        {"uevent", "HID_ID=0003:00001050:00000120\nHID_NAME=Software key\n"},
        {"manufacturer", "Nobody"},
        {"product", "Software key"},
    };
    __typeof__(&udev_device_get_sysattr_value) real;

    find("udev_device_get_sysattr_value", &real);
    if (real(device->real, "uevent") == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (strcmp(name, attributes[i][0]) == 0)
            return attributes[i][1];
    }
    return NULL;
}
