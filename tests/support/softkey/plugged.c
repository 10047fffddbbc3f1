/* SPDX-License-Identifier: Apache-2.0 */
/* The plugged-in keys, and the words in their files. */
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    if (strncmp(word, "escape=", 7) == 0)
        (void)snprintf(wishes->deadly, sizeof wishes->deadly, "%s", word + 7);
}

/* False when it was pulled out. */
static bool read_words(struct hid_device_ *key)
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
