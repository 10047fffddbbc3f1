/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/host_message.h"

#include <arpa/inet.h>
#include <string.h>

enum { WAIT_FOR_KEY = 1, ASSERTION_HEAD = 1 + 1 + 4 };

/* The result bytes on the wire. */
static const enum cs_err results[] = {CS_OK,          CS_ERR_NOT_FOUND,   CS_ERR_INPUT,
                                      CS_ERR_TIMEOUT, CS_ERR_UNAVAILABLE, CS_ERR_CANCELLED};

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

enum cs_err cs_u2f_host_write_request(const struct cs_u2f_host_request *request,
                                      struct cs_secret *ret_packet, struct cs_error *error)
{
    unsigned char bytes[CS_U2F_HOST_REQUEST_MAX];
    struct cursor cursor = {bytes, sizeof bytes, 0, false};

    if (request->handle_count > CS_U2F_RELAY_HANDLES)
        return cs_fail(error, CS_ERR_INPUT, "at most %d security keys can be asked",
                       CS_U2F_RELAY_HANDLES);
    put_byte(&cursor, CS_U2F_HOST_VERSION);
    put_byte(&cursor, request->purpose);
    put_byte(&cursor, request->wait_for_key ? WAIT_FOR_KEY : 0);
    put_number(&cursor, request->milliseconds);
    put(&cursor, request->app_hash, sizeof request->app_hash);
    put(&cursor, request->client_hash, sizeof request->client_hash);
    put_byte(&cursor, request->handle_count);
    for (size_t i = 0; i < request->handle_count; i++) {
        const struct cs_u2f_handle *handle = &request->handles[i];

        if (handle->length == 0 || handle->length > CS_U2F_HANDLE_MAX)
            return cs_fail(error, CS_ERR_INPUT, "the handle of a security key has %zu bytes",
                           handle->length);
        put_byte(&cursor, handle->length);
        put(&cursor, handle->bytes, handle->length);
    }
    return finish(&cursor, ret_packet, error);
}

static void get_handles(struct cursor *cursor, struct cs_u2f_host_request *request)
{
    request->handle_count = get_byte(cursor);
    if (request->handle_count > CS_U2F_RELAY_HANDLES)
        cursor->failed = true;
    for (size_t i = 0; i < request->handle_count && !cursor->failed; i++) {
        struct cs_u2f_handle *handle = &request->handles[i];

        handle->length = get_byte(cursor);
        if (handle->length == 0 || handle->length > CS_U2F_HANDLE_MAX)
            cursor->failed = true;
        else
            get(cursor, handle->bytes, handle->length);
    }
}

enum cs_err cs_u2f_host_read_request(const struct cs_secret *packet,
                                     struct cs_u2f_host_request *ret_request,
                                     struct cs_error *error)
{
    struct cursor cursor = {(unsigned char *)packet->data, packet->length, 0, packet->data == NULL};
    struct cs_u2f_host_request request = {0};
    unsigned version = get_byte(&cursor), purpose = get_byte(&cursor), flags = get_byte(&cursor);

    request.milliseconds = get_number(&cursor);
    get(&cursor, request.app_hash, sizeof request.app_hash);
    get(&cursor, request.client_hash, sizeof request.client_hash);
    get_handles(&cursor, &request);
    if (cursor.failed || cursor.position != cursor.length || version != CS_U2F_HOST_VERSION ||
        purpose > CS_U2F_AUTHENTICATE || (flags & ~(unsigned)WAIT_FOR_KEY) != 0 ||
        request.milliseconds > CS_U2F_HOST_MS_MAX ||
        (purpose == CS_U2F_AUTHENTICATE && request.handle_count == 0))
        return broken(error, "request");
    request.purpose = purpose;
    request.wait_for_key = flags != 0;
    *ret_request = request;
    return CS_OK;
}

/* ---- answer ---- */

static unsigned result_byte(enum cs_err result)
{
    for (unsigned i = 0; i < CS_ARRAY_SIZE(results); i++) {
        if (results[i] == result)
            return i;
    }
    return result_byte(CS_ERR_UNAVAILABLE);
}

enum cs_err cs_u2f_host_write_answer(const struct cs_u2f_host_answer *answer,
                                     struct cs_secret *ret_packet, struct cs_error *error)
{
    unsigned char bytes[CS_U2F_HOST_ANSWER_MAX];
    struct cursor cursor = {bytes, sizeof bytes, 0, false};
    const struct cs_u2f_assertion *assertion = &answer->answer.assertion;

    put_byte(&cursor, CS_U2F_HOST_VERSION);
    put_byte(&cursor, result_byte(answer->result));
    if (answer->result == CS_OK && answer->purpose == CS_U2F_REGISTER)
        put(&cursor, answer->data, answer->length);
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

static void get_registration(struct cursor *cursor, struct cs_u2f_host_answer *answer)
{
    answer->length = cursor->length - cursor->position;
    if (answer->length == 0 || answer->length > CS_U2F_REGISTRATION_MAX)
        cursor->failed = true;
    else
        get(cursor, answer->data, answer->length);
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
    answer.result = results[result];
    if (answer.result == CS_OK && purpose == CS_U2F_REGISTER)
        get_registration(&cursor, &answer);
    else if (answer.result == CS_OK)
        get_assertion(&cursor, &answer.answer);
    if (cursor.failed || cursor.position != cursor.length ||
        (answer.result == CS_OK && purpose == CS_U2F_AUTHENTICATE &&
         answer.answer.key >= handle_count))
        return broken(error, "answer");
    *ret_answer = answer;
    return CS_OK;
}
