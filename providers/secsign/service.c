/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/secsign/service.h"

#include <string.h>

#include "base/lower.h"
#include "base/sanitise.h"

enum { VALUE_BYTES_MAX = 64 };

static const char id_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@.-";

/* ---- what the phone shows ---- */

static const char *value_of(char letter, const char *id, const struct cs_challenge_request *request)
{
    switch (letter) {
    case 's':
        return request->program != NULL ? request->program : "login";
    case 'a':
        return request->name != NULL ? request->name : "";
    case 'h':
        return request->host != NULL ? request->host : "";
    case 'r':
        return request->client != NULL ? request->client : "this host";
    case 'u':
        return id;
    case '%':
        return "%";
    default:
        return NULL;
    }
}

enum cs_err cs_secsign_service_check(const char *text, struct cs_error *error)
{
    static const struct cs_challenge_request any = {0};

    if (text[0] == '\0' || strlen(text) > CS_SECSIGN_SERVICE_MAX ||
        !cs_is_clean(text, strlen(text)) || strpbrk(text, "&=") != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "1 to %d bytes without &, = and control characters expected",
                       CS_SECSIGN_SERVICE_MAX);
    for (const char *at = strchr(text, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (value_of(at[1], "", &any) == NULL)
            return cs_fail(error, CS_ERR_CONFIG,
                           "only %%s, %%a, %%h, %%r, %%u and %%%% are known; write %%%% for a "
                           "percent sign");
    }
    return CS_OK;
}

/* The longest beginning of at most `most` bytes that cuts no character. */
static size_t cut(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void add_value(const char *value, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, value, strlen(value));
    if (clean.length > 0)
        cs_buffer_add(out, clean.text, cut(clean.text, clean.length, VALUE_BYTES_MAX));
    out->failed = out->failed || clean.failed;
}

static void fill(const char *text, const char *id, const struct cs_challenge_request *request,
                 struct cs_buffer *out)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "%");

        cs_buffer_add(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        add_value(value_of(text[1], id, request), out);
        text += 2;
    }
}

void cs_secsign_service_write(const char *text, const char *word, const char *id,
                              const struct cs_challenge_request *request, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};

    /* In front, where neither a small screen nor the limit cuts it off. */
    if (word[0] != '\0')
        cs_buffer_printf(&whole, "%s ", word);
    fill(text, id, request, &whole);
    if (whole.text != NULL) {
        for (char *at = whole.text; (at = strpbrk(at, "&=")) != NULL; at++)
            *at = '-';
    }
    if (whole.length == 0)
        cs_buffer_text(&whole, "-"); /* the server refuses nothing at all */
    if (!whole.failed)
        cs_buffer_add(out, whole.text, cut(whole.text, whole.length, CS_SECSIGN_TEXT_MAX));
    out->failed = out->failed || whole.failed;
}

/* ---- addresses ---- */

static const char *find_id(const char *text)
{
    return strstr(text, "%u");
}

enum cs_err cs_secsign_email_check(const char *text, struct cs_error *error)
{
    const char *place = find_id(text);
    const char *percent = strchr(text, '%');

    if (place == NULL || strlen(text) >= CS_PROVIDER_NAME_SIZE || place != percent ||
        strchr(place + 2, '%') != NULL || !cs_is_clean(text, strlen(text)) ||
        strchr(text, ' ') != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "an address with one %%u expected, where the SecSign ID stands, as in "
                       "%%u@example.com; or %%u alone, if the IDs are addresses");
    return CS_OK;
}

bool cs_secsign_email_write(const char *text, const char *id, struct cs_buffer *out)
{
    const char *place = find_id(text);
    size_t start = out->length;
    const char *at;

    cs_buffer_add(out, text, (size_t)(place - text));
    cs_buffer_text(out, id);
    cs_buffer_text(out, place + 2);
    if (out->failed)
        return false;
    at = strchr(out->text + start, '@');
    return at != NULL && at != out->text + start && at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

/* ---- identities ---- */

bool cs_secsign_id(const char *text, char *ret_id)
{
    size_t length = strlen(text);

    if (length == 0 || length >= CS_PROVIDER_NAME_SIZE || strspn(text, id_bytes) != length)
        return false;
    for (size_t i = 0; i <= length; i++)
        ret_id[i] = cs_lower(text[i]);
    return true;
}
