/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key.h"

#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/strlist.h"
#include "base/trusted_open.h"
#include "store/key_priv.h"
#include "store/store_priv.h"

enum {
    LINE_CHARS = 44, /* 32 bytes in base64, padded */
    FILE_MAX = CS_KEYS_MAX * (LINE_CHARS + 2),
    LOCK_WAIT_SECONDS = 60, /* longer than a rekey itself waits for the store */
};

static enum cs_err set_id(struct cs_key *key, struct cs_error *error)
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(key->bytes, sizeof key->bytes, digest, NULL, EVP_sha256(), NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "SHA-256 is not available");
    key->id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
              digest[3];
    return CS_OK;
}

static enum cs_err parse_line(const char *path, const char *line, size_t length,
                              struct cs_keys *keys, struct cs_error *error)
{
    unsigned char decoded[LINE_CHARS];
    struct cs_key *key = &keys->items[keys->count];
    int bytes;

    if (length != LINE_CHARS || keys->count == CS_KEYS_MAX)
        return cs_fail(
            error, CS_ERR_CONFIG,
            "%s:%zu: not a key of 44 base64 characters; restore the file from its backup", path,
            keys->count + 1);
    bytes = EVP_DecodeBlock(decoded, (const unsigned char *)line, LINE_CHARS);
    /* The decoder reads an equals sign anywhere as zero bits. */
    if (bytes != CS_KEY_BYTES + 1 || memchr(line, '=', LINE_CHARS) != line + LINE_CHARS - 1)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s:%zu: not base64 of 32 bytes; restore the file from its backup", path,
                       keys->count + 1);
    memcpy(key->bytes, decoded, CS_KEY_BYTES);
    cs_wipe(decoded, sizeof decoded);
    keys->count++;
    return set_id(key, error);
}

enum cs_err cs_keys_parse(const char *path, const struct cs_secret *content, struct cs_keys *keys,
                          struct cs_error *error)
{
    const char *line = content->data;
    const char *end = content->data + content->length;

    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        enum cs_err result = parse_line(path, line, (size_t)(stop - line), keys, error);

        if (result != CS_OK)
            return result;
        line = stop + 1;
    }
    if (keys->count == 0)
        return cs_fail(error, CS_ERR_CONFIG, "%s: empty; restore it from its backup", path);
    return CS_OK;
}

enum cs_err cs_keys_load(const char *path, struct cs_keys *ret_keys, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0037};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(path, &trust, &fd, error);

    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "%s: there is no key; restore it from its backup, or run 'countersign init' "
                       "if nobody was ever enrolled",
                       path);
    if (result == CS_OK)
        result = cs_read_all(fd, path, FILE_MAX, &content, error);
    if (result == CS_OK)
        result = cs_keys_parse(path, &content, &keys, error);
    if (result == CS_OK)
        *ret_keys = keys;
    return result;
}

/* Nobody but root may be able to hold it, or to put something else in its place. */
static enum cs_err open_lock(const char *path, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    char folder[PATH_MAX], *slash;
    struct stat status;
    enum cs_err result;

    if (path[0] != '/' || (size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path", path);
    slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    result = cs_check_trusted_folder(folder, &trust, error);
    if (result != CS_OK)
        return result;
    *ret_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    return *ret_fd < 0 ? cs_fail_errno(error, "%s: cannot open the lock", path)
                       : cs_check_trusted(*ret_fd, path, &trust, &status, error);
}

enum cs_err cs_keys_lock(const char *path, int *ret_fd, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *lock = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result;

    if (asprintf(&lock, "%s.lock", path) < 0) {
        lock = NULL;
        return cs_fail_nomem(error);
    }
    result = open_lock(lock, &fd, error);
    if (result != CS_OK)
        return result;
    result = cs_flock_until(fd, cs_clock_ms() + LOCK_WAIT_SECONDS * 1000);
    if (result == CS_ERR_SYSTEM)
        return cs_fail_errno(error, "%s: cannot lock", lock);
    if (result != CS_OK)
        return cs_fail(error, result,
                       "%s: held by another 'countersign rekey' or 'init' for %d s; find it with "
                       "'fuser %s'",
                       lock, LOCK_WAIT_SECONDS, lock);
    *ret_fd = fd;
    fd = -1;
    return CS_OK;
}

enum cs_err cs_keys_save(const char *path, const struct cs_keys *keys, unsigned group,
                         struct cs_error *error)
{
    unsigned char text[FILE_MAX + 1];
    size_t used = 0;
    enum cs_err result;

    for (size_t i = 0; i < keys->count; i++) {
        used += (size_t)EVP_EncodeBlock(text + used, keys->items[i].bytes, CS_KEY_BYTES);
        text[used++] = '\n';
    }
    result = cs_replace_file(path, group == UINT_MAX ? 0600 : 0640, group, text, used, error);
    cs_wipe(text, sizeof text);
    return result;
}

enum cs_err cs_keys_add(struct cs_keys *keys, struct cs_error *error)
{
    if (keys->count == CS_KEYS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the key file already holds %d keys", CS_KEYS_MAX);
    memmove(&keys->items[1], &keys->items[0], keys->count * sizeof keys->items[0]);
    keys->count++;
    if (RAND_priv_bytes(keys->items[0].bytes, CS_KEY_BYTES) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    return set_id(&keys->items[0], error);
}

const struct cs_key *cs_keys_find(const struct cs_keys *keys, uint32_t id)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->items[i].id == id)
            return &keys->items[i];
    }
    return NULL;
}

void cs_keys_wipe(struct cs_keys *keys)
{
    cs_wipe(keys, sizeof *keys);
}
