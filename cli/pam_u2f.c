/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pam_u2f.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "base/strlist.h"
#include "u2f/verify.h"

/* ---- lines ---- */

static int by_user(const void *left, const void *right)
{
    const struct cs_pam_u2f_line *a = left, *b = right;
    int order = strcmp(a->user, b->user);

    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static int by_number(const void *left, const void *right)
{
    const struct cs_pam_u2f_line *a = left, *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

/* A key that a newer line dropped must not come back. */
static void mark_superseded(struct cs_pam_u2f_lines *lines)
{
    struct cs_pam_u2f_line *items = lines->items;

    qsort(items, lines->count, sizeof *items, by_user);
    for (size_t i = 0; i + 1 < lines->count; i++)
        items[i].superseded = strcmp(items[i].user, items[i + 1].user) == 0;
    qsort(items, lines->count, sizeof *items, by_number);
}

static size_t count_lines(const char *text)
{
    size_t count = 1;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

enum { LINES_MAX = 1000000 };

enum cs_err cs_pam_u2f_split(char *text, struct cs_pam_u2f_lines *ret_lines, struct cs_error *error)
{
    struct cs_pam_u2f_lines lines = {0};
    char *line, *rest = text;
    size_t count = count_lines(text);

    if (count > LINES_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "more than %d lines", LINES_MAX);
    lines.items = calloc(count, sizeof *lines.items);
    if (lines.items == NULL)
        return cs_fail_nomem(error);
    for (size_t number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        size_t length = strlen(line);

        if (length > 0 && line[length - 1] == '\r')
            line[--length] = '\0';
        if (length == 0 || line[0] == '#')
            continue;
        lines.items[lines.count++] =
            (struct cs_pam_u2f_line){.number = number, .user = strsep(&line, ":"), .keys = line};
    }
    mark_superseded(&lines);
    *ret_lines = lines;
    return CS_OK;
}

void cs_pam_u2f_lines_clear(struct cs_pam_u2f_lines *lines)
{
    free(lines->items);
    *lines = (struct cs_pam_u2f_lines){0};
}

/* ---- lines without a newline between them ---- */

enum { POINT_DIGITS = 2 * CS_U2F_PUBLIC_KEY_BYTES, TYPE_LETTERS = 5 /* es256, eddsa, rs256 */ };

static const char hexadecimal[] = "0123456789abcdefABCDEF";

/* What follows an option that pam_u2f knows; NULL: it is none of them. */
static const char *behind_option(const char *option)
{
    static const char *const known[] = {"presence", "verification", "pin"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(known); i++) {
        size_t length = strlen(known[i]);

        if (strncmp(option, known[i], length) == 0)
            return option + length;
    }
    return NULL;
}

/* Behind the last option, or in place of the options. */
static const char *behind_options(const char *text, const char *end)
{
    const char *last = memrchr(text, '+', (size_t)(end - text));
    const char *behind = behind_option(last != NULL ? last + 1 : text);

    return behind != NULL || last != NULL ? behind : text;
}

/* Where a credential that another text follows should have ended; NULL: it is damaged. */
static const char *natural_end(const char *text, const char *end)
{
    const char *fields[4] = {text};
    size_t count = 1;

    for (const char *c = text; c < end && count < CS_ARRAY_SIZE(fields); c++) {
        if (*c == ',')
            fields[count++] = c + 1;
    }
    if (count == CS_ARRAY_SIZE(fields))
        return behind_options(fields[3], end);
    if (count == 3 && end - fields[2] >= TYPE_LETTERS)
        return fields[2] + TYPE_LETTERS;
    if (count == 2 && strspn(fields[1], hexadecimal) >= POINT_DIGITS)
        return fields[1] + POINT_DIGITS;
    return NULL;
}

const char *cs_pam_u2f_glued(const char *keys)
{
    const char *end;

    for (; (end = strchr(keys, ':')) != NULL; keys = end + 1) {
        const char *other = natural_end(keys, end);

        if (other != NULL && other < end)
            return other;
    }
    return NULL;
}

/* ---- one credential ---- */

enum { BASE64_MAX = CS_BASE64URL_LENGTH(CS_U2F_HANDLE_MAX) };

/* In either alphabet, with or without padding: all of these are in use. */
static bool decode_base64(const char *text, unsigned char *ret_data, size_t room,
                          size_t *ret_length)
{
    char plain[BASE64_MAX];
    size_t length = strcspn(text, "=");
    size_t padding = strspn(text + length, "=");

    if (length > sizeof plain || padding > 2 || text[length + padding] != '\0')
        return false;
    for (size_t i = 0; i < length; i++) {
        plain[i] = text[i];
        if (text[i] == '+')
            plain[i] = '-';
        if (text[i] == '/')
            plain[i] = '_';
    }
    return cs_base64url_decode(plain, length, ret_data, room, ret_length);
}

static bool decode_hexadecimal(const char *text, unsigned char *out, size_t length)
{
    if (strlen(text) != 2 * length)
        return false;
    for (size_t i = 0; i < 2 * length; i++) {
        const char *found = strchr(hexadecimal, text[i]);
        unsigned digit = found ? (unsigned)(found - hexadecimal) : 22;

        if (digit == 22) /* also the NUL that ends `hexadecimal` */
            return false;
        if (digit > 15)
            digit -= 6;
        out[i / 2] = (unsigned char)((unsigned)out[i / 2] << 4 | digit);
    }
    return true;
}

static enum cs_err read_handle(const char *text, struct cs_u2f_handle *ret_handle,
                               struct cs_error *error)
{
    if (strcmp(text, "*") == 0)
        return cs_fail(error, CS_ERR_INPUT, "it has no handle (resident): that is FIDO2 only");
    if (strcspn(text, "=") > BASE64_MAX)
        return cs_fail(error, CS_ERR_INPUT, "its handle is longer than %d bytes",
                       CS_U2F_HANDLE_MAX);
    if (!decode_base64(text, ret_handle->bytes, sizeof ret_handle->bytes, &ret_handle->length) ||
        ret_handle->length == 0)
        return cs_fail(error, CS_ERR_INPUT, "its handle is not base64");
    return CS_OK;
}

/* The newer form holds the coordinates, without the byte that announces them. */
static enum cs_err read_public_key(const char *text, bool newer,
                                   unsigned char ret_key[CS_U2F_PUBLIC_KEY_BYTES],
                                   struct cs_error *error)
{
    struct cs_u2f_public_key key = {.algorithm = CS_U2F_ES256, .length = CS_U2F_PUBLIC_KEY_BYTES};
    size_t length = 0;

    if (newer) {
        ret_key[0] = 0x04;
        if (!decode_base64(text, ret_key + 1, CS_U2F_PUBLIC_KEY_BYTES - 1, &length) ||
            length != CS_U2F_PUBLIC_KEY_BYTES - 1)
            return cs_fail(error, CS_ERR_INPUT, "its public key is not %d bytes of base64",
                           CS_U2F_PUBLIC_KEY_BYTES - 1);
    } else if (!decode_hexadecimal(text, ret_key, CS_U2F_PUBLIC_KEY_BYTES)) {
        return cs_fail(error, CS_ERR_INPUT, "its public key is not %d hexadecimal digits",
                       2 * CS_U2F_PUBLIC_KEY_BYTES);
    }
    memcpy(key.bytes, ret_key, sizeof key.bytes);
    return cs_u2f_check_public_key(&key, error);
}

/* U2F has one kind of key and asks for a touch: a credential that demands a PIN or a fingerprint
 * must not get by with less here. */
static enum cs_err check_kind(const char *type, char *options, struct cs_error *error)
{
    char *option;

    if (strcmp(type, "es256") != 0)
        return cs_fail(error, CS_ERR_INPUT, "its type '%.32s' is not es256: that is FIDO2 only",
                       type);
    while ((option = strsep(&options, "+")) != NULL) {
        if (option[0] != '\0' && strcmp(option, "presence") != 0)
            return cs_fail(error, CS_ERR_INPUT,
                           "its option '%.32s' asks for more than a touch: that is FIDO2 only",
                           option);
    }
    return CS_OK;
}

enum cs_err cs_pam_u2f_read_key(const char *text, struct cs_pam_u2f_key *ret_key,
                                struct cs_error *error)
{
    struct cs_pam_u2f_key key = {0};
    CS_AUTO(cs_string_free) char *copy = strdup(text);
    char *rest = copy;
    const char *handle = strsep(&rest, ","), *point = strsep(&rest, ","),
               *type = strsep(&rest, ",");
    enum cs_err result = CS_OK;

    if (copy == NULL)
        return cs_fail_nomem(error);
    if (point == NULL)
        return cs_fail(error, CS_ERR_INPUT, "it is not a handle, a comma and a public key");
    if (type != NULL)
        result = check_kind(type, rest, error);
    if (result == CS_OK)
        result = read_handle(handle, &key.handle, error);
    if (result == CS_OK)
        result = read_public_key(point, type != NULL, key.public_key, error);
    if (result == CS_OK)
        *ret_key = key;
    return result;
}
