/* SPDX-License-Identifier: Apache-2.0 */
/* Every malformed packet is refused with CS_ERR_PROTOCOL; what was read so far can be cleared. */
#include "tests/unit/unit.h"

#include "tests/support/wire_message.h"

static enum cs_err decode(const char *data, size_t length, unsigned type, uint32_t version,
                          struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    union wire_message message;
    enum cs_err result;

    memset(&message, 0, sizeof message);
    /* Exactly as long as the packet but for its NUL, so that the sanitizer sees what reads on. */
    assert_int_equal(cs_secret_set(&packet, data, length), CS_OK);
    result = cs_decode(&packet, type, version, &message, error);
    wire_message_clear(type, &message);
    return result;
}

/* REQUEST with service "s", user "u" and flags 0, to be followed by more fields. */
#define REQUEST "\3\0\1\0\1s\0\2\0\1u\0\10\0\4\0\0\0\0"

static void test_decode_malformed_refused(void **state)
{
    static const struct {
        unsigned type;
        const char *data;
        size_t length;
        const char *text;
    } rows[] = {
        {CS_MSG_HELLO, TEXT(""), "message 0 came where 1 belongs"},
        {CS_MSG_HELLO, TEXT("\2\0\1\0\4\0\0\0\1"), "message 2 came where 1 belongs"},
        {CS_MSG_HELLO, TEXT("\377"), "message 255 came where 1 belongs"},
        {CS_MSG_HELLO, TEXT("\1"), "field 1 is missing"},
        {CS_MSG_HELLO, TEXT("\1\0\1\0\4\0\0\0\1"), "field 2 is missing"},
        {CS_MSG_HELLO, TEXT("\1\0\1\0\4\0\0\0\1\0\1\0\4\0\0\0\1"), "field 1 is repeated"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\3\0\0\1"), "field 1 has no valid value"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\0"), "field 1 has no valid value"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\5\0\0\0\0\1"), "field 1 is repeated or too long"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0\1\0"), "ends inside a field"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0\1\0\7\0"), "ends inside a field"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0"), "ends inside a field"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\377\377\0\0\0\0"), "ends inside a field"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0\1\0\7\0\0"), "unknown field 7"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0\1\0\0\0\0"), "unknown field 0"},
        {CS_MSG_WELCOME, TEXT("\2\0\1\0\4\0\0\0\1\200\7\0\1"), "ends inside a field"},
        {CS_MSG_WELCOME, TEXT("\2\200\1\0\4\0\0\0\1"), "field 1 is missing"},
        {CS_MSG_REQUEST, TEXT("\3\0\2\0\1u\0\10\0\4\0\0\0\0"), "field 1 is missing"},
        {CS_MSG_REQUEST, TEXT("\3\0\1\0\1s\0\10\0\4\0\0\0\0"), "field 2 is missing"},
        {CS_MSG_REQUEST, TEXT("\3\0\1\0\1s\0\2\0\1u"), "field 8 is missing"},
        {CS_MSG_REQUEST, TEXT(REQUEST "\0\3\0\1\0"), "field 3 has no valid value"},
        {CS_MSG_REQUEST, TEXT(REQUEST "\0\3\0\3a\0b"), "field 3 has no valid value"},
        {CS_MSG_REQUEST, TEXT(REQUEST "\0\11\0\2a\0"), "field 9 has no valid value"},
        {CS_MSG_REQUEST, TEXT(REQUEST "\0\2\0\1v"), "field 2 is repeated"},
        {CS_MSG_REQUEST, TEXT(REQUEST "\0\13\0\1v"), "unknown field 11"},
        {CS_MSG_ROUND, TEXT("\5\0\2\0\0"), "field 2 has no valid value"},
        {CS_MSG_ROUND, TEXT("\5\0\2\0\1\1"), "field 2 has no valid value"},
        {CS_MSG_ROUND, TEXT("\5\0\2\0\2\2x"), "field 2 has no valid value"},
        {CS_MSG_ROUND, TEXT("\5\0\2\0\3\1\0x"), "field 2 has no valid value"},
        {CS_MSG_AUTHTOK_ASK, TEXT("\7\0\1\0\0"), "unknown field 1"},
        {CS_MSG_VERDICT, TEXT("\11\0\1\0\4\0\0\0\0"), "field 2 is missing"},
        {CS_MSG_VERDICT, TEXT("\11\0\2\0\4deny"), "field 1 is missing"},
        {0, TEXT("\0"), "came where 0 belongs"},
        {CS_MSG_TYPES, TEXT("\12"), "came where 10 belongs"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_error error = {0};
        enum cs_err result = decode(rows[i].data, rows[i].length, rows[i].type, 2, &error);

        if (result != CS_ERR_PROTOCOL || strstr(error.text, rows[i].text) == NULL)
            fail_msg("row %zu: result %d: '%s'; expected '%s'", i, (int)result, error.text,
                     rows[i].text);
    }
}

static void test_decode_every_cut_refused_or_complete(void **state)
{
    static const char whole[] = REQUEST "\0\11\0\4abcd\0\11\0\0\0\12\0\2xy";

    (void)state;
    for (size_t length = 0; length < sizeof whole; length++) {
        /* Ends of optional fields are ends of valid packets. */
        bool complete = length == sizeof REQUEST - 1 || length == sizeof REQUEST - 1 + 8 ||
                        length == sizeof REQUEST - 1 + 12 || length == sizeof whole - 1;
        enum cs_err result = decode(whole, length, CS_MSG_REQUEST, 2, NULL);

        if (result != (complete ? CS_OK : CS_ERR_PROTOCOL))
            fail_msg("cut to %zu bytes: result %d", length, (int)result);
    }
}

static void test_decode_may_ignore_field_ignored(void **state)
{
    (void)state;
    assert_int_equal(
        decode(TEXT("\2\200\7\0\2xy\0\1\0\4\0\0\0\1\200\7\0\0"), CS_MSG_WELCOME, 1, NULL), CS_OK);
    assert_int_equal(decode(TEXT("\7\377\377\0\0"), CS_MSG_AUTHTOK_ASK, 2, NULL), CS_OK);
    assert_int_equal(decode(TEXT("\7\177\377\0\0"), CS_MSG_AUTHTOK_ASK, 2, NULL), CS_ERR_PROTOCOL);
}

static void test_decode_since_2_unknown_in_1(void **state)
{
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(decode(TEXT(REQUEST "\0\12\0\1c"), CS_MSG_REQUEST, 2, &error), CS_OK);
    assert_int_equal(decode(TEXT(REQUEST "\0\12\0\1c"), CS_MSG_REQUEST, 1, &error),
                     CS_ERR_PROTOCOL);
    assert_string_equal(error.text, "unknown field 10");
}

static void add_field(struct cs_buffer *packet, unsigned tag, const char *head, size_t head_length,
                      size_t length)
{
    size_t all = head_length + length;
    const char header[4] = {(char)(tag >> 8), (char)tag, (char)(all >> 8), (char)all};

    cs_buffer_add(packet, header, sizeof header);
    cs_buffer_add(packet, head, head_length);
    for (size_t i = 0; i < length; i++)
        cs_buffer_add(packet, "x", 1);
}

/* The longest value passes, one byte more does not. */
static void test_decode_length_bounds_exact(void **state)
{
    static const struct {
        unsigned type, tag;
        const char *start;
        size_t start_length;
        const char *head;
        size_t longest;
    } rows[] = {
        {CS_MSG_REQUEST, 3, TEXT(REQUEST), "", 1024},
        {CS_MSG_REQUEST, 6, TEXT(REQUEST), "", 1024},
        {CS_MSG_REQUEST, 7, TEXT(REQUEST), "", 32768},
        {CS_MSG_REQUEST, 9, TEXT(REQUEST), "", 1024},
        {CS_MSG_REQUEST, 10, TEXT(REQUEST), "", 1024},
        {CS_MSG_ROUND, 1, TEXT("\5"), "", CS_PROMPT_BYTES_MAX},
        {CS_MSG_ROUND, 2, TEXT("\5"), "\1", CS_PROMPT_BYTES_MAX},
        {CS_MSG_ANSWERS, 1, TEXT("\6"), "", CS_ANSWER_BYTES_MAX + 1},
        {CS_MSG_AUTHTOK, 1, TEXT("\10"), "", CS_ANSWER_BYTES_MAX},
        {CS_MSG_VERDICT, 3, TEXT("\11\0\1\0\4\0\0\0\0\0\2\0\1d"), "", 32768},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        for (size_t more = 0; more < 2; more++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer packet = {0};
            enum cs_err result;

            cs_buffer_add(&packet, rows[i].start, rows[i].start_length);
            add_field(&packet, rows[i].tag, rows[i].head, strlen(rows[i].head),
                      rows[i].longest + more);
            result = decode(packet.text, packet.length, rows[i].type, 2, NULL);
            if (result != (more ? CS_ERR_PROTOCOL : CS_OK))
                fail_msg("row %zu, %zu more: result %d", i, more, (int)result);
        }
    }
}

/* As many items as allowed pass, one more does not. */
static void test_decode_item_bounds_exact(void **state)
{
    static const struct {
        unsigned type, tag;
        const char *start;
        size_t start_length;
        const char *head;
        size_t most;
    } rows[] = {
        {CS_MSG_REQUEST, 9, TEXT(REQUEST), "", 64},
        {CS_MSG_ROUND, 2, TEXT("\5"), "\1", CS_ROUND_PROMPTS_MAX},
        {CS_MSG_ANSWERS, 1, TEXT("\6"), "", CS_ROUND_PROMPTS_MAX},
        {CS_MSG_VERDICT, 3, TEXT("\11\0\1\0\4\0\0\0\0\0\2\0\1d"), "", 64},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer packet = {0};

        cs_buffer_add(&packet, rows[i].start, rows[i].start_length);
        for (size_t n = 0; n < rows[i].most; n++)
            add_field(&packet, rows[i].tag, rows[i].head, strlen(rows[i].head), 1);
        assert_int_equal(decode(packet.text, packet.length, rows[i].type, 2, NULL), CS_OK);
        add_field(&packet, rows[i].tag, rows[i].head, strlen(rows[i].head), 1);
        assert_int_equal(decode(packet.text, packet.length, rows[i].type, 2, NULL),
                         CS_ERR_PROTOCOL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_malformed_refused),
        cmocka_unit_test(test_decode_every_cut_refused_or_complete),
        cmocka_unit_test(test_decode_may_ignore_field_ignored),
        cmocka_unit_test(test_decode_since_2_unknown_in_1),
        cmocka_unit_test(test_decode_length_bounds_exact),
        cmocka_unit_test(test_decode_item_bounds_exact),
    };

    return cmocka_run_group_tests_name("codec_refusals", tests, NULL, NULL);
}
