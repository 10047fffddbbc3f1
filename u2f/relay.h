/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that carry a request to a key elsewhere and its answer back (docs/U2F-RELAY.md). People
 * copy them by hand, so each ends in a checksum, and errors say what is wrong with the pasted text.
 * Readers accept blanks and a newline around the line, and nothing else.
 */
#ifndef CS_U2F_RELAY_H
#define CS_U2F_RELAY_H

#include <stdbool.h>

#include "u2f/message.h"

enum {
    CS_U2F_RELAY_HANDLES = 8,
    CS_U2F_RELAY1_HANDLE_MAX = 127,  /* bytes of a handle in version 1 */
    CS_U2F_REQUEST_LINE_MAX = 1800,  /* characters of the longest request */
    CS_U2F_ANSWER_LINE_MAX = 110,    /* ... answer to a login */
    CS_U2F_ENROLLED_LINE_MAX = 2760, /* ... answer to an enrolment */
};

/* Prefixes of a request in a prompt and of the two lines of an enrolment. */
#define CS_U2F_REQUEST_PREFIX "U2F1."
#define CS_U2F_ENROL_PREFIX "U2F1-enrol."
#define CS_U2F_ENROLLED_PREFIX "U2F1-enrolled."

/* A request. It names no origin: the side with the key fills in the host that it knows. */
struct cs_u2f_request {
    enum cs_u2f_purpose purpose;
    char app_id[CS_U2F_APP_ID_MAX + 1];
    unsigned char challenge[CS_U2F_CHALLENGE_BYTES];
    /* To authenticate, one or more; to register, those that must not be registered again. */
    struct cs_u2f_handle handles[CS_U2F_RELAY_HANDLES];
    size_t handle_count;
};

/* The answer to a request to authenticate. */
struct cs_u2f_answer {
    size_t key; /* index of the request's handle, from 0 */
    struct cs_u2f_assertion assertion;
};

/*
 * The first request to authenticate in a prompt, or NULL: it must be at the start or follow a blank
 * or newline. `*ret_length` is its length; anything may follow.
 */
const char *cs_u2f_find_request(const char *prompt, size_t *ret_length);

/* Append a line, without a newline. CS_ERR_INPUT for values without a valid form. */
enum cs_err cs_u2f_write_request(const struct cs_u2f_request *request, struct cs_buffer *out,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_u2f_write_answer(const struct cs_u2f_answer *answer, struct cs_buffer *out,
                                struct cs_error *error) CS_MUST_USE;
/* `data` is registration data as the key sent it (without the status word). */
enum cs_err cs_u2f_write_enrolled(const unsigned char *data, size_t length, struct cs_buffer *out,
                                  struct cs_error *error) CS_MUST_USE;

/* Read a line of `length` bytes; CS_ERR_INPUT says what is wrong with it. For either purpose. */
enum cs_err cs_u2f_read_request(const char *line, size_t length, struct cs_u2f_request *ret_request,
                                struct cs_error *error) CS_MUST_USE;
/* `handle_count` is that of the request that was sent. */
enum cs_err cs_u2f_read_answer(const char *line, size_t length, size_t handle_count,
                               struct cs_u2f_answer *ret_answer,
                               struct cs_error *error) CS_MUST_USE;
/* The format of the data is not checked here; pass it to verify.h. */
enum cs_err cs_u2f_read_enrolled(const char *line, size_t length,
                                 unsigned char ret_data[CS_U2F_REGISTRATION_MAX],
                                 size_t *ret_length, struct cs_error *error) CS_MUST_USE;

#endif
