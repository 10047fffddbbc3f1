/* SPDX-License-Identifier: Apache-2.0 */
/* What PuTTY sends to its plugin, with a server's texts in it: messages, one after the other. */
#include "tests/fuzz/fuzz.h"

#include "touch/putty_message.h"

/* What was read lies within the message. */
static void require_within(struct cs_putty_text text, const char *fields, size_t length)
{
    REQUIRE(text.data != NULL);
    REQUIRE(text.length == 0 || (text.data >= fields && text.length <= length &&
                                 text.data + text.length <= fields + length));
}

static void read_init(const char *fields, size_t length)
{
    struct cs_putty_init init;

    if (cs_putty_read_init(fields, length, &init, NULL) != CS_OK)
        return;
    require_within(init.host, fields, length);
    require_within(init.user, fields, length);
    REQUIRE(init.host.length + init.user.length + 16 == length);
}

static void read_protocol(const char *fields, size_t length)
{
    struct cs_putty_text method;

    if (cs_putty_read_protocol(fields, length, &method, NULL) != CS_OK)
        return;
    require_within(method, fields, length);
    REQUIRE(method.length + 4 == length);
}

static void read_questions(const char *fields, size_t length)
{
    struct cs_putty_questions questions;
    size_t used;

    if (cs_putty_read_questions(fields, length, &questions, NULL) != CS_OK)
        return;
    require_within(questions.name, fields, length);
    require_within(questions.instruction, fields, length);
    require_within(questions.language, fields, length);
    require_within(questions.prompt, fields, length);
    used = 16 + questions.name.length + questions.instruction.length + questions.language.length;
    REQUIRE(questions.count <= (length - used) / 5);
    REQUIRE(questions.count > 0 || (questions.prompt.length == 0 && used == length));
    REQUIRE(questions.count != 1 || used + 5 + questions.prompt.length == length);
}

/* A single answer is written as it was read. */
static void read_answer(const char *fields, size_t length)
{
    struct cs_putty_text answer;

    if (cs_putty_read_answer(fields, length, 0, &answer, NULL) == CS_OK)
        REQUIRE(length == 4 && answer.length == 0);
    if (cs_putty_read_answer(fields, length, 1, &answer, NULL) == CS_OK) {
        CS_AUTO(cs_buffer_free) struct cs_buffer again = {0};
        char *copy = fuzz_text((const uint8_t *)answer.data, answer.length);

        require_within(answer, fields, length);
        cs_putty_write_answer(copy, &again);
        REQUIRE(strlen(copy) != answer.length ||
                (again.length == 5 + length && memcmp(again.text + 5, fields, length) == 0));
        free(copy);
    }
    if (cs_putty_read_answer(fields, length, CS_PUTTY_SECRET_PROMPTS, &answer, NULL) == CS_OK) {
        require_within(answer, fields, length);
        REQUIRE(length >= 12 + answer.length);
    }
}

/* Passed on as it is, under another type. */
static void pass_on(const char *fields, size_t length)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};
    size_t read = 0;

    cs_putty_write(CS_PUTTY_USER_REQUEST, fields, length, &out);
    REQUIRE(out.length == 5 + length && out.text[4] == CS_PUTTY_USER_REQUEST);
    REQUIRE(cs_putty_read_head((const unsigned char *)out.text, &read, NULL) == CS_OK);
    REQUIRE(read == 1 + length && memcmp(out.text + 5, fields, length) == 0);
}

static void read_message(unsigned type, const char *fields, size_t length)
{
    static void (*const readers[])(const char *, size_t) = {
        [CS_PUTTY_INIT] = read_init,
        [CS_PUTTY_PROTOCOL] = read_protocol,
        [CS_PUTTY_SERVER_REQUEST] = read_questions,
        [CS_PUTTY_USER_RESPONSE] = read_answer,
    };

    if (type < CS_ARRAY_SIZE(readers) && readers[type] != NULL)
        readers[type](fields, length);
    pass_on(fields, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length = 0;

    while (size >= CS_PUTTY_HEAD_BYTES) {
        enum cs_err result = cs_putty_read_head(data, &length, NULL);

        data += CS_PUTTY_HEAD_BYTES;
        size -= CS_PUTTY_HEAD_BYTES;
        if (result != CS_OK || length > size)
            return 0;
        REQUIRE(length >= 1 && length <= CS_PUTTY_MESSAGE_MAX);
        read_message(data[0], (const char *)data + 1, length - 1);
        data += length;
        size -= length;
    }
    return 0;
}
