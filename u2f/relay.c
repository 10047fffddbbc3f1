/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/relay.h"

#include <string.h>

#include "base/base64url.h"
#include "base/sanitise.h"
#include "u2f/relay_line.h"

enum { ASSERTION_HEADER = 5 };

const char *cs_u2f_find_request(const char *prompt, size_t *ret_length)
{
    size_t prefix = strlen(CS_U2F_REQUEST_PREFIX);

    for (const char *at = strstr(prompt, CS_U2F_REQUEST_PREFIX); at != NULL;
         at = strstr(at + prefix, CS_U2F_REQUEST_PREFIX)) {
        if (at != prompt && strchr(" \t\r\n", at[-1]) == NULL)
            continue;
        *ret_length = prefix + strspn(at + prefix, CS_BASE64URL_ALPHABET);
        return at;
    }
    return NULL;
}

/* ---- writing ---- */

struct payload {
    unsigned char bytes[CS_U2F_PAYLOAD_MAX];
    size_t length;
};

/* The callers' bounds keep the payload below CS_U2F_PAYLOAD_MAX. */
static void add(struct payload *payload, const void *data, size_t length)
{
    memcpy(payload->bytes + payload->length, data, length);
    payload->length += length;
}

static void add_byte(struct payload *payload, size_t byte)
{
    const unsigned char one = (unsigned char)byte;

    add(payload, &one, 1);
}

static bool is_valid_request(const struct cs_u2f_request *request)
{
    size_t length = strnlen(request->app_id, sizeof request->app_id);
    size_t least = request->purpose == CS_U2F_AUTHENTICATE;

    if (length < 1 || length > CS_U2F_APP_ID_MAX || !cs_is_clean(request->app_id, length) ||
        request->handle_count < least || request->handle_count > CS_U2F_RELAY_HANDLES)
        return false;
    for (size_t i = 0; i < request->handle_count; i++)
        if (request->handles[i].length < 1 || request->handles[i].length > CS_U2F_RELAY1_HANDLE_MAX)
            return false;
    return true;
}

enum cs_err cs_u2f_write_request(const struct cs_u2f_request *request, struct cs_buffer *out,
                                 struct cs_error *error)
{
    struct payload payload = {.length = 0};
    enum cs_u2f_line line =
        request->purpose == CS_U2F_REGISTER ? CS_U2F_LINE_ENROL : CS_U2F_LINE_REQUEST;

    if (!is_valid_request(request))
        return cs_fail(error, CS_ERR_INPUT,
                       "a U2F request without a usable application id or usable key handles");
    add_byte(&payload, 0);
    add_byte(&payload, strlen(request->app_id));
    add(&payload, request->app_id, strlen(request->app_id));
    add(&payload, request->challenge, CS_U2F_CHALLENGE_BYTES);
    add_byte(&payload, request->handle_count);
    for (size_t i = 0; i < request->handle_count; i++) {
        add_byte(&payload, request->handles[i].length);
        add(&payload, request->handles[i].bytes, request->handles[i].length);
    }
    return cs_u2f_wrap(line, payload.bytes, payload.length, out, error);
}

enum cs_err cs_u2f_write_answer(const struct cs_u2f_answer *answer, struct cs_buffer *out,
                                struct cs_error *error)
{
    const struct cs_u2f_assertion *assertion = &answer->assertion;
    struct payload payload = {.length = 0};

    if (answer->key >= CS_U2F_RELAY_HANDLES || assertion->signature_length < CS_U2F_SIGNATURE_MIN ||
        assertion->signature_length > CS_U2F_SIGNATURE_MAX)
        return cs_fail(error, CS_ERR_INPUT, "a U2F answer with a key or signature out of range");
    add_byte(&payload, answer->key);
    add_byte(&payload, assertion->flags);
    for (unsigned shift = 32; shift > 0; shift -= 8)
        add_byte(&payload, assertion->counter >> (shift - 8));
    add(&payload, assertion->signature, assertion->signature_length);
    return cs_u2f_wrap(CS_U2F_LINE_ANSWER, payload.bytes, payload.length, out, error);
}

enum cs_err cs_u2f_write_enrolled(const unsigned char *data, size_t length, struct cs_buffer *out,
                                  struct cs_error *error)
{
    return cs_u2f_wrap(CS_U2F_LINE_ENROLLED, data, length, out, error);
}

/* ---- reading ---- */

struct reader {
    const unsigned char *at;
    size_t left;
    bool failed; /* sticky */
};

static void take(struct reader *reader, void *ret_data, size_t length)
{
    if (reader->failed || length > reader->left) {
        reader->failed = true;
        return;
    }
    memcpy(ret_data, reader->at, length);
    reader->at += length;
    reader->left -= length;
}

/* Reads a byte that must be within bounds; returns `least` if it is not. */
static size_t take_byte(struct reader *reader, size_t least, size_t most)
{
    unsigned char byte = 0;

    take(reader, &byte, 1);
    if (!reader->failed && byte >= least && byte <= most)
        return byte;
    reader->failed = true;
    return least;
}

enum cs_err cs_u2f_read_request(const char *line, size_t length, struct cs_u2f_request *ret_request,
                                struct cs_error *error)
{
    enum cs_u2f_line kind = cs_u2f_line_kind(line, length) == CS_U2F_LINE_ENROL
                                ? CS_U2F_LINE_ENROL
                                : CS_U2F_LINE_REQUEST;
    struct cs_u2f_request request = {0};
    unsigned char payload[CS_U2F_PAYLOAD_MAX];
    struct reader reader = {.at = payload};
    enum cs_err err = cs_u2f_unwrap(kind, line, length, payload, &reader.left, error);

    if (err != CS_OK)
        return err;
    request.purpose = kind == CS_U2F_LINE_ENROL ? CS_U2F_REGISTER : CS_U2F_AUTHENTICATE;
    (void)take_byte(&reader, 0, 0);
    take(&reader, request.app_id, take_byte(&reader, 1, CS_U2F_APP_ID_MAX));
    take(&reader, request.challenge, CS_U2F_CHALLENGE_BYTES);
    request.handle_count = take_byte(&reader, 0, CS_U2F_RELAY_HANDLES);
    for (size_t i = 0; i < request.handle_count; i++) {
        request.handles[i].length = take_byte(&reader, 1, CS_U2F_RELAY1_HANDLE_MAX);
        take(&reader, request.handles[i].bytes, request.handles[i].length);
    }
    /* A NUL within the application id is a control character, and would make the lengths differ. */
    if (reader.failed || reader.left > 0 || !is_valid_request(&request) ||
        strlen(request.app_id) != payload[1])
        return cs_fail(error, CS_ERR_INPUT,
                       "the %s is complete, but this program does not know its format",
                       cs_u2f_line_name(kind));
    *ret_request = request;
    return CS_OK;
}

enum cs_err cs_u2f_read_answer(const char *line, size_t length, size_t handle_count,
                               struct cs_u2f_answer *ret_answer, struct cs_error *error)
{
    struct cs_u2f_answer answer = {0};
    unsigned char payload[CS_U2F_PAYLOAD_MAX];
    size_t bytes = 0;
    enum cs_err err = cs_u2f_unwrap(CS_U2F_LINE_ANSWER, line, length, payload, &bytes, error);

    if (err != CS_OK)
        return err;
    answer.key = payload[0];
    if (answer.key >= CS_U2F_RELAY_HANDLES || bytes < 1 + ASSERTION_HEADER + CS_U2F_SIGNATURE_MIN ||
        bytes > 1 + ASSERTION_HEADER + CS_U2F_SIGNATURE_MAX)
        return cs_fail(error, CS_ERR_INPUT,
                       "the answer is complete, but this program does not know its format");
    if (answer.key >= handle_count)
        return cs_fail(error, CS_ERR_INPUT,
                       "the answer is for key %zu, but the request was for %zu", answer.key + 1,
                       handle_count);
    err = cs_u2f_read_assertion(payload + 1, bytes - 1, &answer.assertion, error);
    if (err == CS_OK)
        *ret_answer = answer;
    return err;
}

enum cs_err cs_u2f_read_enrolled(const char *line, size_t length,
                                 unsigned char ret_data[CS_U2F_REGISTRATION_MAX],
                                 size_t *ret_length, struct cs_error *error)
{
    return cs_u2f_unwrap(CS_U2F_LINE_ENROLLED, line, length, ret_data, ret_length, error);
}
