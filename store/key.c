/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/trusted_open.h"
#include "store/key_priv.h"

enum {
    LINE_CHARS = 44, /* 32 bytes in base64, padded */
    FILE_MAX = CS_KEYS_MAX * (LINE_CHARS + 2),
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
