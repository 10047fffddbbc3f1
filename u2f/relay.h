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
    CS_U2F_USER_MAX = 64,            /* bytes of a user's name, for a key's display */
    CS_U2F_REQUEST_LINE_MAX = 3221,  /* characters of the longest request */
    CS_U2F_ANSWER_LINE_MAX = 110,    /* ... answer to a login */
    CS_U2F_ENROLLED_LINE_MAX = 2760, /* ... answer to an enrolment */
};

/* How every line but an answer to a login starts, in every version; the word of a paste that is one
 * (base/pasted_word.h) has the version behind that. */
#define CS_U2F_LINE_START "U2F"
#define CS_U2F_WORD_START CS_U2F_LINE_START "#"

/* Prefixes of a request in a prompt and of the two lines of an enrolment. */
#define CS_U2F_REQUEST_PREFIX "U2F1."
#define CS_U2F_ENROL_PREFIX "U2F1-enrol."
#define CS_U2F_ENROLLED_PREFIX "U2F1-enrolled."
/* The same with what FIDO2 adds. */
#define CS_U2F_REQUEST2_PREFIX "U2F2."
#define CS_U2F_ENROL2_PREFIX "U2F2-enrol."
#define CS_U2F_ENROLLED2_PREFIX "U2F2-enrolled."

/* A request. It names no origin: the side with the key fills in the host that it knows. */
struct cs_u2f_request {
    enum cs_u2f_purpose purpose;
    enum cs_u2f_verification verification; /* of any key; a handle may demand it by itself */
    bool more;        /* to authenticate: there are further keys, which an empty answer asks for */
    bool fido2;       /* to register: make a FIDO2 credential if the key can */
    bool attestation; /* ... with its attestation */
    char user[CS_U2F_USER_MAX + 1]; /* ... for the user of that name; may be "" */
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

/* Whether a text starts as a request does, to log in or to enrol, of a known version. */
bool cs_u2f_is_request(const char *text);
/* ... as the answer to a request to enrol does. */
bool cs_u2f_is_enrolled(const char *text);

/* Append a line, without a newline. CS_ERR_INPUT for values without a valid form. A request is of
 * version 1 if that can say all of it, so that clients of version 1 can answer. */
enum cs_err cs_u2f_write_request(const struct cs_u2f_request *request, struct cs_buffer *out,
                                 struct cs_error *error) CS_MUST_USE;
enum cs_err cs_u2f_write_answer(const struct cs_u2f_answer *answer, struct cs_buffer *out,
                                struct cs_error *error) CS_MUST_USE;
/* `fido2` is that of the request; without it the line is of version 1, which holds U2F only. */
enum cs_err cs_u2f_write_enrolled(const struct cs_u2f_enrolled *enrolled, bool fido2,
                                  struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

/* Read a line of `length` bytes; CS_ERR_INPUT says what is wrong with it. For either purpose. */
enum cs_err cs_u2f_read_request(const char *line, size_t length, struct cs_u2f_request *ret_request,
                                struct cs_error *error) CS_MUST_USE;
/* `handle_count` is that of the request that was sent. */
enum cs_err cs_u2f_read_answer(const char *line, size_t length, size_t handle_count,
                               struct cs_u2f_answer *ret_answer,
                               struct cs_error *error) CS_MUST_USE;
/* Of either version. The format of the data is not checked here; pass it to verify.h or
 * credential.h. */
enum cs_err cs_u2f_read_enrolled(const char *line, size_t length,
                                 struct cs_u2f_enrolled *ret_enrolled,
                                 struct cs_error *error) CS_MUST_USE;

#endif
