/* SPDX-License-Identifier: Apache-2.0 */
/* The plugged-in keys, and the words in their files. */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

enum { WORDS_MAX = 512 };

/* The program may clear its environment before it looks for keys. */
static char folder[SOFTKEY_PATH_MAX / 2];

__attribute__((constructor)) static void read_environment(void)
{
    const char *path = getenv("CS_SOFTKEY");

    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    if (path != NULL)
        (void)snprintf(folder, sizeof folder, "%s", path);
}

/* ---- words ---- */

/* Words as they are; what they change is of the type bool. */
static const struct {
    const char *word;
    size_t offset;
} switches[] = {
    {"bad-signature", offsetof(struct softkey_wishes, bad_signature)},
    {"silent", offsetof(struct softkey_wishes, silent)},
    {"fido2", offsetof(struct softkey_wishes, fido2)},
    {"fido2=2.0", offsetof(struct softkey_wishes, fido2)},
    {"fido2=2.0", offsetof(struct softkey_wishes, old)},
    {"u2f=off", offsetof(struct softkey_wishes, u2f_off)},
    {"make-without-pin", offsetof(struct softkey_wishes, make_without_pin)},
    {"uv", offsetof(struct softkey_wishes, uv)},
    {"always-uv", offsetof(struct softkey_wishes, always_uv)},
    {"alg=eddsa", offsetof(struct softkey_wishes, lacks[SOFTKEY_ES256])},
    {"alg=es256", offsetof(struct softkey_wishes, lacks[SOFTKEY_EDDSA])},
};

/* Words with a number; what they change is of the type unsigned. */
static const struct {
    const char *word;
    size_t offset;
} numbers[] = {
    {"touch=", offsetof(struct softkey_wishes, touch_at)},
    {"size=", offsetof(struct softkey_wishes, size)},
    {"pull=", offsetof(struct softkey_wishes, pull)},
    {"handle=", offsetof(struct softkey_wishes, handle)},
    {"list=", offsetof(struct softkey_wishes, list)},
    {"pin-left=", offsetof(struct softkey_wishes, pin_left)},
    {"pin-status=", offsetof(struct softkey_wishes, pin_status)},
    {"patience=", offsetof(struct softkey_wishes, patience)},
};

static void read_word(struct softkey_wishes *wishes, const char *word)
{
    const char *value = strchr(word, '=');
    unsigned number = value ? (unsigned)strtoul(value + 1, NULL, 10) : 0;

    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(word, switches[i].word) == 0)
            *(bool *)((char *)wishes + switches[i].offset) = true;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strncmp(word, numbers[i].word, strlen(numbers[i].word)) == 0)
            *(unsigned *)(void *)((char *)wishes + numbers[i].offset) = number;
    }
    if (strcmp(word, "touch=now") == 0)
        wishes->touch_at = 1;
    else if (strncmp(word, "counter=", 8) == 0)
        wishes->counter = (long)number;
    else if (strcmp(word, "attest=self") == 0)
        wishes->attestation = SOFTKEY_SELF;
    else if (strcmp(word, "attest=none") == 0)
        wishes->attestation = SOFTKEY_NONE;
    else if (strcmp(word, "attest=wrong") == 0)
        wishes->attestation = SOFTKEY_WRONG;
    else if (strncmp(word, "pin=", 4) == 0)
        (void)snprintf(wishes->pin, sizeof wishes->pin, "%s", word + 4);
    wishes->escape |= strncmp(word, "escape", 6) == 0;
    if (strncmp(word, "escape=", 7) == 0)
        (void)snprintf(wishes->deadly, sizeof wishes->deadly, "%s", word + 7);
}

/* False when it was pulled out. */
static bool read_words(struct hid_device_ *key)
{
    char text[WORDS_MAX] = "", *rest = text, *word;
    struct stat file = {0};
    int fd = open(key->path, O_RDONLY | O_CLOEXEC);

    key->wishes = (struct softkey_wishes){
        .touch_at = 1, .counter = -1, .pin_left = 8, .patience = 30000 / SOFTKEY_BEAT_MS};
    if (fd < 0 || fstat(fd, &file) != 0 || read(fd, text, sizeof text - 1) < 0)
        key->gone = true;
    if (fd >= 0)
        close(fd);
    (void)snprintf(key->plugged_in, sizeof key->plugged_in, "%lu-%lu.%lu",
                   (unsigned long)file.st_ino, (unsigned long)file.st_mtim.tv_sec,
                   (unsigned long)file.st_mtim.tv_nsec);
    while ((word = strsep(&rest, " \n")) != NULL)
        read_word(&key->wishes, word);
    return !key->gone;
}

/* ---- keys ---- */

bool softkey_path(unsigned number, char ret_path[SOFTKEY_PATH_MAX])
{
    (void)snprintf(ret_path, SOFTKEY_PATH_MAX, "%s/key%u", folder, number);
    return folder[0] != '\0' && access(ret_path, R_OK | W_OK) == 0;
}

struct hid_device_ *softkey_open(const char *path)
{
    struct hid_device_ *key = calloc(1, sizeof *key);

    if (key == NULL)
        return NULL;
    (void)snprintf(key->path, sizeof key->path, "%s", path);
    if (read_words(key))
        return key;
    free(key);
    return NULL;
}

bool softkey_write(struct hid_device_ *key, const unsigned char *report, size_t length)
{
    if (length != SOFTKEY_REPORT + 1 || report[0] != 0 || key->gone || !read_words(key))
        return false;
    softkey_take(key, report + 1);
    return true;
}

int softkey_wait(struct hid_device_ *key, int milliseconds, const sigset_t *mask)
{
    const int64_t end = softkey_now() + milliseconds;

    while (!key->out_due && !key->gone) {
        int64_t now = softkey_now(), until = end;
        struct timespec left;
        bool forever = milliseconds < 0;

        if (key->asking && now >= key->beat_at) {
            if (read_words(key))
                softkey_beat(key);
            continue;
        }
        if (!forever && now >= end)
            return 0;
        if (key->asking && (forever || key->beat_at < end)) {
            until = key->beat_at;
            forever = false;
        }
        left = (struct timespec){(until - now) / 1000, (until - now) % 1000 * 1000000};
        /* The system call itself: node.c has a ppoll() of its own. */
        if (syscall(SYS_ppoll, NULL, 0, forever ? NULL : &left, mask, sizeof(uint64_t)) != 0)
            return -1;
    }
    return 1;
}
