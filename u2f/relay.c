/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/relay.h"

#include <string.h>

#include "base/base64url.h"
#include "base/sanitise.h"
#include "u2f/bytes.h"
#include "u2f/relay_line.h"

enum { ASSERTION_HEADER = 5 };

/* The first byte of a request of version 2, and of a handle in it. */
enum flags {
    VERIFICATION = 0x03, /* enum cs_u2f_verification */
    MORE = 0x04,
    ATTESTATION = 0x08,
    MUST_VERIFY = 0x01,
};

const char *cs_u2f_find_request(const char *prompt, size_t *ret_length)
{
    size_t prefix = strlen(CS_U2F_REQUEST_PREFIX);

    _Static_assert(sizeof CS_U2F_REQUEST_PREFIX == sizeof CS_U2F_REQUEST2_PREFIX, "one length");
    for (const char *at = strstr(prompt, CS_U2F_LINE_START); at != NULL;
         at = strstr(at + 1, CS_U2F_LINE_START)) {
        if ((at != prompt && strchr(" \t\r\n", at[-1]) == NULL) ||
            (strncmp(at, CS_U2F_REQUEST_PREFIX, prefix) != 0 &&
             strncmp(at, CS_U2F_REQUEST2_PREFIX, prefix) != 0))
            continue;
        *ret_length = prefix + strspn(at + prefix, CS_BASE64URL_ALPHABET);
        return at;
    }
    return NULL;
}

bool cs_u2f_is_request(const char *text)
{
    enum cs_u2f_line line = cs_u2f_line_kind(text, strlen(text));

    return line == CS_U2F_LINE_REQUEST || line == CS_U2F_LINE_REQUEST2 ||
           line == CS_U2F_LINE_ENROL || line == CS_U2F_LINE_ENROL2;
}

bool cs_u2f_is_enrolled(const char *text)
{
    enum cs_u2f_line line = cs_u2f_line_kind(text, strlen(text));

    return line == CS_U2F_LINE_ENROLLED || line == CS_U2F_LINE_ENROLLED2;
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

static void add_text(struct payload *payload, const char *text)
{
    add_byte(payload, strlen(text));
    add(payload, text, strlen(text));
}

/* The line that can say all of the request, the first version if possible. */
static enum cs_u2f_line choose_line(const struct cs_u2f_request *request)
{
    bool second = request->more || request->verification != CS_U2F_DISCOURAGED;

    if (request->purpose == CS_U2F_REGISTER)
        return request->fido2 ? CS_U2F_LINE_ENROL2 : CS_U2F_LINE_ENROL;
    for (size_t i = 0; i < request->handle_count && i < CS_U2F_RELAY_HANDLES; i++)
        second = second || request->handles[i].must_verify ||
                 request->handles[i].length > CS_U2F_RELAY1_HANDLE_MAX;
    return second ? CS_U2F_LINE_REQUEST2 : CS_U2F_LINE_REQUEST;
}

static bool is_clean_text(const char *text, size_t least, size_t most)
{
    size_t length = strnlen(text, most + 1);

    return length >= least && length <= most && cs_is_clean(text, length);
}

/* What no line but that of an enrolment with FIDO2 says. */
static bool says_fido2(const struct cs_u2f_request *request)
{
    return request->fido2 || request->attestation || request->user[0] != '\0';
}

static bool is_valid_handle(const struct cs_u2f_handle *handle, enum cs_u2f_line line)
{
    size_t most = line == CS_U2F_LINE_ENROL ? CS_U2F_RELAY1_HANDLE_MAX : CS_U2F_HANDLE_MAX;

    return handle->length >= 1 && handle->length <= most &&
           (line == CS_U2F_LINE_REQUEST2 || !handle->must_verify);
}

static bool is_valid_request(const struct cs_u2f_request *request)
{
    enum cs_u2f_line line = choose_line(request);
    size_t least = request->purpose == CS_U2F_AUTHENTICATE;

    if (!is_clean_text(request->app_id, 1, CS_U2F_APP_ID_MAX) ||
        !is_clean_text(request->user, 0, CS_U2F_USER_MAX) || request->handle_count < least ||
        request->handle_count > CS_U2F_RELAY_HANDLES ||
        (unsigned)request->verification >= CS_U2F_VERIFICATIONS)
        return false;
    if ((line != CS_U2F_LINE_ENROL2 && says_fido2(request)) ||
        (line == CS_U2F_LINE_ENROL && request->verification != CS_U2F_DISCOURAGED) ||
        (request->purpose == CS_U2F_REGISTER && request->more))
        return false;
    for (size_t i = 0; i < request->handle_count; i++)
        if (!is_valid_handle(&request->handles[i], line))
            return false;
    return true;
}

enum cs_err cs_u2f_write_request(const struct cs_u2f_request *request, struct cs_buffer *out,
                                 struct cs_error *error)
{
    struct payload payload = {.length = 0};
    enum cs_u2f_line line = choose_line(request);

    if (!is_valid_request(request))
        return cs_fail(error, CS_ERR_INPUT,
                       "a U2F request without a usable application id or usable key handles");
    add_byte(&payload, (size_t)request->verification | (request->more ? MORE : 0U) |
                           (request->attestation ? ATTESTATION : 0U));
    add_text(&payload, request->app_id);
    add(&payload, request->challenge, CS_U2F_CHALLENGE_BYTES);
    if (line == CS_U2F_LINE_ENROL2)
        add_text(&payload, request->user);
    add_byte(&payload, request->handle_count);
    for (size_t i = 0; i < request->handle_count; i++) {
        add_byte(&payload, request->handles[i].length);
        if (line == CS_U2F_LINE_REQUEST2)
            add_byte(&payload, request->handles[i].must_verify ? MUST_VERIFY : 0U);
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

enum cs_err cs_u2f_write_enrolled(const struct cs_u2f_enrolled *enrolled, bool fido2,
                                  struct cs_buffer *out, struct cs_error *error)
{
    struct payload payload = {.length = 0};

    if (enrolled->length < 1 || enrolled->length > CS_U2F_REGISTRATION_MAX ||
        (!fido2 && enrolled->form != CS_U2F_FORM_U2F))
        return cs_fail(error, CS_ERR_INPUT,
                       "%zu bytes cannot be sent as the answer to this request to enrol",
                       enrolled->length);
    if (fido2)
        add_byte(&payload, (size_t)enrolled->form);
    add(&payload, enrolled->data, enrolled->length);
    return cs_u2f_wrap(fido2 ? CS_U2F_LINE_ENROLLED2 : CS_U2F_LINE_ENROLLED, payload.bytes,
                       payload.length, out, error);
}

/* ---- reading ---- */

/* `kind`, or the same in the other version if the text is that. */
static enum cs_u2f_line version_of(enum cs_u2f_line kind, const char *text, size_t length)
{
    return cs_u2f_line_kind(text, length) == cs_u2f_line_other(kind) ? cs_u2f_line_other(kind)
                                                                     : kind;
}

static enum cs_err fail_format(enum cs_u2f_line kind, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_INPUT,
                   "the %s is complete, but this program does not know its format",
                   cs_u2f_line_name(kind));
}

/* A NUL within a text is a control character, and would make the lengths differ. */
static void take_text(struct cs_u2f_bytes *bytes, size_t most, char *ret_text)
{
    size_t length = cs_u2f_take_byte(bytes, 0, (unsigned char)most);

    cs_u2f_take(bytes, ret_text, length);
    bytes->failed = bytes->failed || strlen(ret_text) != length;
}

static void take_flags(struct cs_u2f_bytes *bytes, enum cs_u2f_line kind,
                       struct cs_u2f_request *request)
{
    static const unsigned char known[CS_U2F_LINE_COUNT] = {
        [CS_U2F_LINE_REQUEST2] = VERIFICATION | MORE,
        [CS_U2F_LINE_ENROL2] = VERIFICATION | ATTESTATION,
    };
    unsigned char flags = cs_u2f_take_byte(bytes, 0, UINT8_MAX);

    bytes->failed = bytes->failed || (flags & ~known[kind]) != 0;
    request->verification = (enum cs_u2f_verification)(flags & VERIFICATION);
    request->more = (flags & MORE) != 0;
    request->attestation = (flags & ATTESTATION) != 0;
}

static void take_handle(struct cs_u2f_bytes *bytes, enum cs_u2f_line kind,
                        struct cs_u2f_handle *handle)
{
    bool second = kind == CS_U2F_LINE_REQUEST2 || kind == CS_U2F_LINE_ENROL2;

    handle->length = cs_u2f_take_byte(
        bytes, 1, second ? CS_U2F_HANDLE_MAX : (unsigned char)CS_U2F_RELAY1_HANDLE_MAX);
    if (kind == CS_U2F_LINE_REQUEST2)
        handle->must_verify = cs_u2f_take_byte(bytes, 0, MUST_VERIFY) != 0;
    cs_u2f_take(bytes, handle->bytes, handle->length);
}

enum cs_err cs_u2f_read_request(const char *line, size_t length, struct cs_u2f_request *ret_request,
                                struct cs_error *error)
{
    enum cs_u2f_line found = cs_u2f_line_kind(line, length);
    bool enrols = found == CS_U2F_LINE_ENROL || found == CS_U2F_LINE_ENROL2;
    enum cs_u2f_line kind = enrols ? found : version_of(CS_U2F_LINE_REQUEST, line, length);
    struct cs_u2f_request request = {.purpose = enrols ? CS_U2F_REGISTER : CS_U2F_AUTHENTICATE,
                                     .fido2 = found == CS_U2F_LINE_ENROL2};
    unsigned char payload[CS_U2F_PAYLOAD_MAX];
    struct cs_u2f_bytes bytes = {.at = payload};
    enum cs_err err = cs_u2f_unwrap(kind, line, length, payload, &bytes.left, error);

    if (err != CS_OK)
        return err;
    take_flags(&bytes, kind, &request);
    take_text(&bytes, CS_U2F_APP_ID_MAX, request.app_id);
    cs_u2f_take(&bytes, request.challenge, CS_U2F_CHALLENGE_BYTES);
    if (kind == CS_U2F_LINE_ENROL2)
        take_text(&bytes, CS_U2F_USER_MAX, request.user);
    request.handle_count = cs_u2f_take_byte(&bytes, 0, CS_U2F_RELAY_HANDLES);
    for (size_t i = 0; i < request.handle_count; i++)
        take_handle(&bytes, kind, &request.handles[i]);
    if (bytes.failed || bytes.left > 0 || !is_valid_request(&request))
        return fail_format(kind, error);
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
                                 struct cs_u2f_enrolled *ret_enrolled, struct cs_error *error)
{
    enum cs_u2f_line kind = version_of(CS_U2F_LINE_ENROLLED, line, length);
    struct cs_u2f_enrolled enrolled = {.form = CS_U2F_FORM_U2F};
    unsigned char payload[CS_U2F_PAYLOAD_MAX];
    struct cs_u2f_bytes bytes = {.at = payload};
    enum cs_err err = cs_u2f_unwrap(kind, line, length, payload, &bytes.left, error);

    if (err != CS_OK)
        return err;
    if (kind == CS_U2F_LINE_ENROLLED2)
        enrolled.form =
            (enum cs_u2f_form)cs_u2f_take_byte(&bytes, CS_U2F_FORM_U2F, CS_U2F_FORM_FIDO2);
    enrolled.length = bytes.left;
    if (enrolled.length < 1 || enrolled.length > sizeof enrolled.data)
        return fail_format(kind, error);
    cs_u2f_take(&bytes, enrolled.data, enrolled.length);
    if (bytes.failed)
        return fail_format(kind, error);
    *ret_enrolled = enrolled;
    return CS_OK;
}
