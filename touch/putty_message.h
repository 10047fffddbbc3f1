/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of PuTTY's authentication plugin protocol (PuTTY's manual, appendix H, version 2): pure
 * functions. A message is a length of four bytes, a type, and the type's fields, in the forms of
 * RFC 4251 section 5: uint32, boolean, string.
 */
#ifndef CS_TOUCH_PUTTY_MESSAGE_H
#define CS_TOUCH_PUTTY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
    CS_PUTTY_VERSION = 2,
    CS_PUTTY_HEAD_BYTES = 4,
    /* Of the type and the fields. PuTTY takes no larger packet from a server than 36 KiB. */
    CS_PUTTY_MESSAGE_MAX = 65536,
    /* Of a question for a secret: the secret's, and one that is only there so that PuTTY does not
     * answer by itself. */
    CS_PUTTY_SECRET_PROMPTS = 2,
};

enum cs_putty_type {
    CS_PUTTY_INIT = 1,
    CS_PUTTY_INIT_RESPONSE = 2,
    CS_PUTTY_PROTOCOL = 3,
    CS_PUTTY_ACCEPT = 4,
    CS_PUTTY_REJECT = 5,
    CS_PUTTY_AUTH_SUCCESS = 6,
    CS_PUTTY_AUTH_FAILURE = 7,
    CS_PUTTY_INIT_FAILURE = 8,
    CS_PUTTY_SERVER_REQUEST = 20,
    CS_PUTTY_SERVER_RESPONSE = 21,
    CS_PUTTY_USER_REQUEST = 22,
    CS_PUTTY_USER_RESPONSE = 23,
};

/* Bytes within a message that was read, or of the caller: never owned, without a NUL at the end. */
struct cs_putty_text {
    const char *data;
    size_t length;
};

struct cs_putty_init {
    uint32_t version; /* the highest that PuTTY speaks */
    struct cs_putty_text host;
    uint32_t port;
    struct cs_putty_text user; /* "": not known yet */
};

/* SERVER_REQUEST and USER_REQUEST. */
struct cs_putty_questions {
    struct cs_putty_text name, instruction, language;
    uint32_t count;
    struct cs_putty_text prompt; /* the first one, if there is one */
    bool hidden;                 /* an answer may not be seen, as if it were a PIN */
};

/* Reads the length of what follows the first four bytes: 1 to CS_PUTTY_MESSAGE_MAX, otherwise
 * CS_ERR_PROTOCOL. */
enum cs_err cs_putty_read_head(const unsigned char head[CS_PUTTY_HEAD_BYTES], size_t *ret_length,
                               struct cs_error *error) CS_MUST_USE;

/* Read the fields of a message, without its type; what they yield is within `fields`. Anything
 * missing or left over is CS_ERR_PROTOCOL, which names the message. */
enum cs_err cs_putty_read_init(const char *fields, size_t length, struct cs_putty_init *ret_init,
                               struct cs_error *error) CS_MUST_USE;
enum cs_err cs_putty_read_protocol(const char *fields, size_t length,
                                   struct cs_putty_text *ret_method,
                                   struct cs_error *error) CS_MUST_USE;
enum cs_err cs_putty_read_questions(const char *fields, size_t length,
                                    struct cs_putty_questions *ret_questions,
                                    struct cs_error *error) CS_MUST_USE;
/* Of USER_RESPONSE, which must have `count` answers. `*ret_answer` is the first one, or empty. */
enum cs_err cs_putty_read_answer(const char *fields, size_t length, uint32_t count,
                                 struct cs_putty_text *ret_answer,
                                 struct cs_error *error) CS_MUST_USE;

/* Append a whole message: with the fields as they are, ... */
void cs_putty_write(enum cs_putty_type type, const char *fields, size_t length,
                    struct cs_buffer *out);
/* ... INIT_RESPONSE without an opinion about the user, ... */
void cs_putty_write_init_response(struct cs_buffer *out);
/* ... a reason (INIT_FAILURE, REJECT), ... */
void cs_putty_write_reason(enum cs_putty_type type, const char *reason, struct cs_buffer *out);
/* ... USER_REQUEST without prompts, or with `prompt`, whose answer is not shown, and a second one
 * (CS_PUTTY_SECRET_PROMPTS), ... */
void cs_putty_write_question(const char *instruction, const char *prompt, struct cs_buffer *out);
/* ... SERVER_RESPONSE with one answer. */
void cs_putty_write_answer(const char *answer, struct cs_buffer *out);

#endif
