/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of an OpenID provider's answers to forms, good and bad. */
#include "tests/unit/unit.h"

#include "base/sanitise.h"
#include "providers/openid/answer.h"

static enum cs_err read_answer(long status, const char *body, struct cs_openid_answer *ret_answer,
                               struct cs_error *error)
{
    char copy[4096];
    struct cs_http_response response = {.status = status, .retry_after_ms = 7000};

    (void)snprintf(copy, sizeof copy, "%s", body);
    response.body = (struct cs_secret){copy, strlen(copy)};
    return cs_openid_answer_read("the question", &response, ret_answer, error);
}

/* ---- words ---- */

static void test_words_count_whatever_the_status(void **state)
{
    static const struct {
        const char *text;
        enum cs_openid_word word;
    } rows[] = {
        {"authorization_pending", CS_OPENID_PENDING},
        {"slow_down", CS_OPENID_SLOW_DOWN},
        {"access_denied", CS_OPENID_DENIED},
        {"authorization_declined", CS_OPENID_DENIED},
        {"expired_token", CS_OPENID_EXPIRED},
        {"token_expired", CS_OPENID_EXPIRED},
        {"invalid_grant", CS_OPENID_USED},
        {"bad_verification_code", CS_OPENID_USED},
        {"incorrect_device_code", CS_OPENID_USED},
        {"unknown_user_id", CS_OPENID_UNKNOWN_USER},
        {"missing_user_code", CS_OPENID_USER_CODE},
        {"invalid_user_code", CS_OPENID_USER_CODE},
        {"invalid_request", CS_OPENID_REFUSED},
        {"invalid_client", CS_OPENID_BAD_CLIENT},
        {"unauthorized_client", CS_OPENID_BAD_CLIENT},
        {"unsupported_grant_type", CS_OPENID_BAD_CLIENT},
        {"invalid_scope", CS_OPENID_BAD_CLIENT},
        {"invalid_binding_message", CS_OPENID_BAD_CLIENT},
        {"device_flow_disabled", CS_OPENID_BAD_CLIENT},
        {"too_many_user_codes", CS_OPENID_BUSY},
        {"temporarily_unavailable", CS_OPENID_BUSY},
        {"server_error", CS_OPENID_BUSY},
    };
    static const long statuses[] = {200, 400, 401, 403, 428, 429, 500, 502, 503};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * CS_ARRAY_SIZE(statuses); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        size_t row = i / CS_ARRAY_SIZE(statuses);
        char body[100];

        (void)snprintf(body, sizeof body, "{\"error\":\"%s\"}", rows[row].text);
        assert_int_equal(read_answer(statuses[i % CS_ARRAY_SIZE(statuses)], body, &answer, NULL),
                         CS_OK);
        if (answer.word != rows[row].word)
            fail_msg("%s: %d", answer.said, (int)answer.word);
        assert_int_equal(answer.retry_after_ms, 7000);
    }
}

/* Not a word of any standard: the status says whether the server or the request is at fault. */
static void test_unknown_words(void **state)
{
    static const struct {
        long status;
        enum cs_err result;
        enum cs_openid_word word;
    } rows[] = {
        {200, CS_OK, CS_OPENID_STRANGE},
        {400, CS_OK, CS_OPENID_STRANGE},
        {401, CS_OK, CS_OPENID_BAD_CLIENT},
        {403, CS_OK, CS_OPENID_STRANGE},
        {429, CS_OK, CS_OPENID_SLOW_DOWN},
        {500, CS_ERR_UNAVAILABLE, CS_OPENID_SUCCESS},
        {502, CS_ERR_UNREACHABLE, CS_OPENID_SUCCESS},
        {503, CS_ERR_UNREACHABLE, CS_OPENID_SUCCESS},
    };
    static const char *const bodies[] = {"{\"error\":\"Service Unavailable\"}",
                                         "{\"error\":\"ACCESS_DENIED\"}",
                                         "{\"error\":\"access_denied \"}", "{\"error\":\"\"}"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * CS_ARRAY_SIZE(bodies); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        size_t row = i / CS_ARRAY_SIZE(bodies);
        enum cs_err found =
            read_answer(rows[row].status, bodies[i % CS_ARRAY_SIZE(bodies)], &answer, NULL);

        if (found != rows[row].result || answer.word != rows[row].word)
            fail_msg("status %ld, row %zu: %d, %d", rows[row].status, i, (int)found,
                     (int)answer.word);
    }
}

/* ---- without a word ---- */

static void test_status_without_a_word(void **state)
{
    static const char *const bodies[] = {"",
                                         "<html>",
                                         "{}",
                                         "[]",
                                         "{\"error\":7}",
                                         "{\"error\":null}",
                                         "{\"error\":{\"code\":\"slow_down\"}}",
                                         "error=access_denied"};
    static const struct {
        long status;
        enum cs_err result;
        enum cs_openid_word word;
        const char *text;
    } rows[] = {
        {401, CS_OK, CS_OPENID_BAD_CLIENT, NULL},
        {429, CS_OK, CS_OPENID_SLOW_DOWN, NULL},
        {502, CS_ERR_UNREACHABLE, CS_OPENID_SUCCESS, "is not there (status 502)"},
        {503, CS_ERR_UNREACHABLE, CS_OPENID_SUCCESS, "is not there (status 503)"},
        {504, CS_ERR_UNREACHABLE, CS_OPENID_SUCCESS, "is not there (status 504)"},
        {302, CS_ERR_UNAVAILABLE, CS_OPENID_SUCCESS, "check that issuer"},
        {400, CS_ERR_UNAVAILABLE, CS_OPENID_SUCCESS, "the question failed (status 400)"},
        {404, CS_ERR_UNAVAILABLE, CS_OPENID_SUCCESS, "check that issuer"},
        {500, CS_ERR_UNAVAILABLE, CS_OPENID_SUCCESS, "check that issuer"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * CS_ARRAY_SIZE(bodies); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        size_t row = i / CS_ARRAY_SIZE(bodies);
        struct cs_error error = {0};

        assert_int_equal(
            read_answer(rows[row].status, bodies[i % CS_ARRAY_SIZE(bodies)], &answer, &error),
            rows[row].result);
        assert_int_equal(answer.word, rows[row].word);
        if (rows[row].text != NULL)
            assert_contains(error.text, rows[row].text);
    }
}

/* With a status of success: only an object without a word is one. */
static void test_success_is_an_object(void **state)
{
    static const char *const bad[] = {
        "",
        "<html>ok</html>",
        "[]",
        "\"x\"",
        "7",
        "{\"error\":7}",
        "{",
        "{\"a\":1}x",
        "a=b&c=d",
        "{\"error\":null}",
        "null",
        "{\"auth_req_id\":\"a\",\"auth_req_id\":\"b\"}",
        "{\"error\":\"slow_down\",\"error\":\"access_denied\"}",
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(bad); i++) {
        struct cs_openid_answer answer = {0};
        struct cs_error error = {0};

        if (read_answer(200, bad[i], &answer, &error) != CS_ERR_UNAVAILABLE)
            fail_msg("'%s' is taken", bad[i]);
        assert_string_equal(error.text,
                            "the question: the answer is not a JSON object (status 200)");
        assert_null(answer.document);
    }
    for (long status = 200; status <= 201; status++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};

        assert_int_equal(read_answer(status, "{\"auth_req_id\":\"a\"}", &answer, NULL), CS_OK);
        assert_int_equal(answer.word, CS_OPENID_SUCCESS);
        assert_string_equal(cs_openid_answer_text(&answer, "auth_req_id", 1), "a");
    }
}

/* ---- what is in it ---- */

static void test_interval_of_slow_down(void **state)
{
    static const struct {
        const char *body;
        int64_t interval_ms;
    } rows[] = {
        {"{\"error\":\"slow_down\"}", 0},
        {"{\"error\":\"slow_down\",\"interval\":12}", 12000},
        {"{\"error\":\"slow_down\",\"interval\":1e9}", 600000},
        {"{\"error\":\"slow_down\",\"interval\":2.5}", 2500},
        {"{\"error\":\"slow_down\",\"interval\":86400}", 600000},
        {"{\"error\":\"slow_down\",\"interval\":0}", 0},
        {"{\"error\":\"slow_down\",\"interval\":-5}", 0},
        {"{\"error\":\"slow_down\",\"interval\":\"12\"}", 0},
        {"{\"error\":\"slow_down\",\"interval\":null}", 0},
        {"{\"error\":\"authorization_pending\",\"interval\":12}", 0},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};

        assert_int_equal(read_answer(400, rows[i].body, &answer, NULL), CS_OK);
        if (answer.interval_ms != rows[i].interval_ms)
            fail_msg("%s: %ld", rows[i].body, (long)answer.interval_ms);
    }
}

static void test_texts_and_seconds(void **state)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};

    (void)state;
    assert_int_equal(read_answer(200,
                                 "{\"a\":\"12345\",\"empty\":\"\",\"list\":[\"x\"],\"n\":7,"
                                 "\"big\":99999999999,\"zero\":0,\"half\":0.5,\"s\":\"300\"}",
                                 &answer, NULL),
                     CS_OK);
    assert_string_equal(cs_openid_answer_text(&answer, "a", 5), "12345");
    assert_null(cs_openid_answer_text(&answer, "a", 4)); /* never cut: it would be another */
    assert_null(cs_openid_answer_text(&answer, "empty", 5));
    assert_null(cs_openid_answer_text(&answer, "list", 5));
    assert_null(cs_openid_answer_text(&answer, "n", 5));
    assert_null(cs_openid_answer_text(&answer, "missing", 5));
    assert_int_equal(cs_openid_answer_seconds(&answer, "n", 1, 60), 7);
    assert_int_equal(cs_openid_answer_seconds(&answer, "big", 1, 60), 60);
    assert_int_equal(cs_openid_answer_seconds(&answer, "missing", 5, 60), 5);
    assert_int_equal(cs_openid_answer_seconds(&answer, "zero", 5, 60), 0);
    assert_int_equal(cs_openid_answer_seconds(&answer, "half", 5, 60), 0);
    assert_int_equal(cs_openid_answer_seconds(&answer, "s", 5, 60), 0);
}

/* ---- what the log gets ---- */

static void test_said_is_short_and_clean(void **state)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0}, controls = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer body = {0};

    (void)state;
    cs_buffer_text(&body, "{\"error\":\"");
    for (int i = 0; i < 300; i++)
        cs_buffer_text(&body, "e");
    cs_buffer_text(&body, "\",\"error_description\":\"");
    for (int i = 0; i < 300; i++)
        cs_buffer_text(&body, "\xc3\xa9");
    cs_buffer_text(&body, "\"}");
    assert_int_equal(read_answer(400, body.text, &answer, NULL), CS_OK);
    assert_memory_equal(answer.said, "status 400, eeee", 16);
    assert_int_equal(strlen(answer.said), strlen("status 400, ") + 60 + strlen(": ") + 150);
    assert_true(cs_is_clean(answer.said, strlen(answer.said)));
    assert_int_equal(read_answer(400,
                                 "{\"error\":\"x\\u001b[2Jy\",\"error_description\":\"a\\nb\xe2"
                                 "\x80\xae\"}",
                                 &controls, NULL),
                     CS_OK);
    assert_string_equal(controls.said, "status 400, x?[2Jy: a?b?");
}

/* An error quotes no more than that: the body may have tokens in it. */
static void test_errors_quote_no_body(void **state)
{
    struct cs_openid_answer answer = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(read_answer(200, "[{\"access_token\":\"s3cret\"}]", &answer, &error),
                     CS_ERR_UNAVAILABLE);
    assert_null(strstr(error.text, "s3cret"));
    assert_int_equal(read_answer(500, "{\"access_token\":\"s3cret\"}", &answer, &error),
                     CS_ERR_UNAVAILABLE);
    assert_null(strstr(error.text, "s3cret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_count_whatever_the_status),
        cmocka_unit_test(test_unknown_words),
        cmocka_unit_test(test_status_without_a_word),
        cmocka_unit_test(test_success_is_an_object),
        cmocka_unit_test(test_interval_of_slow_down),
        cmocka_unit_test(test_texts_and_seconds),
        cmocka_unit_test(test_said_is_short_and_clean),
        cmocka_unit_test(test_errors_quote_no_body),
    };

    return cmocka_run_group_tests_name("openid_answer", tests, NULL, NULL);
}
