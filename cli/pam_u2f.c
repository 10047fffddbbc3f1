/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pam_u2f.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64url.h"
#include "base/strlist.h"
#include "u2f/verify.h"

#define ENROL "register it with 'countersign enroll u2f'"

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

/* What pam_u2f reads with sshformat: keys of ssh-keygen, which all have the application "ssh:". */
static const char ssh_form[] = "-----BEGIN OPENSSH PRIVATE KEY-----";

enum cs_err cs_pam_u2f_split(char *text, struct cs_pam_u2f_lines *ret_lines, struct cs_error *error)
{
    struct cs_pam_u2f_lines lines = {0};
    char *line, *rest = text;
    size_t count = count_lines(text);

    if (strncmp(text, ssh_form, sizeof ssh_form - 1) == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "a key of ssh-keygen (pam_u2f's sshformat): its application is 'ssh:', and "
                       "what logs in to ssh cannot be the second factor, too; " ENROL);
    if (count > LINES_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "more than %d lines", LINES_MAX);
    lines.items = calloc(count, sizeof *lines.items);
    if (lines.items == NULL)
        return cs_fail_nomem(error);
    for (size_t number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        size_t length = strlen(line);

        while (length > 0 && strchr("\r\t ", line[length - 1]) != NULL)
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
        return cs_fail(error, CS_ERR_INPUT,
                       "it has no handle, because the key keeps it (resident); " ENROL);
    if (strcspn(text, "=") > BASE64_MAX)
        return cs_fail(error, CS_ERR_INPUT, "its handle is longer than %d bytes",
                       CS_U2F_HANDLE_MAX);
    if (!decode_base64(text, ret_handle->bytes, sizeof ret_handle->bytes, &ret_handle->length) ||
        ret_handle->length == 0)
        return cs_fail(error, CS_ERR_INPUT, "its handle is not base64");
    return CS_OK;
}

/* What the file holds of a public key: of a point the coordinates, without the byte before them
 * that announces them. */
static const struct type {
    const char *name;
    enum cs_u2f_algorithm algorithm;
    size_t bytes;
} types[] = {
    {"es256", CS_U2F_ES256, CS_U2F_PUBLIC_KEY_BYTES - 1},
    {"eddsa", CS_U2F_EDDSA, CS_U2F_EDDSA_BYTES},
};

/* In any letter case, as pam_u2f compares them since 1.2. */
static enum cs_err find_type(const char *name, const struct type **ret_type, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(types); i++) {
        if (strcasecmp(name, types[i].name) == 0) {
            *ret_type = &types[i];
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_INPUT, "its type '%.32s' is neither es256 nor eddsa; " ENROL,
                   name);
}

static enum cs_err read_base64_key(const char *text, const struct type *type,
                                   struct cs_u2f_public_key *ret_key, struct cs_error *error)
{
    size_t before = type->algorithm == CS_U2F_ES256 ? 1 : 0, length = 0;

    *ret_key = (struct cs_u2f_public_key){.algorithm = type->algorithm,
                                          .bytes = {before == 1 ? 0x04 : 0},
                                          .length = before + type->bytes};
    if (!decode_base64(text, ret_key->bytes + before, type->bytes, &length) ||
        length != type->bytes)
        return cs_fail(error, CS_ERR_INPUT, "its public key is not %zu bytes of base64",
                       type->bytes);
    return CS_OK;
}

static enum cs_err read_hexadecimal_key(const char *text, struct cs_u2f_public_key *ret_key,
                                        struct cs_error *error)
{
    *ret_key =
        (struct cs_u2f_public_key){.algorithm = CS_U2F_ES256, .length = CS_U2F_PUBLIC_KEY_BYTES};
    if (!decode_hexadecimal(text, ret_key->bytes, ret_key->length))
        return cs_fail(error, CS_ERR_INPUT, "its public key is not %d hexadecimal digits",
                       2 * CS_U2F_PUBLIC_KEY_BYTES);
    return CS_OK;
}

/* A PIN shows in what the key signs as verification does, whatever the credential was made with. */
static enum cs_err read_options(char *options, struct cs_pam_u2f_key *key, struct cs_error *error)
{
    const struct {
        const char *name;
        bool *demanded;
    } known[] = {
        {"presence", &key->touched}, {"verification", &key->verifies}, {"pin", &key->verifies}};
    const char *option;

    while ((option = strsep(&options, "+")) != NULL) {
        size_t i = 0;

        if (option[0] == '\0')
            continue;
        while (i < CS_ARRAY_SIZE(known) && strcmp(option, known[i].name) != 0)
            i++;
        if (i == CS_ARRAY_SIZE(known))
            return cs_fail(error, CS_ERR_INPUT,
                           "its option '%.32s' is none of presence, pin, verification", option);
        *known[i].demanded = true;
    }
    return CS_OK;
}

static enum cs_err read_fido2(const char *point, const char *type_name, char *options,
                              struct cs_pam_u2f_key *key, struct cs_error *error)
{
    const struct type *type = NULL;
    enum cs_err result = find_type(type_name, &type, error);

    key->fido2 = true;
    if (result == CS_OK)
        result = read_options(options, key, error);
    if (result == CS_OK)
        result = read_base64_key(point, type, &key->public_key, error);
    return result;
}

enum cs_err cs_pam_u2f_read_key(const char *text, struct cs_pam_u2f_key *ret_key,
                                struct cs_error *error)
{
    struct cs_pam_u2f_key key = {0};
    CS_AUTO(cs_string_free) char *copy = strdup(text);
    char *rest = copy;
    const char *handle = strsep(&rest, ","), *point = strsep(&rest, ","),
               *type = strsep(&rest, ",");
    enum cs_err result;

    if (copy == NULL)
        return cs_fail_nomem(error);
    if (point == NULL)
        return cs_fail(error, CS_ERR_INPUT, "it is not a handle, a comma and a public key");
    if (type != NULL) {
        result = read_fido2(point, type, rest, &key, error);
    } else {
        key.touched = true;
        result = read_hexadecimal_key(point, &key.public_key, error);
    }
    if (result == CS_OK)
        result = read_handle(handle, &key.handle, error);
    if (result == CS_OK)
        result = cs_u2f_check_public_key(&key.public_key, error);
    if (result == CS_OK)
        *ret_key = key;
    return result;
}
