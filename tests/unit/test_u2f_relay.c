/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that people carry between a login and a key elsewhere. */
#include "tests/unit/unit.h"

#include "u2f/relay_line.h"

static struct cs_u2f_request make_request(enum cs_u2f_purpose purpose, size_t handles)
{
    struct cs_u2f_request request = {.purpose = purpose, .app_id = "pam://host.example"};

    for (size_t i = 0; i < CS_U2F_CHALLENGE_BYTES; i++)
        request.challenge[i] = (unsigned char)i;
    request.handle_count = handles;
    for (size_t i = 0; i < handles; i++) {
        request.handles[i].length = 64;
        memset(request.handles[i].bytes, (int)('a' + i), 64);
    }
    return request;
}

static struct cs_u2f_answer make_answer(size_t signature_length)
{
    struct cs_u2f_answer answer = {.key = 1, .assertion = {1, 0x01020304, {0x30}, 0}};

    answer.assertion.signature_length = signature_length;
    return answer;
}

static void assert_same_request(const struct cs_u2f_request *a, const struct cs_u2f_request *b)
{
    assert_int_equal(a->purpose, b->purpose);
    assert_string_equal(a->app_id, b->app_id);
    assert_memory_equal(a->challenge, b->challenge, sizeof a->challenge);
    assert_int_equal(a->handle_count, b->handle_count);
    for (size_t i = 0; i < a->handle_count; i++) {
        assert_int_equal(a->handles[i].length, b->handles[i].length);
        assert_memory_equal(a->handles[i].bytes, b->handles[i].bytes, a->handles[i].length);
    }
}

/* The example of docs/U2F-RELAY.md; a client of yesterday must read what is written today. */
#define EXAMPLE_REQUEST                                                                            \
    "U2F1.ABJwYW06Ly9ob3N0LmV4YW1wbGUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEEYWFhYb0sIXc"
#define EXAMPLE_ANSWER "AAEBAgMEMAAAAAAAAAD6NbmE"

static void test_lines_of_the_document(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer request_line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer answer_line = {0};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 1);
    struct cs_u2f_answer answer = make_answer(8);

    (void)state;
    request.handles[0].length = 4;
    answer.key = 0;
    assert_int_equal(cs_u2f_write_request(&request, &request_line, NULL), CS_OK);
    assert_string_equal(request_line.text, EXAMPLE_REQUEST);
    assert_int_equal(cs_u2f_write_answer(&answer, &answer_line, NULL), CS_OK);
    assert_string_equal(answer_line.text, EXAMPLE_ANSWER);
}

static void test_document_has_these_lines(void **state)
{
    CS_AUTO(cs_string_free) char *text = calloc(1, 65536);
    FILE *file = fopen(CS_U2F_RELAY_DOCUMENT, "re");

    (void)state;
    assert_non_null(file);
    assert_non_null(text);
    assert_uint_in_range(fread(text, 1, 65535, file), 1000, 65534);
    (void)fclose(file);
    assert_contains(text, "\n    " EXAMPLE_REQUEST "\n");
    assert_contains(text, "\n    " EXAMPLE_ANSWER "\n");
}

static void test_request_comes_back(void **state)
{
    static const struct {
        enum cs_u2f_purpose purpose;
        size_t handles;
        const char *prefix;
    } rows[] = {{CS_U2F_AUTHENTICATE, 1, "U2F1."},
                {CS_U2F_AUTHENTICATE, 8, "U2F1."},
                {CS_U2F_REGISTER, 0, "U2F1-enrol."},
                {CS_U2F_REGISTER, 8, "U2F1-enrol."}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        struct cs_u2f_request request = make_request(rows[i].purpose, rows[i].handles), back;
        struct cs_error error = {0};

        assert_int_equal(cs_u2f_write_request(&request, &line, &error), CS_OK);
        assert_int_equal(strncmp(line.text, rows[i].prefix, strlen(rows[i].prefix)), 0);
        assert_int_equal(cs_u2f_read_request(line.text, line.length, &back, &error), CS_OK);
        assert_same_request(&request, &back);
    }
}

static void test_longest_lines_fit(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer enrolled = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer short_answer = {0};
    struct cs_u2f_request request = make_request(CS_U2F_REGISTER, 8), back;
    struct cs_u2f_answer answer = make_answer(CS_U2F_SIGNATURE_MAX);
    struct cs_u2f_enrolled data = {.form = CS_U2F_FORM_U2F, .length = CS_U2F_REGISTRATION_MAX};
    struct cs_u2f_enrolled same;

    (void)state;
    memset(request.app_id, 'x', CS_U2F_APP_ID_MAX);
    for (size_t i = 0; i < 8; i++)
        request.handles[i].length = CS_U2F_RELAY1_HANDLE_MAX;
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
    assert_uint_in_range(line.length, 1700, CS_U2F_REQUEST_LINE_MAX);
    assert_int_equal(cs_u2f_read_request(line.text, line.length, &back, NULL), CS_OK);
    assert_same_request(&request, &back);
    assert_int_equal(cs_u2f_write_enrolled(&data, false, &enrolled, NULL), CS_OK);
    assert_uint_in_range(enrolled.length, 2700, CS_U2F_ENROLLED_LINE_MAX);
    assert_int_equal(cs_u2f_read_enrolled(enrolled.text, enrolled.length, &same, NULL), CS_OK);
    assert_int_equal(same.form, CS_U2F_FORM_U2F);
    assert_int_equal(same.length, data.length);
    assert_memory_equal(data.data, same.data, same.length);
    assert_int_equal(cs_u2f_write_answer(&answer, &short_answer, NULL), CS_OK);
    assert_int_equal(short_answer.length, CS_U2F_ANSWER_LINE_MAX);
}

static void test_what_has_no_form_is_not_written(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_enrolled enrolled = {.form = CS_U2F_FORM_U2F};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 0);
    struct cs_u2f_answer answer = make_answer(CS_U2F_SIGNATURE_MAX + 1);

    (void)state;
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    request.handle_count = 9;
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    for (size_t length = 0; length <= 256; length += 256) {
        request = make_request(CS_U2F_AUTHENTICATE, 2);
        request.handles[1].length = length;
        assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    }
    request = make_request(CS_U2F_AUTHENTICATE, 1);
    request.app_id[3] = '\n';
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    request.app_id[0] = '\0';
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    memset(request.app_id, 'x', sizeof request.app_id);
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_ERR_INPUT);
    answer = make_answer(CS_U2F_SIGNATURE_MIN - 1);
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_ERR_INPUT);
    answer = make_answer(70);
    answer.key = 8;
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_write_enrolled(&enrolled, false, &line, NULL), CS_ERR_INPUT);
    enrolled.length = CS_U2F_REGISTRATION_MAX + 1;
    assert_int_equal(cs_u2f_write_enrolled(&enrolled, true, &line, NULL), CS_ERR_INPUT);
    enrolled.length = 100;
    enrolled.form = CS_U2F_FORM_FIDO2;
    assert_int_equal(cs_u2f_write_enrolled(&enrolled, false, &line, NULL), CS_ERR_INPUT);
    assert_int_equal(line.length, 0);
}

static void test_answer_comes_back_pasted(void **state)
{
    static const struct {
        const char *before, *after;
    } rows[] = {{"", ""}, {"  ", ""}, {"", "\n"}, {"\t", " \r\n"}};
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_answer answer = make_answer(70);

    (void)state;
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer pasted = {0};
        struct cs_u2f_answer back = {.key = 0};

        cs_buffer_printf(&pasted, "%s%s%s", rows[i].before, line.text, rows[i].after);
        assert_int_equal(cs_u2f_read_answer(pasted.text, pasted.length, 2, &back, NULL), CS_OK);
        assert_int_equal(back.key, 1);
        assert_int_equal(back.assertion.flags, 1);
        assert_int_equal(back.assertion.counter, 0x01020304);
        assert_int_equal(back.assertion.signature_length, 70);
        assert_memory_equal(back.assertion.signature, answer.assertion.signature, 70);
    }
}

static void test_answer_for_a_key_that_was_not_asked_refused(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_answer answer = make_answer(70), back;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_OK);
    assert_int_equal(cs_u2f_read_answer(line.text, line.length, 1, &back, &error), CS_ERR_INPUT);
    assert_string_equal(error.text, "the answer is for key 2, but the request was for 1");
    assert_int_equal(cs_u2f_read_answer(line.text, line.length, 0, &back, &error), CS_ERR_INPUT);
}

/* Half a line, a character too many, a changed one: always found, whichever kind of line it is. */
static void assert_damage_found(const char *line, size_t length)
{
    struct cs_u2f_request request;
    struct cs_u2f_answer answer;
    struct cs_u2f_enrolled enrolled;

    assert_int_equal(cs_u2f_read_request(line, length, &request, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_read_answer(line, length, 8, &answer, NULL), CS_ERR_INPUT);
    assert_int_equal(cs_u2f_read_enrolled(line, length, &enrolled, NULL), CS_ERR_INPUT);
}

static void test_damage_found(void **state)
{
    struct cs_buffer lines[4] = {0};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 1);
    struct cs_u2f_request enrol = make_request(CS_U2F_REGISTER, 0);
    struct cs_u2f_answer answer = make_answer(70);
    const struct cs_u2f_enrolled data = {.form = CS_U2F_FORM_U2F, .data = {5}, .length = 200};

    (void)state;
    assert_int_equal(cs_u2f_write_request(&request, &lines[0], NULL), CS_OK);
    assert_int_equal(cs_u2f_write_request(&enrol, &lines[1], NULL), CS_OK);
    assert_int_equal(cs_u2f_write_answer(&answer, &lines[2], NULL), CS_OK);
    assert_int_equal(cs_u2f_write_enrolled(&data, false, &lines[3], NULL), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(lines); i++) {
        char *text = lines[i].text;

        for (size_t at = 0; at < lines[i].length; at++) {
            char good = text[at];

            assert_damage_found(text, at);
            if (at > 0)
                assert_damage_found(text + at, lines[i].length - at);
            text[at] = good == 'A' ? 'B' : 'A';
            assert_damage_found(text, lines[i].length);
            text[at] = ' ';
            if (at > 0 && at < lines[i].length - 1)
                assert_damage_found(text, lines[i].length);
            text[at] = good;
        }
        cs_buffer_text(&lines[i], "A");
        assert_damage_found(lines[i].text, lines[i].length);
        cs_buffer_free(&lines[i]);
    }
}

#define CHALLENGE "0123456789abcdef0123456789abcdef"

/* Payloads that are complete, by their checksum, but wrong. */
static const struct {
    enum cs_u2f_line line;
    const char *payload;
    size_t length;
    enum cs_err err;
} payloads[] = {
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\1\1h"), CS_OK},
    {CS_U2F_LINE_REQUEST, TEXT("\1\1a" CHALLENGE "\1\1h"), CS_ERR_INPUT}, /* flags */
    {CS_U2F_LINE_REQUEST, TEXT("\0\0" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1\n" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\3a\0b" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1\0" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1\xff" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\2a" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\377a" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\0"), CS_ERR_INPUT}, /* no handle */
    {CS_U2F_LINE_ENROL, TEXT("\0\1a" CHALLENGE "\0"), CS_OK},
    {CS_U2F_LINE_ENROL, TEXT("\0\1a" CHALLENGE), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\1\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\1\2h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\2\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\1\1hx"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0\1a" CHALLENGE "\11\1h\1h\1h\1h\1h\1h\1h\1h\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST, TEXT("\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\1\1a" CHALLENGE "\1\1\0h"), CS_OK},
    {CS_U2F_LINE_REQUEST2, TEXT("\6\1a" CHALLENGE "\1\1\1h"), CS_OK},
    {CS_U2F_LINE_REQUEST2, TEXT("\0\1a" CHALLENGE "\1\1\0h"), CS_OK}, /* could be version 1 */
    {CS_U2F_LINE_REQUEST2, TEXT("\3\1a" CHALLENGE "\1\1\0h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\11\1a" CHALLENGE "\1\1\0h"), CS_ERR_INPUT}, /* attestation */
    {CS_U2F_LINE_REQUEST2, TEXT("\21\1a" CHALLENGE "\1\1\0h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\201\1a" CHALLENGE "\1\1\0h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\1\1a" CHALLENGE "\1\1\2h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\1\1a" CHALLENGE "\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_REQUEST2, TEXT("\1\1a" CHALLENGE "\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\0\0"), CS_OK},
    {CS_U2F_LINE_ENROL2, TEXT("\12\1a" CHALLENGE "\3ann\1\1h"), CS_OK},
    {CS_U2F_LINE_ENROL2, TEXT("\13\1a" CHALLENGE "\3ann\1\1h"), CS_ERR_INPUT},
    {CS_U2F_LINE_ENROL2, TEXT("\4\1a" CHALLENGE "\3ann\1\1h"), CS_ERR_INPUT}, /* more */
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\3an\n\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\3a\0n\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\101" CHALLENGE CHALLENGE "x\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\100" CHALLENGE CHALLENGE "\0"), CS_OK},
    {CS_U2F_LINE_ENROL2, TEXT("\0\1a" CHALLENGE "\0"), CS_ERR_INPUT},
    {CS_U2F_LINE_ANSWER,
     TEXT("\2\1\0\0\0\1"
          "12345678"),
     CS_OK},
    {CS_U2F_LINE_ANSWER,
     TEXT("\3\1\0\0\0\1"
          "12345678"),
     CS_ERR_INPUT}, /* of 3 keys */
    {CS_U2F_LINE_ANSWER,
     TEXT("\10\1\0\0\0\1"
          "12345678"),
     CS_ERR_INPUT},
    {CS_U2F_LINE_ANSWER,
     TEXT("\0\1\0\0\0\1"
          "1234567"),
     CS_ERR_INPUT},
    {CS_U2F_LINE_ANSWER, TEXT("\0\1\0\0\0\1" CHALLENGE CHALLENGE "123456789"), CS_ERR_INPUT},
    {CS_U2F_LINE_ANSWER, TEXT("\0"), CS_ERR_INPUT},
};

static void test_wrong_payloads_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(payloads); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        struct cs_u2f_request request;
        struct cs_u2f_answer answer;
        struct cs_error error = {0};
        enum cs_err err;

        assert_int_equal(cs_u2f_wrap(payloads[i].line, (const unsigned char *)payloads[i].payload,
                                     payloads[i].length, &line, &error),
                         CS_OK);
        err = payloads[i].line == CS_U2F_LINE_ANSWER
                  ? cs_u2f_read_answer(line.text, line.length, 3, &answer, &error)
                  : cs_u2f_read_request(line.text, line.length, &request, &error);
        if (err != payloads[i].err)
            fail_msg("row %zu: %s", i, error.text);
    }
}

/* A line of one kind does not become another's by exchanging its prefix. */
static void test_prefix_is_in_the_checksum(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer other = {0};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 1), back;
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
    cs_buffer_printf(&other, "U2F1-enrol.%s", line.text + strlen("U2F1."));
    assert_int_equal(cs_u2f_read_request(other.text, other.length, &back, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the request to enrol is incomplete or was changed");
}

enum reader { READ_REQUEST, READ_ANSWER, READ_ENROLLED };

static void test_errors_say_what_is_wrong(void **state)
{
    static const struct {
        enum reader reader;
        const char *line, *part;
    } rows[] = {
        {READ_ANSWER, "", "the answer is empty"},
        {READ_ANSWER, " \n", "the answer is empty"},
        {READ_ANSWER, "123456", "the answer is incomplete or was changed on its way"},
        {READ_ANSWER, "AAAA", "the answer is incomplete"},
        {READ_ANSWER, "AAAA AAAA", "a blank or a line break within the line"},
        {READ_ANSWER, "AAAA\nAAAA", "a blank or a line break within the line"},
        {READ_ANSWER, "AAA=", "character 4 after the prefix"},
        {READ_ANSWER, EXAMPLE_REQUEST, "this is the request, but the answer is expected"},
        {READ_ANSWER, "U2F1-enrol.AAAA", "this is the request to enrol, but the answer"},
        {READ_REQUEST, "", "the request is empty"},
        {READ_REQUEST, EXAMPLE_ANSWER, "the beginning of the request is missing: copy it whole"},
        {READ_REQUEST, "2F1.AAAA", "the beginning of the request is missing"},
        {READ_REQUEST, "U2F1", "the beginning of the request is missing"},
        {READ_REQUEST, "U2F1.", "the request is incomplete"},
        {READ_REQUEST, "U2F3.AAAA", "made by another version"},
        {READ_REQUEST, "U2F1.A.", "character 2 after the prefix"},
        {READ_REQUEST, "U2F1-enrolled.AAAA",
         "this is the answer to a request to enrol, but the request"},
        {READ_ENROLLED, "U2F1-enrol.AAAA", "this is the request to enrol, but the answer to a"},
        {READ_ENROLLED, EXAMPLE_ANSWER, "from U2F1-enrolled. or U2F2-enrolled. to its end"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t length = strlen(rows[i].line);
        struct cs_u2f_enrolled enrolled;
        struct cs_u2f_request request;
        struct cs_u2f_answer answer;
        struct cs_error error = {0};
        enum cs_err err = rows[i].reader == READ_REQUEST
                              ? cs_u2f_read_request(rows[i].line, length, &request, &error)
                          : rows[i].reader == READ_ANSWER
                              ? cs_u2f_read_answer(rows[i].line, length, 8, &answer, &error)
                              : cs_u2f_read_enrolled(rows[i].line, length, &enrolled, &error);

        assert_int_equal(err, CS_ERR_INPUT);
        assert_contains(error.text, rows[i].part);
    }
}

static void test_too_long_a_line_refused(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_answer answer;
    struct cs_error error = {0};

    (void)state;
    for (size_t i = 0; i < 70000; i++)
        cs_buffer_text(&line, "A");
    assert_int_equal(cs_u2f_read_answer(line.text, line.length, 8, &answer, &error), CS_ERR_INPUT);
    assert_contains(error.text, "the answer is too long");
    assert_int_equal(cs_u2f_read_answer("A\0A", 3, 8, &answer, &error), CS_ERR_INPUT);
    assert_contains(error.text, "character 2");
}

static void test_request_found_in_a_prompt(void **state)
{
    static const struct {
        const char *prompt, *expected;
    } rows[] = {
        {"U2F1.abc", "U2F1.abc"},
        {"(ann@host) Touch your key:\nU2F1.a-_9\nAnswer: ", "U2F1.a-_9"},
        {"x U2F1.abc. Then", "U2F1.abc"},
        {"xU2F1.abc U2F1.def", "U2F1.def"},
        {"U2F1-enrol.abc", NULL},
        {"Verification code: ", NULL},
        {"", NULL},
        {"U2F1", NULL},
        {" U2F1.", "U2F1."},
        {"U2F2.abc : ", "U2F2.abc"},
        {"U2F3.abc U2F2.def", "U2F2.def"},
        {"U2F2-enrol.abc U2F1.abc U2F2.abc", "U2F1.abc"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t length = 0;
        const char *found = cs_u2f_find_request(rows[i].prompt, &length);

        if (rows[i].expected == NULL) {
            assert_null(found);
            continue;
        }
        assert_non_null(found);
        assert_int_equal(length, strlen(rows[i].expected));
        assert_memory_equal(found, rows[i].expected, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_the_document),
        cmocka_unit_test(test_document_has_these_lines),
        cmocka_unit_test(test_request_comes_back),
        cmocka_unit_test(test_longest_lines_fit),
        cmocka_unit_test(test_what_has_no_form_is_not_written),
        cmocka_unit_test(test_answer_comes_back_pasted),
        cmocka_unit_test(test_answer_for_a_key_that_was_not_asked_refused),
        cmocka_unit_test(test_damage_found),
        cmocka_unit_test(test_wrong_payloads_refused),
        cmocka_unit_test(test_prefix_is_in_the_checksum),
        cmocka_unit_test(test_errors_say_what_is_wrong),
        cmocka_unit_test(test_too_long_a_line_refused),
        cmocka_unit_test(test_request_found_in_a_prompt),
    };

    return cmocka_run_group_tests_name("u2f_relay", tests, NULL, NULL);
}
