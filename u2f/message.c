/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/message.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/base64url.h"
#include "base/sanitise.h"
#include "base/secret.h"

enum { REGISTER = 0x01, AUTHENTICATE = 0x02, VERSION = 0x03, HEADER_BYTES = 7, STATUS_BYTES = 2 };

bool cs_u2f_read_verification(const char *word, enum cs_u2f_verification *ret_verification)
{
    static const char *const words[CS_U2F_VERIFICATIONS] = {
        [CS_U2F_DISCOURAGED] = "discouraged",
        [CS_U2F_PREFERRED] = "preferred",
        [CS_U2F_REQUIRED] = "required",
    };

    for (int i = 0; i < CS_U2F_VERIFICATIONS; i++) {
        if (strcmp(word, words[i]) != 0)
            continue;
        *ret_verification = (enum cs_u2f_verification)i;
        return true;
    }
    return false;
}

/* ---- what is signed ---- */

static enum cs_err check_text(const char *what, const char *text, size_t most,
                              struct cs_error *error)
{
    size_t length = strlen(text);

    if (length == 0 || length > most || !cs_is_clean(text, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the U2F %s must be 1 to %zu bytes of UTF-8 without control characters",
                       what, most);
    return CS_OK;
}

static enum cs_err hash(const char *text, size_t length, unsigned char ret_hash[CS_U2F_HASH_BYTES],
                        struct cs_error *error)
{
    if (EVP_Digest(text, length, ret_hash, NULL, EVP_sha256(), NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "cannot compute SHA-256");
    return CS_OK;
}

/* Escapes as json-c does, which libu2f-host writes with; the text has no control characters. */
static void add_escaped(struct cs_buffer *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (strchr("\"\\/", *at) != NULL)
            cs_buffer_text(out, "\\");
        cs_buffer_add(out, at, 1);
    }
}

enum cs_err cs_u2f_client_data(enum cs_u2f_purpose purpose,
                               const unsigned char challenge[CS_U2F_CHALLENGE_BYTES],
                               const char *origin, struct cs_buffer *out, struct cs_error *error)
{
    static const char *const types[] = {
        [CS_U2F_REGISTER] = "navigator.id.finishEnrollment",
        [CS_U2F_AUTHENTICATE] = "navigator.id.getAssertion",
    };
    enum cs_err err = check_text("origin", origin, CS_U2F_ORIGIN_MAX, error);

    if (err != CS_OK)
        return err;
    cs_buffer_text(out, "{ \"challenge\": \"");
    cs_base64url_add(out, challenge, CS_U2F_CHALLENGE_BYTES);
    cs_buffer_text(out, "\", \"origin\": \"");
    add_escaped(out, origin);
    cs_buffer_printf(out, "\", \"typ\": \"%s\" }", types[purpose]);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_u2f_client_hash(enum cs_u2f_purpose purpose,
                               const unsigned char challenge[CS_U2F_CHALLENGE_BYTES],
                               const char *origin, unsigned char ret_hash[CS_U2F_HASH_BYTES],
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_err err = cs_u2f_client_data(purpose, challenge, origin, &text, error);

    return err == CS_OK ? hash(text.text, text.length, ret_hash, error) : err;
}

enum cs_err cs_u2f_app_hash(const char *app_id, unsigned char ret_hash[CS_U2F_HASH_BYTES],
                            struct cs_error *error)
{
    enum cs_err err = check_text("application id", app_id, CS_U2F_APP_ID_MAX, error);

    return err == CS_OK ? hash(app_id, strlen(app_id), ret_hash, error) : err;
}

/* ---- requests ---- */

static void add(struct cs_u2f_apdu *apdu, const void *data, size_t length)
{
    memcpy(apdu->bytes + apdu->length, data, length);
    apdu->length += length;
}

/* CLA, INS, P1, P2, then 0 and two bytes for the length of the data: the extended encoding, the
 * only one for USB. */
static void start(struct cs_u2f_apdu *apdu, unsigned char instruction, unsigned char control,
                  size_t length)
{
    const unsigned char header[HEADER_BYTES] = {
        0, instruction, control, 0, 0, (unsigned char)(length >> 8), (unsigned char)length};

    *apdu = (struct cs_u2f_apdu){0};
    add(apdu, header, sizeof header);
}

/* Two zero bytes: accept a reply of any length. */
static void finish(struct cs_u2f_apdu *apdu)
{
    const unsigned char any[] = {0, 0};

    add(apdu, any, sizeof any);
}

void cs_u2f_apdu_register(const unsigned char client_hash[CS_U2F_HASH_BYTES],
                          const unsigned char app_hash[CS_U2F_HASH_BYTES],
                          struct cs_u2f_apdu *ret_apdu)
{
    start(ret_apdu, REGISTER, CS_U2F_SIGN, 2 * CS_U2F_HASH_BYTES);
    add(ret_apdu, client_hash, CS_U2F_HASH_BYTES);
    add(ret_apdu, app_hash, CS_U2F_HASH_BYTES);
    finish(ret_apdu);
}

enum cs_err cs_u2f_apdu_authenticate(enum cs_u2f_control control,
                                     const unsigned char client_hash[CS_U2F_HASH_BYTES],
                                     const unsigned char app_hash[CS_U2F_HASH_BYTES],
                                     const struct cs_u2f_handle *handle,
                                     struct cs_u2f_apdu *ret_apdu, struct cs_error *error)
{
    unsigned char length = (unsigned char)handle->length;

    if (handle->length < 1 || handle->length > CS_U2F_HANDLE_MAX)
        return cs_fail(error, CS_ERR_INPUT, "a U2F key handle has %zu bytes; it must have 1 to %d",
                       handle->length, CS_U2F_HANDLE_MAX);
    start(ret_apdu, AUTHENTICATE, (unsigned char)control, 2 * CS_U2F_HASH_BYTES + 1U + length);
    add(ret_apdu, client_hash, CS_U2F_HASH_BYTES);
    add(ret_apdu, app_hash, CS_U2F_HASH_BYTES);
    add(ret_apdu, &length, 1);
    add(ret_apdu, handle->bytes, length);
    finish(ret_apdu);
    return CS_OK;
}

/* Without data there is no data length; its zeros become those of the reply length. */
void cs_u2f_apdu_version(struct cs_u2f_apdu *ret_apdu)
{
    start(ret_apdu, VERSION, 0, 0);
}

/* ---- replies ---- */

enum cs_err cs_u2f_read_reply(const unsigned char *reply, size_t length,
                              enum cs_u2f_reply *ret_reply, size_t *ret_length,
                              struct cs_error *error)
{
    static const struct {
        unsigned status;
        enum cs_u2f_reply reply;
        const char *failure; /* NULL: `reply` counts */
    } rows[] = {
        {0x9000, CS_U2F_REPLY_DATA, NULL},
        {0x6985, CS_U2F_REPLY_TOUCH, NULL},
        {0x6a80, CS_U2F_REPLY_UNKNOWN_HANDLE, NULL},
        {0x6700, CS_U2F_REPLY_UNKNOWN_HANDLE, NULL},
        {0x6d00, 0, ": it does not know the instruction"},
        {0x6e00, 0, ": it does not know the class of the instruction"},
    };
    const char *failure = "";
    unsigned status;

    if (length < STATUS_BYTES)
        return cs_fail(error, CS_ERR_INPUT, "the key's reply has no status word");
    status = (unsigned)reply[length - 2] << 8 | reply[length - 1];
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (rows[i].status != status)
            continue;
        if (rows[i].failure == NULL) {
            *ret_reply = rows[i].reply;
            *ret_length = rows[i].reply == CS_U2F_REPLY_DATA ? length - STATUS_BYTES : 0;
            return CS_OK;
        }
        failure = rows[i].failure;
    }
    return cs_fail(error, CS_ERR_UNAVAILABLE, "the key refused with status %04x%s", status,
                   failure);
}

enum cs_err cs_u2f_read_assertion(const unsigned char *data, size_t length,
                                  struct cs_u2f_assertion *ret_assertion, struct cs_error *error)
{
    enum { BEFORE_SIGNATURE = 5 };
    struct cs_u2f_assertion assertion = {0};

    if (length < BEFORE_SIGNATURE + CS_U2F_SIGNATURE_MIN ||
        length > BEFORE_SIGNATURE + CS_U2F_SIGNATURE_MAX)
        return cs_fail(error, CS_ERR_INPUT, "signature data has %zu bytes; it must have %d to %d",
                       length, BEFORE_SIGNATURE + CS_U2F_SIGNATURE_MIN,
                       BEFORE_SIGNATURE + CS_U2F_SIGNATURE_MAX);
    assertion.flags = data[0];
    assertion.counter =
        (uint32_t)data[1] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 8 | data[4];
    assertion.signature_length = length - BEFORE_SIGNATURE;
    memcpy(assertion.signature, data + BEFORE_SIGNATURE, assertion.signature_length);
    *ret_assertion = assertion;
    return CS_OK;
}

enum cs_err cs_u2f_read_version(const unsigned char *data, size_t length, struct cs_error *error)
{
    static const char expected[] = "U2F_V2";

    if (length != sizeof expected - 1 || !cs_equal_ct(data, expected, length))
        return cs_fail(error, CS_ERR_INPUT, "the key does not speak U2F_V2");
    return CS_OK;
}
