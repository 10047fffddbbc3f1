/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope of a relay line: prefix, then base64url of a payload and its checksum. For relay.c.
 */
#ifndef CS_U2F_RELAY_LINE_H
#define CS_U2F_RELAY_LINE_H

#include "u2f/relay.h"

enum {
    CS_U2F_CHECKSUM_BYTES = 4,
    CS_U2F_PAYLOAD_MAX = 2432, /* a request to enrol with 8 handles of 255 bytes: 2403 */
};

enum cs_u2f_line {
    CS_U2F_LINE_REQUEST,
    CS_U2F_LINE_ENROL,
    CS_U2F_LINE_ENROLLED,
    CS_U2F_LINE_ANSWER, /* no prefix, because it must be short */
    CS_U2F_LINE_REQUEST2,
    CS_U2F_LINE_ENROL2,
    CS_U2F_LINE_ENROLLED2,
    CS_U2F_LINE_COUNT,
};

/* Its name for a person, whatever the version. */
const char *cs_u2f_line_name(enum cs_u2f_line line);

/* The same line in the other version. An answer has none of its own. */
enum cs_u2f_line cs_u2f_line_other(enum cs_u2f_line line);

/* Appends the line for a payload of 1 to CS_U2F_PAYLOAD_MAX bytes. */
enum cs_err cs_u2f_wrap(enum cs_u2f_line line, const unsigned char *payload, size_t length,
                        struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

/* The kind of line that a text seems to be, by its prefix; leading blanks are ignored. */
enum cs_u2f_line cs_u2f_line_kind(const char *text, size_t length);

/* Extracts the payload of a line, which must be of that kind. CS_ERR_INPUT says what is wrong with
 * it. */
enum cs_err cs_u2f_unwrap(enum cs_u2f_line line, const char *text, size_t length,
                          unsigned char ret_payload[CS_U2F_PAYLOAD_MAX], size_t *ret_length,
                          struct cs_error *error) CS_MUST_USE;

#endif
