/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of version 2, which choose themselves, and how long lines are. */
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
    assert_int_equal(a->verification, b->verification);
    assert_int_equal(a->more, b->more);
    assert_int_equal(a->fido2, b->fido2);
    assert_int_equal(a->attestation, b->attestation);
    assert_string_equal(a->user, b->user);
    assert_int_equal(a->handle_count, b->handle_count);
    for (size_t i = 0; i < a->handle_count; i++) {
        assert_int_equal(a->handles[i].length, b->handles[i].length);
        assert_int_equal(a->handles[i].must_verify, b->handles[i].must_verify);
        assert_memory_equal(a->handles[i].bytes, b->handles[i].bytes, a->handles[i].length);
    }
}

/* Two more examples of the document. */
#define EXAMPLE_REQUEST2                                                                           \
    "U2F2.BRJwYW06Ly9ob3N0LmV4YW1wbGUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEEAWFhYWH3maIe"
#define EXAMPLE_ENROL2                                                                             \
    "U2F2-enrol.ABJwYW06Ly9ob3N0LmV4YW1wbGUAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwR1c2VyAD-"   \
    "GnvM"

static void test_lines_of_the_document_in_version_2(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer request_line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer enrol_line = {0};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 1);
    struct cs_u2f_request enrol = make_request(CS_U2F_REGISTER, 0);

    (void)state;
    request.verification = CS_U2F_PREFERRED;
    request.more = true;
    request.handles[0].length = 4;
    request.handles[0].must_verify = true;
    assert_int_equal(cs_u2f_write_request(&request, &request_line, NULL), CS_OK);
    assert_string_equal(request_line.text, EXAMPLE_REQUEST2);
    enrol.fido2 = true;
    memcpy(enrol.user, "user", sizeof "user");
    assert_int_equal(cs_u2f_write_request(&enrol, &enrol_line, NULL), CS_OK);
    assert_string_equal(enrol_line.text, EXAMPLE_ENROL2);
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
    assert_contains(text, "\n    " EXAMPLE_REQUEST2 "\n");
    assert_contains(text, "\n    " EXAMPLE_ENROL2 "\n");
}

/* What a client of version 1 can answer is asked in version 1. */
static const struct {
    struct cs_u2f_request asked;
    size_t handle;
    bool must_verify;
    const char *prefix; /* NULL: there is no such line */
} versions[] = {
    {{.purpose = CS_U2F_AUTHENTICATE}, 127, false, "U2F1."},
    {{.purpose = CS_U2F_AUTHENTICATE}, 128, false, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE}, 255, false, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE}, 64, true, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE, .more = true}, 64, false, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE, .verification = CS_U2F_PREFERRED}, 64, false, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE, .verification = CS_U2F_REQUIRED}, 64, false, "U2F2."},
    {{.purpose = CS_U2F_AUTHENTICATE, .fido2 = true}, 64, false, NULL},
    {{.purpose = CS_U2F_AUTHENTICATE, .attestation = true}, 64, false, NULL},
    {{.purpose = CS_U2F_AUTHENTICATE, .user = "ann"}, 64, false, NULL},
    {{.purpose = CS_U2F_AUTHENTICATE, .verification = CS_U2F_VERIFICATIONS}, 64, false, NULL},
    {{.purpose = CS_U2F_REGISTER}, 127, false, "U2F1-enrol."},
    {{.purpose = CS_U2F_REGISTER}, 128, false, NULL},
    {{.purpose = CS_U2F_REGISTER}, 64, true, NULL},
    {{.purpose = CS_U2F_REGISTER, .verification = CS_U2F_REQUIRED}, 64, false, NULL},
    {{.purpose = CS_U2F_REGISTER, .attestation = true}, 64, false, NULL},
    {{.purpose = CS_U2F_REGISTER, .fido2 = true}, 255, false, "U2F2-enrol."},
    {{.purpose = CS_U2F_REGISTER, .fido2 = true, .attestation = true, .user = "ann"},
     64,
     false,
     "U2F2-enrol."},
    {{.purpose = CS_U2F_REGISTER, .fido2 = true, .more = true}, 64, false, NULL},
    {{.purpose = CS_U2F_REGISTER, .fido2 = true}, 64, true, NULL},
};

static void test_version_follows_what_is_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(versions); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        struct cs_u2f_request request = versions[i].asked, back;
        struct cs_u2f_request example = make_request(request.purpose, 1);

        memcpy(request.app_id, example.app_id, sizeof example.app_id);
        request.handle_count = 1;
        request.handles[0].length = versions[i].handle;
        request.handles[0].must_verify = versions[i].must_verify;
        if (versions[i].prefix == NULL) {
            assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_ERR_INPUT);
            continue;
        }
        assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
        assert_int_equal(strncmp(line.text, versions[i].prefix, strlen(versions[i].prefix)), 0);
        assert_int_equal(cs_u2f_read_request(line.text, line.length, &back, NULL), CS_OK);
        assert_same_request(&request, &back);
    }
}

/* How long lines are, for an application of 24 characters. Clients cut prompts and what is typed,
 * so the numbers are a promise. */
static void test_lengths_of_requests(void **state)
{
    static const size_t numbers[] = {1, 2, 4, 8};
    static const struct {
        size_t bytes, lengths[CS_ARRAY_SIZE(numbers)];
    } rows[] = {{64, {176, 263, 436, 783}},
                {96, {219, 348, 607, 1124}},
                /* Longer than 127 bytes: version 2, one more byte for each handle. */
                {128, {263, 436, 783, 1476}}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        for (size_t k = 0; k < CS_ARRAY_SIZE(numbers); k++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
            struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, numbers[k]);

            memset(request.app_id, 'x', 24);
            for (size_t handle = 0; handle < numbers[k]; handle++)
                request.handles[handle].length = rows[i].bytes;
            assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
            assert_int_equal(line.length, rows[i].lengths[k]);
        }
}

static void test_lengths_of_answers(void **state)
{
    static const struct {
        size_t signature, length;
    } rows[] = {{70, 107}, {71, 108}, {72, 110}, {64, 99} /* EdDSA */};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        struct cs_u2f_answer answer = make_answer(rows[i].signature);

        assert_int_equal(cs_u2f_write_answer(&answer, &line, NULL), CS_OK);
        assert_int_equal(line.length, rows[i].length);
    }
    /* RS256 would need 355 characters, more than some clients can type. */
    assert_true(CS_U2F_ANSWER_LINE_MAX < 128);
}

static void test_longest_lines_of_version_2_fit(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer enrol = {0};
    struct cs_u2f_request request = make_request(CS_U2F_AUTHENTICATE, 8), back;

    (void)state;
    memset(request.app_id, 'x', CS_U2F_APP_ID_MAX);
    for (size_t i = 0; i < 8; i++)
        request.handles[i].length = CS_U2F_HANDLE_MAX;
    assert_int_equal(cs_u2f_write_request(&request, &line, NULL), CS_OK);
    assert_int_equal(line.length, 3139);
    assert_int_equal(cs_u2f_read_request(line.text, line.length, &back, NULL), CS_OK);
    assert_same_request(&request, &back);
    request.purpose = CS_U2F_REGISTER;
    request.fido2 = true;
    memset(request.user, 'x', CS_U2F_USER_MAX);
    assert_int_equal(cs_u2f_write_request(&request, &enrol, NULL), CS_OK);
    assert_int_equal(enrol.length, CS_U2F_REQUEST_LINE_MAX);
    assert_int_equal(cs_u2f_read_request(enrol.text, enrol.length, &back, NULL), CS_OK);
    assert_same_request(&request, &back);
}

static void test_enrolled_in_both_versions(void **state)
{
    static const struct {
        enum cs_u2f_form form;
        bool fido2;
        const char *prefix;
    } rows[] = {{CS_U2F_FORM_U2F, false, "U2F1-enrolled."},
                {CS_U2F_FORM_U2F, true, "U2F2-enrolled."},
                {CS_U2F_FORM_FIDO2, true, "U2F2-enrolled."}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        for (size_t length = 1; length <= CS_U2F_REGISTRATION_MAX;
             length += CS_U2F_REGISTRATION_MAX - 1) {
            CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
            struct cs_u2f_enrolled enrolled = {.form = rows[i].form, .length = length}, back;

            enrolled.data[length - 1] = 7;
            assert_int_equal(cs_u2f_write_enrolled(&enrolled, rows[i].fido2, &line, NULL), CS_OK);
            assert_uint_in_range(line.length, 10, CS_U2F_ENROLLED_LINE_MAX);
            assert_int_equal(strncmp(line.text, rows[i].prefix, strlen(rows[i].prefix)), 0);
            assert_true(cs_u2f_is_enrolled(line.text));
            assert_false(cs_u2f_is_request(line.text));
            assert_int_equal(cs_u2f_read_enrolled(line.text, line.length, &back, NULL), CS_OK);
            assert_int_equal(back.form, rows[i].form);
            assert_int_equal(back.length, length);
            assert_memory_equal(back.data, enrolled.data, length);
        }
}

/* No form at all, another form, no data, too much. */
static void test_enrolled_in_version_2_refused(void **state)
{
    static const struct {
        unsigned char form;
        size_t length;
        enum cs_err err;
    } rows[] = {{1, 2, CS_OK},          {2, 2, CS_OK},        {0, 2, CS_ERR_INPUT},
                {3, 2, CS_ERR_INPUT},   {2, 1, CS_ERR_INPUT}, {2, 2049, CS_OK},
                {2, 2050, CS_ERR_INPUT}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        unsigned char payload[2050] = {rows[i].form};
        struct cs_u2f_enrolled enrolled;

        assert_int_equal(cs_u2f_wrap(CS_U2F_LINE_ENROLLED2, payload, rows[i].length, &line, NULL),
                         CS_OK);
        assert_int_equal(cs_u2f_read_enrolled(line.text, line.length, &enrolled, NULL),
                         rows[i].err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_has_these_lines),
        cmocka_unit_test(test_lines_of_the_document_in_version_2),
        cmocka_unit_test(test_version_follows_what_is_asked),
        cmocka_unit_test(test_lengths_of_requests),
        cmocka_unit_test(test_lengths_of_answers),
        cmocka_unit_test(test_longest_lines_of_version_2_fit),
        cmocka_unit_test(test_enrolled_in_both_versions),
        cmocka_unit_test(test_enrolled_in_version_2_refused),
    };

    return cmocka_run_group_tests_name("u2f_relay2", tests, NULL, NULL);
}
