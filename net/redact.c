/* SPDX-License-Identifier: Apache-2.0 */
#include "net/redact.h"

#include <string.h>
#include <strings.h>

#include "base/lower.h"
#include "base/sanitise.h"
#include "json/json.h"
#include "json/write.h"

enum { NAME_BYTES_MAX = 128 }; /* longer names count as secret, because they are not examined */

/* In lower case and without the characters between words. */
static const char *const parts[] = {"secret",     "password",  "passwd",        "passphrase",
                                    "token",      "assertion", "authorization", "credential",
                                    "privatekey", "otpauth",   "recovery",      "signdata"};
static const char *const endings[] = {"otp", "key", "pwd", "passcode", "answer", "jwt"};
static const char *const wholes[] = {
    "pin",      "code",      "usercode",  "devicecode",    "authcode",
    "totpcode", "authreqid", "requestid", "authsessionid", "authsessionicondata"};

/* ---- names ---- */

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

static int hex_digit(char byte)
{
    const char *digits = "0123456789abcdef";
    const char *place = strchr(digits, byte | 0x20);

    return byte == '\0' || place == NULL ? -1 : (int)(place - digits);
}

/* One byte of a name, decoded if it is %XX. */
static char next_byte(const char *text, size_t length, size_t *at)
{
    char byte = text[(*at)++];

    if (byte == '%' && *at + 2 <= length && hex_digit(text[*at]) >= 0 &&
        hex_digit(text[*at + 1]) >= 0) {
        byte = (char)(hex_digit(text[*at]) * 16 + hex_digit(text[*at + 1]));
        *at += 2;
    }
    return cs_lower(byte);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t most = strlen(ending);

    return length >= most && strcmp(name + length - most, ending) == 0;
}

bool cs_redact_name(const char *name, size_t length)
{
    char plain[NAME_BYTES_MAX + 1];
    size_t used = 0;

    for (size_t at = 0; at < length;) {
        char byte = next_byte(name, length, &at);

        if (!is_letter_or_digit(byte))
            continue;
        if (used == NAME_BYTES_MAX)
            return true;
        plain[used++] = byte;
    }
    plain[used] = '\0';
    for (size_t i = 0; i < CS_ARRAY_SIZE(parts); i++) {
        if (strstr(plain, parts[i]) != NULL)
            return true;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(endings); i++) {
        if (ends_in(plain, endings[i]))
            return true;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(wholes); i++) {
        if (strcmp(plain, wholes[i]) == 0)
            return true;
    }
    return false;
}

/* ---- forms ---- */

void cs_redact_form(struct cs_buffer *out, const char *text, size_t length)
{
    while (length > 0) {
        const char *end = memchr(text, '&', length);
        size_t pair = end != NULL ? (size_t)(end - text) : length;
        const char *equals = memchr(text, '=', pair);
        size_t name = equals != NULL ? (size_t)(equals - text) : pair;

        if (equals != NULL && cs_redact_name(text, name)) {
            cs_sanitise(out, text, name);
            cs_buffer_text(out, "=***");
        } else {
            cs_sanitise(out, text, pair);
        }
        if (end == NULL)
            return;
        cs_buffer_text(out, "&");
        text += pair + 1;
        length -= pair + 1;
    }
}

/* ---- JSON ---- */

static void copy_value(struct cs_json_writer *writer, const struct cs_json_value *value,
                       bool secret);

static void copy_children(struct cs_json_writer *writer, const struct cs_json_value *value,
                          bool secret)
{
    for (const struct cs_json_value *child = cs_json_first(value); child != NULL;
         child = cs_json_next(child))
        copy_value(writer, child, secret);
    cs_json_write_end(writer);
}

/* Everything within a secret container is secret. The reader bounds the depth. */
static void copy_value(struct cs_json_writer *writer, const struct cs_json_value *value,
                       bool secret)
{
    const char *key = cs_json_key(value);
    int64_t number = 0;
    bool flag = false;

    secret = secret || (key != NULL && cs_redact_name(key, strlen(key)));
    switch (cs_json_type(value)) {
    case CS_JSON_OBJECT:
        cs_json_write_object(writer, key);
        copy_children(writer, value, secret);
        return;
    case CS_JSON_ARRAY:
        cs_json_write_array(writer, key);
        copy_children(writer, value, secret);
        return;
    case CS_JSON_BOOL:
        (void)cs_json_bool(value, &flag);
        cs_json_write_bool(writer, key, flag);
        return;
    case CS_JSON_STRING:
        cs_json_write_string(writer, key, secret ? "***" : cs_json_string(value, NULL));
        return;
    case CS_JSON_NUMBER:
        if (!secret && cs_json_integer(value, &number))
            cs_json_write_integer(writer, key, number);
        else
            cs_json_write_string(writer, key, secret ? "***" : "(number)");
        return;
    default:
        cs_json_write_null(writer, key);
    }
}

static bool add_json(struct cs_buffer *out, const char *text, size_t length)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = NULL;
    CS_AUTO(cs_secret_free) struct cs_secret shown = {0};

    if (cs_json_parse("body", text, length, CS_JSON_STRICT, &document, NULL) != CS_OK ||
        (cs_json_type(cs_json_root(document)) != CS_JSON_OBJECT &&
         cs_json_type(cs_json_root(document)) != CS_JSON_ARRAY))
        return false;
    writer = cs_json_writer_new();
    copy_value(writer, cs_json_root(document), false);
    if (cs_json_print(writer, CS_JSON_COMPACT, &shown, NULL) != CS_OK)
        return false;
    cs_sanitise(out, shown.data, shown.length);
    return true;
}

/* ---- bodies ---- */

void cs_redact_body(struct cs_buffer *out, const char *content_type, const char *text,
                    size_t length)
{
    static const char form[] = "application/x-www-form-urlencoded";

    if (length == 0)
        return;
    if (content_type != NULL && strncasecmp(content_type, form, sizeof form - 1) == 0)
        cs_redact_form(out, text, length);
    else if (!add_json(out, text, length))
        cs_buffer_printf(out, "(%zu bytes that are not shown)", length);
}
