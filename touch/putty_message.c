/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/putty_message.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- reading ---- */

/* What is left of a message; after the first thing that is missing, `broken`, and everything reads
 * as nothing. */
struct reader {
    const char *at;
    size_t left;
    bool broken;
};

static const char *take(struct reader *reader, size_t length)
{
    const char *at = reader->at;

    if (reader->broken || length > reader->left) {
        reader->broken = true;
        return NULL;
    }
    reader->at += length;
    reader->left -= length;
    return at;
}

static uint32_t take_number(struct reader *reader)
{
    const char *at = take(reader, sizeof(uint32_t));
    uint32_t value = 0;

    if (at != NULL)
        memcpy(&value, at, sizeof value);
    return ntohl(value);
}

static struct cs_putty_text take_text(struct reader *reader)
{
    size_t length = take_number(reader);
    const char *at = take(reader, length);

    return at != NULL ? (struct cs_putty_text){at, length} : (struct cs_putty_text){"", 0};
}

static enum cs_err finish(const struct reader *reader, const char *name, struct cs_error *error)
{
    if (reader->broken)
        return cs_fail(error, CS_ERR_PROTOCOL, "PuTTY's message %s is cut short", name);
    if (reader->left > 0)
        return cs_fail(error, CS_ERR_PROTOCOL, "PuTTY's message %s is longer than its fields",
                       name);
    return CS_OK;
}

enum cs_err cs_putty_read_head(const unsigned char head[CS_PUTTY_HEAD_BYTES], size_t *ret_length,
                               struct cs_error *error)
{
    uint32_t length;

    memcpy(&length, head, sizeof length);
    length = ntohl(length);
    if (length < 1 || length > CS_PUTTY_MESSAGE_MAX)
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "a message of %lu bytes from PuTTY, instead of 1 to %d",
                       (unsigned long)length, CS_PUTTY_MESSAGE_MAX);
    *ret_length = length;
    return CS_OK;
}

enum cs_err cs_putty_read_init(const char *fields, size_t length, struct cs_putty_init *ret_init,
                               struct cs_error *error)
{
    struct reader reader = {fields, length, false};

    ret_init->version = take_number(&reader);
    ret_init->host = take_text(&reader);
    ret_init->port = take_number(&reader);
    ret_init->user = take_text(&reader);
    return finish(&reader, "INIT", error);
}

enum cs_err cs_putty_read_protocol(const char *fields, size_t length,
                                   struct cs_putty_text *ret_method, struct cs_error *error)
{
    struct reader reader = {fields, length, false};

    *ret_method = take_text(&reader);
    return finish(&reader, "PROTOCOL", error);
}

enum cs_err cs_putty_read_questions(const char *fields, size_t length,
                                    struct cs_putty_questions *ret_questions,
                                    struct cs_error *error)
{
    struct reader reader = {fields, length, false};

    *ret_questions = (struct cs_putty_questions){.prompt = {"", 0}};
    ret_questions->name = take_text(&reader);
    ret_questions->instruction = take_text(&reader);
    ret_questions->language = take_text(&reader);
    ret_questions->count = take_number(&reader);
    /* Ends early, whatever the number: each prompt takes some of what is left. */
    for (uint32_t i = 0; i < ret_questions->count && !reader.broken; i++) {
        struct cs_putty_text prompt = take_text(&reader);
        const char *echo = take(&reader, 1);

        if (i == 0 && echo != NULL)
            ret_questions->prompt = prompt;
        ret_questions->hidden = ret_questions->hidden || (echo != NULL && *echo == 0);
    }
    return finish(&reader, "PLUGIN_KI_SERVER_REQUEST", error);
}

enum cs_err cs_putty_read_answer(const char *fields, size_t length, uint32_t count,
                                 struct cs_putty_text *ret_answer, struct cs_error *error)
{
    struct reader reader = {fields, length, false};
    uint32_t given = take_number(&reader);

    *ret_answer = (struct cs_putty_text){"", 0};
    if (given != count)
        return cs_fail(error, CS_ERR_PROTOCOL,
                       "%lu answers from PuTTY to a question with %lu prompts",
                       (unsigned long)given, (unsigned long)count);
    for (uint32_t i = 0; i < count && !reader.broken; i++) {
        struct cs_putty_text text = take_text(&reader);

        if (i == 0)
            *ret_answer = text;
    }
    return finish(&reader, "PLUGIN_KI_USER_RESPONSE", error);
}

/* ---- writing ---- */

static void add_number(struct cs_buffer *out, size_t value)
{
    uint32_t number = htonl((uint32_t)value);

    cs_buffer_add(out, (const char *)&number, sizeof number);
}

static void add_text(struct cs_buffer *out, const char *text)
{
    add_number(out, strlen(text));
    cs_buffer_text(out, text);
}

/* Appends the head of a message and what is in `fields`, and its failure. */
static void add_message(enum cs_putty_type type, const struct cs_buffer *fields,
                        struct cs_buffer *out)
{
    const char byte = (char)type;

    add_number(out, 1 + fields->length);
    cs_buffer_add(out, &byte, 1);
    cs_buffer_append(out, fields);
}

void cs_putty_write(enum cs_putty_type type, const char *fields, size_t length,
                    struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer copy = {0};

    cs_buffer_add(&copy, fields, length);
    add_message(type, &copy, out);
}

void cs_putty_write_init_response(struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer fields = {0};

    add_number(&fields, CS_PUTTY_VERSION);
    add_text(&fields, "");
    add_message(CS_PUTTY_INIT_RESPONSE, &fields, out);
}

void cs_putty_write_reason(enum cs_putty_type type, const char *reason, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer fields = {0};

    add_text(&fields, reason);
    add_message(type, &fields, out);
}

static void add_prompt(struct cs_buffer *out, const char *text, bool echo)
{
    const char byte = echo ? '\1' : '\0';

    add_text(out, text);
    cs_buffer_add(out, &byte, 1);
}

/*
 * PuTTY's own tools answer a user's question that has a single prompt without echo: with the
 * password given to -pw or -pwfile, which would cost the key one of its tries at each login. They
 * leave alone a question with two prompts.
 */
void cs_putty_write_question(const char *instruction, const char *prompt, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer fields = {0};

    add_text(&fields, ""); /* name */
    add_text(&fields, instruction);
    add_text(&fields, ""); /* language */
    add_number(&fields, prompt != NULL ? CS_PUTTY_SECRET_PROMPTS : 0);
    if (prompt != NULL) {
        add_prompt(&fields, prompt, false);
        add_prompt(&fields, "Then press Enter: ", true);
    }
    add_message(CS_PUTTY_USER_REQUEST, &fields, out);
}

void cs_putty_write_answer(const char *answer, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer fields = {0};

    add_number(&fields, 1);
    add_text(&fields, answer);
    add_message(CS_PUTTY_SERVER_RESPONSE, &fields, out);
}
