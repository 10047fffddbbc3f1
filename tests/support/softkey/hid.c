/* The functions of hidapi that libu2f-host calls, and the ioctl() by which it looks at a device. */
#include <dirent.h>
#include <fcntl.h>
#include <hidapi/hidapi.h>
#include <linux/hidraw.h>
#include <linux/ioctl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

#define VISIBLE __attribute__((visibility("default")))

enum { KEYS = 8, WORDS_MAX = 512 };

VISIBLE int ioctl(int fd, unsigned long request, ...);

/* The program may clear its environment before it looks for keys. */
static char folder[SOFTKEY_PATH_MAX / 2];

__attribute__((constructor)) static void read_environment(void)
{
    const char *path = getenv("CS_SOFTKEY");

    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (path != NULL)
        (void)snprintf(folder, sizeof folder, "%s", path);
}

/* ---- its words ---- */

static void read_word(struct softkey_wishes *wishes, const char *word)
{
    const char *value = strchr(word, '=');
    unsigned number = value ? (unsigned)strtoul(value + 1, NULL, 10) : 0;

    if (strncmp(word, "touch=", 6) == 0)
        wishes->touch_at = strcmp(word, "touch=now") == 0 ? 1 : number;
    else if (strncmp(word, "counter=", 8) == 0)
        wishes->counter = (long)number;
    else if (strncmp(word, "size=", 5) == 0)
        wishes->size = number;
    else if (strncmp(word, "pull=", 5) == 0)
        wishes->pull = number;
    wishes->bad_signature |= strcmp(word, "bad-signature") == 0;
    wishes->silent |= strcmp(word, "silent") == 0;
    wishes->escape |= strncmp(word, "escape", 6) == 0;
    wishes->escape_exec |= strcmp(word, "escape=exec") == 0;
}

/* False when it was pulled out. */
static bool read_wishes(struct hid_device_ *key)
{
    char text[WORDS_MAX] = "", *rest = text, *word;
    int fd = open(key->path, O_RDONLY | O_CLOEXEC);

    key->wishes = (struct softkey_wishes){.touch_at = 1, .counter = -1};
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
        key->gone = true;
    if (fd >= 0)
        close(fd);
    while ((word = strsep(&rest, " \n")) != NULL)
        read_word(&key->wishes, word);
    return !key->gone;
}

/* ---- hidapi ---- */

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
    for (unsigned i = KEYS; i-- > 0;) {
        struct hid_device_info *entry;

        (void)snprintf(path, sizeof path, "%s/key%u", folder, i);
        if (folder[0] == '\0' || access(path, R_OK | W_OK) != 0)
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
    hid_device *key = calloc(1, sizeof *key);

    if (key == NULL)
        return NULL;
    (void)snprintf(key->path, sizeof key->path, "%s", path);
    if (read_wishes(key))
        return key;
    free(key);
    return NULL;
}

VISIBLE void hid_close(hid_device *key)
{
    free(key);
}

VISIBLE int hid_write(hid_device *key, const unsigned char *data, size_t length)
{
    if (length != SOFTKEY_REPORT + 1 || key->gone || !read_wishes(key))
        return -1;
    softkey_take(key, data + 1);
    return (int)length;
}

VISIBLE int hid_read_timeout(hid_device *key, unsigned char *data, size_t length, int milliseconds)
{
    if (length != SOFTKEY_REPORT || key->gone)
        return -1;
    if (softkey_give(key, data))
        return SOFTKEY_REPORT;
    (void)poll(NULL, 0, milliseconds);
    return 0;
}

/* ---- what libu2f-host asks the kernel itself ---- */

/* Usage page F1D0, usage 1, an application collection: the start of every FIDO key's descriptor. */
static const unsigned char descriptor[] = {0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0xc0};

VISIBLE int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    struct stat status;
    void *argument;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if ((request != HIDIOCGRDESCSIZE && request != HIDIOCGRDESC) || fstat(fd, &status) != 0 ||
        !S_ISREG(status.st_mode))
        return (int)syscall(SYS_ioctl, fd, request, argument);
    if (request == HIDIOCGRDESCSIZE)
        *(int *)argument = sizeof descriptor;
    else
        memcpy(((struct hidraw_report_descriptor *)argument)->value, descriptor, sizeof descriptor);
    return 0;
}
