/* SPDX-License-Identifier: Apache-2.0 */
/* What Werbot's server answers: only one answer lets anybody in. */
#include "tests/unit/unit.h"

#include "base/sanitise.h"
#include "providers/werbot/answer.h"

static enum cs_err read_answer(long status, const char *text, size_t length,
                               struct cs_werbot_answer *ret_answer, struct cs_error *error)
{
    struct cs_http_response response = {.status = status};
    enum cs_err result;

    assert_int_equal(cs_secret_set(&response.body, text, length), CS_OK);
    *ret_answer = (struct cs_werbot_answer){.success = true, .own_fault = true}; /* overwritten */
    result = cs_werbot_answer_read(&response, ret_answer, error);
    cs_secret_free(&response.body);
    return result;
}

static void test_success_is_exactly_that(void **state)
{
    static const struct {
        const char *text;
        bool success;
    } rows[] = {
        {"{\"status\":\"success\"}", true},
        {" {\"status\" : \"success\"}\r\n", true},
        {"{\"status\":\"success\",\"reason\":\"\",\"intent\":\"agent-login\",\"data\":[null]}",
         true},
        {"{\"status\":\"success\",\"reason\":\"passthru authentication\"}", true},
        {"{\"status\":\"success\",\"error\":null}", true},
        {"{\"status\":\"\\u0073uccess\"}", true},
        {"{\"data\":{\"status\":\"failed\"},\"status\":\"success\"}", true},
        {"{\"status\":\"Success\"}", false},
        {"{\"status\":\"SUCCESS\"}", false},
        {"{\"status\":\"success \"}", false},
        {"{\"status\":\" success\"}", false},
        {"{\"status\":\"success\\n\"}", false},
        {"{\"status\":\"succes\"}", false},
        {"{\"status\":\"successful\"}", false},
        {"{\"status\":\"\"}", false},
        {"{\"status\":\"true\"}", false},
        {"{\"status\":\"failed\",\"reason\":\"success\"}", false},
        {"{\"status\":\"failed\",\"data\":{\"status\":\"success\"}}", false},
        {"{\"status\":\"failed\",\"Status\":\"success\"}", false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_werbot_answer answer;
        enum cs_err result = read_answer(200, rows[i].text, strlen(rows[i].text), &answer, NULL);

        if (result != CS_OK || answer.success != rows[i].success || answer.own_fault)
            fail_msg("%s: %d, success %d", rows[i].text, (int)result, answer.success);
    }
}

/* Each with the status of success beside it, or something like it. */
static void test_what_is_no_answer_is_an_outage_of_nobody(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {TEXT("")},
        {TEXT(" ")},
        {TEXT("success")},
        {TEXT("\"success\"")},
        {TEXT("[\"success\"]")},
        {TEXT("[{\"status\":\"success\"}]")},
        {TEXT("true")},
        {TEXT("null")},
        {TEXT("{}")},
        {TEXT("{\"Status\":\"success\"}")},
        {TEXT("{\"STATUS\":\"success\"}")},
        {TEXT("{\"status\":true}")},
        {TEXT("{\"status\":1}")},
        {TEXT("{\"status\":null}")},
        {TEXT("{\"status\":[\"success\"]}")},
        {TEXT("{\"status\":{\"status\":\"success\"}}")},
        {TEXT("{\"status\":\"success\",\"reason\":7}")},
        {TEXT("{\"status\":\"success\",\"reason\":null}")},
        {TEXT("{\"status\":\"success\",\"reason\":[]}")},
        {TEXT("{\"status\":\"success\",\"error\":{}}")},
        {TEXT("{\"status\":\"success\",\"error\":\"\"}")},
        {TEXT("{\"status\":\"success\",\"error\":false}")},
        {TEXT("{\"status\":\"success\",\"error\":0}")},
        {TEXT("{\"status\":\"failed\",\"status\":\"success\"}")},
        {TEXT("{\"status\":\"success\",\"status\":\"success\"}")},
        {TEXT("{\"status\":\"failed\",\"stat\\u0075s\":\"success\"}")},
        {TEXT("{\"status\":\"success\"} x")},
        {TEXT("{\"status\":\"success\"}{\"status\":\"success\"}")},
        {TEXT("{\"status\":\"success\"}\0")},
        {TEXT("{\"status\":\"success\\u0000d\"}")},
        {TEXT("{\"status\":\"success\0\"}")},
        {TEXT("{\"status\":\"success\",}")},
        {TEXT("{\"status\":\"success\"")},
        {TEXT("{'status':'success'}")},
        {TEXT("/* */{\"status\":\"success\"}")},
        {TEXT("{\"status\":\"success\",\"reason\":\"\xff\"}")},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_werbot_answer answer;
        struct cs_error error = {0};
        enum cs_err result = read_answer(200, rows[i].text, rows[i].length, &answer, &error);

        if (result != CS_ERR_UNAVAILABLE)
            fail_msg("row %zu, %s: %d", i, rows[i].text, (int)result);
        assert_string_equal(error.text, "the question whether somebody gets in: the answer is none "
                                        "of Werbot's; check server-url");
    }
}

static void test_any_other_status_is_no_answer(void **state)
{
    static const long statuses[] = {0,   100, 199, 201, 202, 203, 204, 206, 299, 300, 301, 302,
                                    303, 304, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503};
    static const char text[] = "{\"status\":\"success\"}";

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(statuses); i++) {
        struct cs_werbot_answer answer;
        struct cs_error error = {0};

        assert_int_equal(read_answer(statuses[i], text, sizeof text - 1, &answer, &error),
                         CS_ERR_UNAVAILABLE);
        assert_contains(error.text, "failed (status ");
    }
}

static void test_reasons_of_a_refusal(void **state)
{
    static const struct {
        const char *said;
        enum cs_reason reason;
        bool own_fault;
    } rows[] = {
        {"INVALID_TOTP", CS_REASON_WRONG_CODE, false},
        {"U2F_FAILED", CS_REASON_DENIED, false},
        {"DEVICE_NOT_FOUND", CS_REASON_NOT_ENROLLED, false},
        {"user not found", CS_REASON_UNKNOWN_IDENTITY, false},
        {"USER_NOT_FOUND", CS_REASON_UNKNOWN_IDENTITY, false},
        {"User Disabled", CS_REASON_INACTIVE, false},
        {"USER_DISABLED", CS_REASON_INACTIVE, false},
        {"policy not assigned", CS_REASON_POLICY, false},
        {"NO_POLICY_ASSIGNED", CS_REASON_POLICY, false},
        {"POLICY_EXPIRED", CS_REASON_POLICY, false},
        {"TIME_POLICY_FAILED", CS_REASON_POLICY, false},
        {"IP_POLICY_FAILED", CS_REASON_POLICY, false},
        {"COUNTRY_POLICY_FAILED", CS_REASON_POLICY, false},
        {"DEVICE_POLICY_FAILED", CS_REASON_POLICY, false},
        {"ADHOC_POLICY_FAILED", CS_REASON_POLICY, false},
        {"invalid service integration details", CS_REASON_NONE, true},
        {"INVALID_SERVICE_CREDS", CS_REASON_NONE, true},
        {"INVALID_SERVICE_ID", CS_REASON_NONE, true},
        {"invalid_totp", CS_REASON_NONE, false},
        {"SOMETHING_NEW", CS_REASON_NONE, false},
        {"", CS_REASON_NONE, false},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        for (int success = 0; success < 2; success++) {
            struct cs_werbot_answer answer;
            char text[128];

            (void)snprintf(text, sizeof text, "{\"status\":\"%s\",\"reason\":\"%s\"}",
                           success ? "success" : "failed", rows[i].said);
            assert_int_equal(read_answer(200, text, strlen(text), &answer, NULL), CS_OK);
            assert_int_equal(answer.reason, success ? CS_REASON_NONE : rows[i].reason);
            assert_int_equal(answer.own_fault, !success && rows[i].own_fault);
        }
    }
}

/* The server's words go into the log, and so does whatever somebody else's server says. */
static void test_what_it_said_is_short_and_clean(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"{\"status\":\"failed\",\"reason\":\"U2F_FAILED\"}", "failed: U2F_FAILED"},
        {"{\"status\":\"success\"}", "success"},
        {"{\"status\":\"\"}", ""},
        {"{\"status\":\"a\\nb\",\"reason\":\"\\u001b[2J\\u202e\\u009b\"}", "a?b: ?[2J??"},
        {"{\"status\":\"0123456789012345678901234567890123456789xyz\",\"reason\":"
         "\"\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4"
         "\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"}",
         "0123456789012345678901234567890123456789: "
         "ääääääääääääääääääää"},
        {"{\"status\":\"f\",\"reason\":\"x\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4"
         "\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"}",
         "f: xäääääääääääääääääää?"}, /* cut in a character */
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_werbot_answer answer;

        assert_int_equal(read_answer(200, rows[i].text, strlen(rows[i].text), &answer, NULL),
                         CS_OK);
        assert_string_equal(answer.said, rows[i].said);
        assert_true(cs_is_clean(answer.said, strlen(answer.said)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_is_exactly_that),
        cmocka_unit_test(test_what_is_no_answer_is_an_outage_of_nobody),
        cmocka_unit_test(test_any_other_status_is_no_answer),
        cmocka_unit_test(test_reasons_of_a_refusal),
        cmocka_unit_test(test_what_it_said_is_short_and_clean),
    };

    return cmocka_run_group_tests_name("werbot_answer", tests, NULL, NULL);
}
