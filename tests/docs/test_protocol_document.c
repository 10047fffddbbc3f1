/* SPDX-License-Identifier: Apache-2.0 */
/* docs/PROTOCOL.md against the codec: its tables of fields, and its example byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/codec.h"

static char *document;

static int read_document(void **state)
{
    FILE *file = fopen(CS_PROTOCOL_DOCUMENT, "r");
    size_t length;

    (void)state;
    if (file == NULL)
        return -1;
    document = calloc(1, 1 << 20);
    if (document == NULL)
        return -1;
    length = fread(document, 1, (1 << 20) - 1, file);
    fclose(file);
    return length > 0 ? 0 : -1;
}

static int free_document(void **state)
{
    (void)state;
    free(document);
    return 0;
}

/* ---- tables ---- */

/* The rows "| tag | ..." below the heading of a message, up to the next heading. */
static void check_table(unsigned type)
{
    static const char *const kinds[] = {"uint",   "string",  "strings",
                                        "secret", "prompts", "answers"};
    size_t count = 0, rows = 0;
    const struct cs_field *fields = cs_message_fields(type, &count);
    char heading[16], *start, *end;

    (void)snprintf(heading, sizeof heading, "\n### %u ", type);
    start = strstr(document, heading);
    assert_non_null(start);
    end = strstr(start + 1, "\n#");
    for (char *row = start; (row = strstr(row + 1, "\n| ")) != NULL && row < end;)
        rows += row[3] >= '0' && row[3] <= '9';
    assert_int_equal(rows, count);
    for (size_t i = 0; i < count; i++) {
        char expected[128], *found;

        (void)snprintf(expected, sizeof expected, "\n| %u | %s | %s | %u | %u | %u |",
                       (unsigned)fields[i].tag, kinds[fields[i].kind],
                       fields[i].required ? "yes" : "no", (unsigned)fields[i].since,
                       (unsigned)fields[i].most, (unsigned)fields[i].bytes);
        found = strstr(start, expected);
        if (found == NULL || found > end)
            fail_msg("message %u: no row '%s'", type, expected + 1);
    }
}

static void tables_are_the_codecs(void **state)
{
    (void)state;
    for (unsigned type = CS_MSG_HELLO; type < CS_MSG_TYPES; type++)
        check_table(type);
}

/* ---- the example ---- */

/* The bytes of the block "```hex NAME"; what follows # on a line is a comment. */
static struct cs_secret block(const char *name)
{
    char opening[64], *text, digits[3] = "";
    struct cs_secret packet = {.data = calloc(1, 4096)};
    size_t held = 0;

    (void)snprintf(opening, sizeof opening, "```hex %s\n", name);
    text = strstr(document, opening);
    assert_non_null(text);
    assert_non_null(packet.data);
    for (text += strlen(opening); strncmp(text, "```", 3) != 0; text++) {
        if (*text == '#')
            text += strcspn(text, "\n");
        if (*text == ' ' || *text == '\n')
            continue;
        digits[held++] = *text;
        if (held == 2) {
            packet.data[packet.length++] = (char)strtoul(digits, NULL, 16);
            held = 0;
        }
    }
    assert_int_equal(held, 0);
    return packet;
}

static void check_block(const char *name, unsigned type, const void *message)
{
    CS_AUTO(cs_secret_free) struct cs_secret written = block(name);
    CS_AUTO(cs_secret_free) struct cs_secret encoded = {0};
    struct cs_error error = {0};

    assert_int_equal(
        cs_encode(type, type <= CS_MSG_WELCOME ? 1 : CS_WIRE_VERSION, message, &encoded, &error),
        CS_OK);
    assert_int_equal(encoded.length, written.length);
    assert_memory_equal(encoded.data, written.data, written.length);
}

static void example_of_greeting(void **state)
{
    (void)state;
    check_block("hello", CS_MSG_HELLO, &(struct cs_hello){CS_WIRE_VERSION_OLDEST, CS_WIRE_VERSION});
    check_block("welcome", CS_MSG_WELCOME, &(struct cs_welcome){CS_WIRE_VERSION});
}

static void example_of_request(void **state)
{
    char *arguments[] = {(char[]){"retry=1"}};
    const struct cs_request request = {.service = (char[]){"sshd"},
                                       .user = (char[]){"alice"},
                                       .rhost = (char[]){"192.0.2.7"},
                                       .tty = (char[]){"ssh"},
                                       .ssh_connection = (char[]){"192.0.2.7 50022 192.0.2.1 22"},
                                       .arguments = {arguments, 1},
                                       .client = (char[]){"0.1.0"},
                                       .config_fd = -1};

    (void)state;
    check_block("request", CS_MSG_REQUEST, &request);
    check_block("accepted", CS_MSG_ACCEPTED, &(struct cs_accepted){110000});
}

static void example_of_round(void **state)
{
    CS_AUTO(cs_round_clear) struct cs_round round = {0};
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};

    (void)state;
    assert_int_equal(cs_round_add(&round, "Verification code: ", 19, true), CS_OK);
    assert_int_equal(cs_answers_add(&answers, "123456", 6), CS_OK);
    check_block("round", CS_MSG_ROUND, &round);
    check_block("answers", CS_MSG_ANSWERS, &answers);
}

static void example_of_verdict(void **state)
{
    (void)state;
    check_block("verdict", CS_MSG_VERDICT,
                &(struct cs_verdict_message){.pam_code = 0, .name = (char[]){"allow"}});
}

/* What the document shows is also understood. */
static void example_is_read(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = block("request");
    CS_AUTO(cs_request_clear) struct cs_request request = {.config_fd = -1};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_decode(&packet, CS_MSG_REQUEST, CS_WIRE_VERSION, &request, &error), CS_OK);
    assert_string_equal(request.user, "alice");
    assert_string_equal(request.client, "0.1.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_the_codecs), cmocka_unit_test(example_of_greeting),
        cmocka_unit_test(example_of_request),    cmocka_unit_test(example_of_round),
        cmocka_unit_test(example_of_verdict),    cmocka_unit_test(example_is_read),
    };

    return cmocka_run_group_tests(tests, read_document, free_document);
}
