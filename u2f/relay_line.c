/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/relay_line.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/base64url.h"
#include "base/secret.h"
#include "base/trim.h"

#define BLANKS " \t\r\n"

#define ENROLLED "answer to a request to enrol"

static const struct {
    const char *prefix;
    const char *name;
    enum cs_u2f_line other; /* version */
} kinds[CS_U2F_LINE_COUNT] = {
    [CS_U2F_LINE_REQUEST] = {CS_U2F_REQUEST_PREFIX, "request", CS_U2F_LINE_REQUEST2},
    [CS_U2F_LINE_ENROL] = {CS_U2F_ENROL_PREFIX, "request to enrol", CS_U2F_LINE_ENROL2},
    [CS_U2F_LINE_ENROLLED] = {CS_U2F_ENROLLED_PREFIX, ENROLLED, CS_U2F_LINE_ENROLLED2},
    [CS_U2F_LINE_ANSWER] = {"", "answer", CS_U2F_LINE_ANSWER},
    [CS_U2F_LINE_REQUEST2] = {CS_U2F_REQUEST2_PREFIX, "request", CS_U2F_LINE_REQUEST},
    [CS_U2F_LINE_ENROL2] = {CS_U2F_ENROL2_PREFIX, "request to enrol", CS_U2F_LINE_ENROL},
    [CS_U2F_LINE_ENROLLED2] = {CS_U2F_ENROLLED2_PREFIX, ENROLLED, CS_U2F_LINE_ENROLLED},
};

const char *cs_u2f_line_name(enum cs_u2f_line line)
{
    return kinds[line].name;
}

enum cs_u2f_line cs_u2f_line_other(enum cs_u2f_line line)
{
    return kinds[line].other;
}

/* Covers prefix and payload, so that no line passes for one of another kind. */
static enum cs_err compute_checksum(enum cs_u2f_line line, const unsigned char *payload,
                                    size_t length, unsigned char ret_sum[CS_U2F_CHECKSUM_BYTES],
                                    struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    unsigned char hash[CS_U2F_HASH_BYTES];

    cs_buffer_text(&text, kinds[line].prefix);
    cs_buffer_add(&text, (const char *)payload, length);
    if (text.failed)
        return cs_fail_nomem(error);
    if (EVP_Digest(text.text, text.length, hash, NULL, EVP_sha256(), NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "cannot compute SHA-256");
    memcpy(ret_sum, hash, CS_U2F_CHECKSUM_BYTES);
    return CS_OK;
}

enum cs_err cs_u2f_wrap(enum cs_u2f_line line, const unsigned char *payload, size_t length,
                        struct cs_buffer *out, struct cs_error *error)
{
    unsigned char whole[CS_U2F_PAYLOAD_MAX + CS_U2F_CHECKSUM_BYTES];
    enum cs_err err;

    if (length < 1 || length > CS_U2F_PAYLOAD_MAX)
        return cs_fail(error, CS_ERR_INPUT, "%zu bytes cannot be sent as the %s", length,
                       kinds[line].name);
    memcpy(whole, payload, length);
    err = compute_checksum(line, payload, length, whole + length, error);
    if (err != CS_OK)
        return err;
    cs_buffer_text(out, kinds[line].prefix);
    cs_base64url_add(out, whole, length + CS_U2F_CHECKSUM_BYTES);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && strncmp(text, prefix, strlen(prefix)) == 0;
}

enum cs_u2f_line cs_u2f_line_kind(const char *text, size_t length)
{
    cs_trim(&text, &length, BLANKS);
    for (int line = 0; line < CS_U2F_LINE_COUNT; line++) {
        if (kinds[line].prefix[0] != '\0' && starts_with(text, length, kinds[line].prefix))
            return (enum cs_u2f_line)line;
    }
    return CS_U2F_LINE_ANSWER; /* has no prefix: it is whatever is left */
}

/* Says why a line is not of the expected kind. */
static enum cs_err fail_kind(enum cs_u2f_line line, enum cs_u2f_line found, const char *text,
                             size_t length, struct cs_error *error)
{
    if (found != CS_U2F_LINE_ANSWER)
        return cs_fail(error, CS_ERR_INPUT, "this is the %s, but the %s is expected",
                       kinds[found].name, kinds[line].name);
    if (starts_with(text, length, CS_U2F_LINE_START) && length > strlen(CS_U2F_LINE_START) &&
        strchr("12", text[strlen(CS_U2F_LINE_START)]) == NULL)
        return cs_fail(error, CS_ERR_INPUT,
                       "this %s was made by another version, which this program does not know",
                       kinds[line].name);
    return cs_fail(error, CS_ERR_INPUT,
                   "the beginning of the %s is missing: copy it whole, from %s or %s to its end",
                   kinds[line].name, kinds[line].prefix, kinds[kinds[line].other].prefix);
}

static enum cs_err check_characters(const char *text, size_t length, struct cs_error *error)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\0' && strchr(CS_BASE64URL_ALPHABET, text[i]) != NULL)
            continue;
        if (text[i] != '\0' && strchr(BLANKS, text[i]) != NULL)
            return cs_fail(error, CS_ERR_INPUT,
                           "there is a blank or a line break within the line: copy it as one line");
        return cs_fail(error, CS_ERR_INPUT,
                       "character %zu after the prefix is not a letter, digit, hyphen or "
                       "underscore, the only characters allowed there",
                       i + 1);
    }
    return CS_OK;
}

enum cs_err cs_u2f_unwrap(enum cs_u2f_line line, const char *text, size_t length,
                          unsigned char ret_payload[CS_U2F_PAYLOAD_MAX], size_t *ret_length,
                          struct cs_error *error)
{
    unsigned char whole[CS_U2F_PAYLOAD_MAX + CS_U2F_CHECKSUM_BYTES];
    unsigned char sum[CS_U2F_CHECKSUM_BYTES];
    enum cs_u2f_line found = cs_u2f_line_kind(text, length);
    size_t payload = 0;
    enum cs_err err;

    cs_trim(&text, &length, BLANKS);
    if (length == 0)
        return cs_fail(error, CS_ERR_INPUT, "the %s is empty", kinds[line].name);
    if (found != line)
        return fail_kind(line, found, text, length, error);
    text += strlen(kinds[line].prefix);
    length -= strlen(kinds[line].prefix);
    if (length > CS_BASE64URL_LENGTH(sizeof whole))
        return cs_fail(error, CS_ERR_INPUT, "the %s is too long: copy nothing but the line",
                       kinds[line].name);
    err = check_characters(text, length, error);
    if (err != CS_OK)
        return err;
    if (cs_base64url_decode(text, length, whole, sizeof whole, &payload) &&
        payload > CS_U2F_CHECKSUM_BYTES) {
        payload -= CS_U2F_CHECKSUM_BYTES;
        err = compute_checksum(line, whole, payload, sum, error);
        if (err != CS_OK)
            return err;
        if (cs_equal_ct(sum, whole + payload, sizeof sum)) {
            memcpy(ret_payload, whole, payload);
            *ret_length = payload;
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_INPUT,
                   "the %s is incomplete or was changed on its way: copy it whole, from its "
                   "first to its last character",
                   kinds[line].name);
}
