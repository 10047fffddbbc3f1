/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/host_message.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    WAIT_FOR_KEY = 0x01,
    FIDO2 = 0x02,
    ATTESTATION = 0x04,
    FLAGS = WAIT_FOR_KEY | FIDO2 | ATTESTATION,
    MUST_VERIFY = 0x01, /* of a handle */
    UNKNOWN = 255,      /* tries left */
};

/* The result bytes on the wire. */
static const struct {
    enum cs_err result;
    enum cs_u2f_pin_state pin; /* with CS_ERR_CANNOT_ASK */
} results[] = {
    {CS_OK, CS_U2F_PIN_ASK},
    {CS_ERR_NOT_FOUND, CS_U2F_PIN_ASK},
    {CS_ERR_INPUT, CS_U2F_PIN_ASK},
    {CS_ERR_TIMEOUT, CS_U2F_PIN_ASK},
    {CS_ERR_UNAVAILABLE, CS_U2F_PIN_ASK},
    {CS_ERR_CANCELLED, CS_U2F_PIN_ASK},
    {CS_ERR_CANNOT_ASK, CS_U2F_PIN_ASK},
    {CS_ERR_CANNOT_ASK, CS_U2F_PIN_WRONG},
    {CS_ERR_RESTING, CS_U2F_PIN_ASK},
    {CS_ERR_LIMIT, CS_U2F_PIN_ASK},
    {CS_ERR_CONFIG, CS_U2F_PIN_ASK},
    {CS_ERR_SPARED, CS_U2F_PIN_ASK},
    {CS_ERR_STALE, CS_U2F_PIN_ASK},
    {CS_ERR_UNSUPPORTED, CS_U2F_PIN_ASK},
};

/* ---- a packet's bytes ---- */

struct cursor {
    unsigned char *data;
    size_t length, position;
    bool failed; /* something did not fit, or was missing */
};

static unsigned char *advance(struct cursor *cursor, size_t length)
{
    unsigned char *start = cursor->data + cursor->position;

    if (cursor->failed || cursor->length - cursor->position < length) {
        cursor->failed = true;
        return NULL;
    }
    cursor->position += length;
    return start;
}

static void put(struct cursor *cursor, const void *bytes, size_t length)
{
    unsigned char *target = advance(cursor, length);

    if (target != NULL && length > 0)
        memcpy(target, bytes, length);
}

static void put_byte(struct cursor *cursor, size_t value)
{
    const unsigned char byte = (unsigned char)value;

    put(cursor, &byte, 1);
}

static void put_number(struct cursor *cursor, uint32_t value)
{
    value = htonl(value);
    put(cursor, &value, sizeof value);
}

static void get(struct cursor *cursor, void *ret_bytes, size_t length)
{
    const unsigned char *source = advance(cursor, length);

    if (source != NULL && length > 0)
        memcpy(ret_bytes, source, length);
}

static unsigned char get_byte(struct cursor *cursor)
{
    unsigned char byte = 0;

    get(cursor, &byte, 1);
    return byte;
}

static uint32_t get_number(struct cursor *cursor)
{
    uint32_t value = 0;

    get(cursor, &value, sizeof value);
    return ntohl(value);
}

static enum cs_err finish(const struct cursor *cursor, struct cs_secret *ret_packet,
                          struct cs_error *error)
{
    if (cursor->failed)
        return cs_fail(error, CS_ERR_INPUT, "a message about a security key is too long");
    return cs_secret_set(ret_packet, cursor->data, cursor->position) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static enum cs_err broken(struct cs_error *error, const char *what)
{
    return cs_fail(error, CS_ERR_PROTOCOL, "the %s about a security key is not valid", what);
}

/* ---- request ---- */

void cs_u2f_host_clear_request(struct cs_u2f_host_request *request)
{
    cs_secret_free(&request->pin);
}

/* Up to 255 bytes after their number. */
static void put_text(struct cursor *cursor, const char *text, size_t length)
{
    put_byte(cursor, length);
    put(cursor, text, length);
}

static void put_handle(struct cursor *cursor, const struct cs_u2f_handle *handle)
{
    put_byte(cursor, handle->length);
    put_byte(cursor, handle->must_verify ? MUST_VERIFY : 0);
    put(cursor, handle->bytes, handle->length);
}

static enum cs_err check_request(const struct cs_u2f_host_request *request, struct cs_error *error)
{
    if (request->handle_count > CS_U2F_RELAY_HANDLES)
        return cs_fail(error, CS_ERR_INPUT, "at most %d security keys can be asked",
                       CS_U2F_RELAY_HANDLES);
    if (request->app_id[0] == '\0' || request->pin.length > CS_U2F_PIN_MAX)
        return cs_fail(error, CS_ERR_INPUT, "the application or the PIN has no valid length");
    for (size_t i = 0; i < request->handle_count; i++) {
        size_t length = request->handles[i].length;

        if (length == 0 || length > CS_U2F_HANDLE_MAX)
            return cs_fail(error, CS_ERR_INPUT, "the handle of a security key has %zu bytes",
                           length);
    }
    return CS_OK;
}

enum cs_err cs_u2f_host_write_request(const struct cs_u2f_host_request *request,
                                      struct cs_secret *ret_packet, struct cs_error *error)
{
    unsigned char bytes[CS_U2F_HOST_REQUEST_MAX];
    struct cursor cursor = {bytes, sizeof bytes, 0, false};
    enum cs_err result = check_request(request, error);

    if (result != CS_OK)
        return result;
    put_byte(&cursor, CS_U2F_HOST_VERSION);
    put_byte(&cursor, request->purpose);
    put_byte(&cursor, (request->wait_for_key ? WAIT_FOR_KEY : 0) | (request->fido2 ? FIDO2 : 0) |
                          (request->attestation ? ATTESTATION : 0));
    put_byte(&cursor, request->verification);
    put_number(&cursor, request->milliseconds);
    put_text(&cursor, request->app_id, strlen(request->app_id));
    put(&cursor, request->client_hash, sizeof request->client_hash);
    put_text(&cursor, request->user, strlen(request->user));
    put_text(&cursor, request->pin.data, request->pin.length);
    put_byte(&cursor, request->handle_count);
    for (size_t i = 0; i < request->handle_count; i++)
        put_handle(&cursor, &request->handles[i]);
    result = finish(&cursor, ret_packet, error);
    cs_wipe(bytes, sizeof bytes);
    return result;
}

/* A text with a NUL in it is none. */
static void get_text(struct cursor *cursor, char *ret_text, size_t size)
{
    size_t length = get_byte(cursor);

    if (length >= size) {
        cursor->failed = true;
        return;
    }
    get(cursor, ret_text, length);
    if (!cursor->failed && memchr(ret_text, '\0', length) != NULL)
        cursor->failed = true;
    ret_text[cursor->failed ? 0 : length] = '\0';
}

static enum cs_err get_pin(struct cursor *cursor, struct cs_secret *ret_pin)
{
    size_t length = get_byte(cursor);
    const unsigned char *bytes = advance(cursor, length);

    if (length > CS_U2F_PIN_MAX)
        cursor->failed = true;
    if (bytes == NULL || length == 0 || cursor->failed)
        return CS_OK;
    return cs_secret_set(ret_pin, bytes, length);
}

static void get_handles(struct cursor *cursor, struct cs_u2f_host_request *request)
{
    request->handle_count = get_byte(cursor);
    if (request->handle_count > CS_U2F_RELAY_HANDLES)
        cursor->failed = true;
    for (size_t i = 0; i < request->handle_count && !cursor->failed; i++) {
        struct cs_u2f_handle *handle = &request->handles[i];
        unsigned flags;

        handle->length = get_byte(cursor);
        flags = get_byte(cursor);
        handle->must_verify = flags == MUST_VERIFY;
        if (handle->length == 0 || handle->length > CS_U2F_HANDLE_MAX || flags > MUST_VERIFY)
            cursor->failed = true;
        else
            get(cursor, handle->bytes, handle->length);
    }
}

static void get_head(struct cursor *cursor, struct cs_u2f_host_request *request)
{
    unsigned version = get_byte(cursor), purpose = get_byte(cursor), flags = get_byte(cursor);
    unsigned verification = get_byte(cursor);

    request->milliseconds = get_number(cursor);
    if (version != CS_U2F_HOST_VERSION || purpose > CS_U2F_AUTHENTICATE ||
        (flags & ~(unsigned)FLAGS) != 0 || verification >= CS_U2F_VERIFICATIONS ||
        request->milliseconds > CS_U2F_HOST_MS_MAX)
        cursor->failed = true;
    request->purpose = purpose;
    request->wait_for_key = (flags & WAIT_FOR_KEY) != 0;
    request->fido2 = (flags & FIDO2) != 0;
    request->attestation = (flags & ATTESTATION) != 0;
    request->verification = verification;
}

enum cs_err cs_u2f_host_read_request(const struct cs_secret *packet,
                                     struct cs_u2f_host_request *ret_request,
                                     struct cs_error *error)
{
    struct cursor cursor = {(unsigned char *)packet->data, packet->length, 0, packet->data == NULL};
    CS_AUTO(cs_u2f_host_clear_request) struct cs_u2f_host_request request = {0};

    get_head(&cursor, &request);
    get_text(&cursor, request.app_id, sizeof request.app_id);
    get(&cursor, request.client_hash, sizeof request.client_hash);
    get_text(&cursor, request.user, sizeof request.user);
    if (get_pin(&cursor, &request.pin) != CS_OK)
        return cs_fail_nomem(error);
    get_handles(&cursor, &request);
    if (cursor.failed || cursor.position != cursor.length || request.app_id[0] == '\0' ||
        (request.purpose == CS_U2F_AUTHENTICATE && request.handle_count == 0))
        return broken(error, "request");
    *ret_request = request;
    request.pin = (struct cs_secret){0};
    return CS_OK;
}

/* ---- answer ---- */

static unsigned result_byte(enum cs_err result, enum cs_u2f_pin_state pin)
{
    if (result != CS_ERR_CANNOT_ASK)
        pin = CS_U2F_PIN_ASK;
    for (unsigned i = 0; i < CS_ARRAY_SIZE(results); i++) {
        if (results[i].result == result && results[i].pin == pin)
            return i;
    }
    return result_byte(CS_ERR_UNAVAILABLE, CS_U2F_PIN_ASK);
}

enum cs_err cs_u2f_host_write_answer(const struct cs_u2f_host_answer *answer,
                                     struct cs_secret *ret_packet, struct cs_error *error)
{
    unsigned char bytes[CS_U2F_HOST_ANSWER_MAX];
    struct cursor cursor = {bytes, sizeof bytes, 0, false};
    const struct cs_u2f_assertion *assertion = &answer->answer.assertion;
    int left = answer->tries_left;

    put_byte(&cursor, CS_U2F_HOST_VERSION);
    put_byte(&cursor, result_byte(answer->result, answer->pin));
    if (answer->result == CS_ERR_CANNOT_ASK)
        put_byte(&cursor, left >= 0 && left < UNKNOWN ? (size_t)left : UNKNOWN);
    if (answer->result == CS_OK && answer->purpose == CS_U2F_REGISTER) {
        put_byte(&cursor, answer->enrolled.form);
        put(&cursor, answer->enrolled.data, answer->enrolled.length);
    }
    if (answer->result == CS_OK && answer->purpose == CS_U2F_AUTHENTICATE) {
        put_byte(&cursor, answer->answer.key);
        put_byte(&cursor, assertion->flags);
        put_number(&cursor, assertion->counter);
        put(&cursor, assertion->signature, assertion->signature_length);
    }
    return finish(&cursor, ret_packet, error);
}

static void get_assertion(struct cursor *cursor, struct cs_u2f_answer *ret_answer)
{
    struct cs_u2f_assertion *assertion = &ret_answer->assertion;

    ret_answer->key = get_byte(cursor);
    assertion->flags = get_byte(cursor);
    assertion->counter = get_number(cursor);
    assertion->signature_length = cursor->length - cursor->position;
    if (assertion->signature_length < CS_U2F_SIGNATURE_MIN ||
        assertion->signature_length > CS_U2F_SIGNATURE_MAX)
        cursor->failed = true;
    else
        get(cursor, assertion->signature, assertion->signature_length);
}

static void get_enrolled(struct cursor *cursor, struct cs_u2f_enrolled *ret_enrolled)
{
    unsigned form = get_byte(cursor);

    ret_enrolled->form = form;
    ret_enrolled->length = cursor->length - cursor->position;
    if ((form != CS_U2F_FORM_U2F && form != CS_U2F_FORM_FIDO2) || ret_enrolled->length == 0 ||
        ret_enrolled->length > CS_U2F_REGISTRATION_MAX)
        cursor->failed = true;
    else
        get(cursor, ret_enrolled->data, ret_enrolled->length);
}

static int get_tries(struct cursor *cursor)
{
    unsigned left = get_byte(cursor);

    return left == UNKNOWN ? -1 : (int)left;
}

enum cs_err cs_u2f_host_read_answer(const struct cs_secret *packet, enum cs_u2f_purpose purpose,
                                    size_t handle_count, struct cs_u2f_host_answer *ret_answer,
                                    struct cs_error *error)
{
    struct cursor cursor = {(unsigned char *)packet->data, packet->length, 0, packet->data == NULL};
    struct cs_u2f_host_answer answer = {.purpose = purpose};
    unsigned version = get_byte(&cursor), result = get_byte(&cursor);

    if (cursor.failed || version != CS_U2F_HOST_VERSION || result >= CS_ARRAY_SIZE(results))
        return broken(error, "answer");
    answer.result = results[result].result;
    answer.pin = results[result].pin;
    answer.tries_left = answer.result == CS_ERR_CANNOT_ASK ? get_tries(&cursor) : -1;
    if (answer.result == CS_OK && purpose == CS_U2F_REGISTER)
        get_enrolled(&cursor, &answer.enrolled);
    else if (answer.result == CS_OK)
        get_assertion(&cursor, &answer.answer);
    if (cursor.failed || cursor.position != cursor.length ||
        (answer.result == CS_OK && purpose == CS_U2F_AUTHENTICATE &&
         answer.answer.key >= handle_count))
        return broken(error, "answer");
    *ret_answer = answer;
    return CS_OK;
}
