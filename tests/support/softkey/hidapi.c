/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of hidapi that libu2f-host calls; this library is preloaded to replace hidapi. */
#include <hidapi/hidapi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/softkey/softkey.h"

VISIBLE int hid_init(void)
{
    return 0;
}

VISIBLE int hid_exit(void)
{
    return 0;
}

VISIBLE void hid_free_enumeration(struct hid_device_info *list)
{
    while (list != NULL) {
        struct hid_device_info *next = list->next;

        free(list->path);
        free(list);
        list = next;
    }
}

VISIBLE struct hid_device_info *hid_enumerate(unsigned short vendor, unsigned short product)
{
    static wchar_t name[] = L"Software key";
    struct hid_device_info *list = NULL;
    char path[SOFTKEY_PATH_MAX];

    (void)vendor;
    (void)product;
    for (unsigned i = SOFTKEY_KEYS; i-- > 0;) {
        struct hid_device_info *entry;

        if (!softkey_path(i, path))
            continue;
        entry = calloc(1, sizeof *entry);
        if (entry == NULL)
            break;
        entry->path = strdup(path);
        entry->product_string = name;
        entry->next = list;
        list = entry;
    }
    return list;
}

VISIBLE hid_device *hid_open_path(const char *path)
{
    return softkey_open(path);
}

VISIBLE void hid_close(hid_device *key)
{
    free(key);
}

VISIBLE int hid_write(hid_device *key, const unsigned char *data, size_t length)
{
    return softkey_write(key, data, length) ? (int)length : -1;
}

VISIBLE int hid_read_timeout(hid_device *key, unsigned char *data, size_t length, int milliseconds)
{
    if (length != SOFTKEY_REPORT || key->gone)
        return -1;
    if (softkey_wait(key, milliseconds, NULL) <= 0)
        return 0;
    return softkey_give(key, data) ? SOFTKEY_REPORT : -1;
}

/* libu2f-host also opens the file without hidapi, to examine the device itself. */
bool softkey_is_node(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}
