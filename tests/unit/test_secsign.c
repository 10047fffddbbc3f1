/* SPDX-License-Identifier: Apache-2.0 */
/* SecSign: what answers and states mean, what the phone is shown, which settings fit together. */
#include "tests/unit/unit.h"

#include "providers/secsign/answer.h"
#include "providers/secsign/service.h"
#include "providers/secsign/settings.h"

#define REQUEST "7E0A91B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E"

static enum cs_err read_answer(const char *text, size_t length, struct cs_secsign_answer *answer,
                               struct cs_error *error)
{
    return cs_secsign_answer_read("it", text, length, answer, error);
}

/* ---- the classic interface ---- */

static void test_answer_split_at_its_first_equals_and_not_decoded(void **state)
{
    static const char text[] =
        " secsignid = Alice \r\n&authsessionicondata=iVBOR+/=&part&servicename=a=b%26"
        "&authsessionid=-4711223344556677889&requestid=" REQUEST "&authsessionstate=1&&=x";
    CS_AUTO(cs_secsign_answer_clear) struct cs_secsign_answer answer = {0};
    struct cs_error error = {0};

    (void)state;
    if (read_answer(TEXT(text), &answer, &error) != CS_OK)
        fail_msg("%s", error.text);
    assert_false(answer.failed);
    assert_string_equal(answer.id, "alice");
    assert_string_equal(answer.session, "-4711223344556677889");
    assert_string_equal(answer.request.data, REQUEST);
    assert_int_equal(answer.state, 1);
}

static void test_error_is_a_failure_whatever_else_is_there(void **state)
{
    static const struct {
        const char *text;
        unsigned error, errorcode;
        const char *message;
    } rows[] = {
        {"error=500&errormsg=It does not exist.&errorcode=20000", 500, 20000, "It does not exist."},
        {"authsessionstate=3&error=400&errormsg=no", 400, 0, "no"},
        {"error=", 0, 0, ""},
        {"error=oops&errorcode=-1", 0, 0, ""},
        {"error=1&errormsg=\x1b[31m", 1, 0, "?[31m"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secsign_answer_clear) struct cs_secsign_answer answer = {0};

        assert_int_equal(read_answer(rows[i].text, strlen(rows[i].text), &answer, NULL), CS_OK);
        assert_true(answer.failed);
        assert_int_equal(answer.error, rows[i].error);
        assert_int_equal(answer.errorcode, rows[i].errorcode);
        assert_string_equal(answer.message, rows[i].message);
    }
}

static void test_what_makes_no_sense_is_no_answer(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *expected;
    } rows[] = {
        {TEXT(""), "no answer of SecSign's API"},
        {TEXT("<html><body>It works!</body></html>"), "no answer of SecSign's API"},
        {TEXT("a=b&c=d"), "no answer of SecSign's API"},
        {TEXT("authsessionid"), "no answer of SecSign's API"},
        {TEXT("authsessionstate=3&authsessionstate=1"), "'authsessionstate' twice"},
        {TEXT("authsessionstate=1& authsessionstate =3"), "'authsessionstate' twice"},
        {TEXT("error=1&error=2"), "'error' twice"},
        {TEXT("authsessionstate="), "'authsessionstate' of the answer makes no sense"},
        {TEXT("authsessionstate=+3"), "makes no sense"},
        {TEXT("authsessionstate=-1"), "makes no sense"},
        {TEXT("authsessionstate=100"), "makes no sense"},
        {TEXT("authsessionstate=3\0"), "makes no sense"},
        {TEXT("authsessionid=--1"), "'authsessionid' of the answer makes no sense"},
        {TEXT("authsessionid=-"), "makes no sense"},
        {TEXT("authsessionid=0x1"), "makes no sense"},
        {TEXT("authsessionid=12345678901234567890"), "makes no sense"},
        {TEXT("requestid=0123456789ABCDE"), "'requestid' of the answer makes no sense"},
        {TEXT("requestid=0123456789ABCDEG"), "makes no sense"},
        {TEXT("secsignid="), "'secsignid' of the answer makes no sense"},
        {TEXT("secsignid=a b"), "makes no sense"},
        {TEXT("secsignid=a\0b"), "makes no sense"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_secsign_answer answer = {0};
        struct cs_error error = {0};

        if (read_answer(rows[i].text, rows[i].length, &answer, &error) != CS_ERR_UNAVAILABLE)
            fail_msg("row %zu is accepted", i);
        assert_contains(error.text, rows[i].expected);
        assert_null(answer.request.data);
    }
}

static void test_large_answer_refused(void **state)
{
    static char text[CS_SECSIGN_BODY_MAX + 1];
    CS_AUTO(cs_secsign_answer_clear) struct cs_secsign_answer answer = {0};
    struct cs_error error = {0};

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, TEXT("authsessionstate=1&"));
    assert_int_equal(read_answer(text, CS_SECSIGN_BODY_MAX, &answer, &error), CS_OK);
    assert_int_equal(read_answer(text, sizeof text, &answer, &error), CS_ERR_UNAVAILABLE);
    assert_contains(error.text, "larger than 64 KiB");
}

static void test_states(void **state)
{
    static const struct {
        int state;
        enum cs_approval approval;
        const char *reason;
    } rows[] = {
        {0, CS_APPROVAL_PENDING, "pending"},       {1, CS_APPROVAL_PENDING, "pending"},
        {2, CS_APPROVAL_EXPIRED, "expired"},       {3, CS_APPROVAL_GIVEN, "approved"},
        {4, CS_APPROVAL_DENIED, "denied"},         {5, CS_APPROVAL_DENIED, "overtaken"},
        {6, CS_APPROVAL_DENIED, "cancelled"},      {7, CS_APPROVAL_PENDING, "pending"},
        {8, CS_APPROVAL_DENIED, "cancelled"},      {9, CS_APPROVAL_DENIED, "unknown-state"},
        {99, CS_APPROVAL_DENIED, "unknown-state"}, {-1, CS_APPROVAL_DENIED, "unknown-state"}};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_approval_state found = cs_secsign_state(rows[i].state);

        if (found.approval != rows[i].approval)
            fail_msg("state %d", rows[i].state);
        assert_string_equal(cs_reason_name(found.reason), rows[i].reason);
    }
}

/* ---- the REST interface ---- */

static void test_rest_session(void **state)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"authsessionid\":1}",
        "{\"secsignid\":\"a\"}",
        "{\"authsessionid\":\"1\",\"secsignid\":\"a\"}",
        "{\"authsessionid\":1.5,\"secsignid\":\"a\"}",
        "{\"authsessionid\":9223372036854775808,\"secsignid\":\"a\"}",
        "{\"authsessionid\":1,\"secsignid\":\"\"}",
        "{\"authsessionid\":1,\"secsignid\":\"a/b\"}",
        "{\"authsessionid\":1,\"authsessionid\":2,\"secsignid\":\"a\"}"};
    static const char right[] = "{\"authsessionid\":-4711223344556677889,\"secsignid\":\"Alice\"}";
    char session[CS_SECSIGN_SESSION_SIZE], id[CS_PROVIDER_NAME_SIZE];

    (void)state;
    assert_int_equal(cs_secsign_rest_session(TEXT(right), session, id, NULL), CS_OK);
    assert_string_equal(session, "-4711223344556677889"); /* no double holds it */
    assert_string_equal(id, "alice");
    for (size_t i = 0; i < CS_ARRAY_SIZE(wrong); i++) {
        if (cs_secsign_rest_session(wrong[i], strlen(wrong[i]), session, id, NULL) !=
            CS_ERR_UNAVAILABLE)
            fail_msg("accepted: %s", wrong[i]);
    }
}

static void test_rest_state_and_valid(void **state)
{
    static const char *const wrong[] = {"",
                                        "3",
                                        "{}",
                                        "{\"authsessionstate\":\"3\",\"valid\":\"true\"}",
                                        "{\"authsessionstate\":-1,\"valid\":1}",
                                        "{\"authsessionstate\":100,\"valid\":null}",
                                        "{\"authsessionstate\":3.5,\"valid\":[true]}",
                                        "<html>{\"valid\":true}</html>"};
    int found = 0;
    bool valid = false;

    (void)state;
    assert_int_equal(cs_secsign_rest_state(TEXT("{\"authsessionstate\":3}"), &found, NULL), CS_OK);
    assert_int_equal(found, 3);
    assert_int_equal(cs_secsign_rest_valid(TEXT("{\"valid\":true}"), &valid, NULL), CS_OK);
    assert_true(valid);
    assert_int_equal(cs_secsign_rest_valid(TEXT("{\"valid\":false}"), &valid, NULL), CS_OK);
    assert_false(valid);
    for (size_t i = 0; i < CS_ARRAY_SIZE(wrong); i++) {
        assert_int_equal(cs_secsign_rest_state(wrong[i], strlen(wrong[i]), &found, NULL),
                         CS_ERR_UNAVAILABLE);
        assert_int_equal(cs_secsign_rest_valid(wrong[i], strlen(wrong[i]), &valid, NULL),
                         CS_ERR_UNAVAILABLE);
        assert_false(valid);
    }
}

/* ---- what the phone shows ---- */

static void assert_shown(const char *text, const char *word,
                         const struct cs_challenge_request *request, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    cs_secsign_service_write(text, word, "alice", request, &out);
    assert_false(out.failed);
    assert_string_equal(out.text, expected);
}

static void test_texts_for_the_phone(void **state)
{
    const struct cs_challenge_request request = {
        .program = "sshd", .name = "al&authsessionstate=3", .host = "web1", .client = "192.0.2.7"};
    const struct cs_challenge_request here = {
        .program = "su", .name = "bob\n\x1b[31m", .host = "w"};

    (void)state;
    assert_shown("%s: %a on %h from %r", "K7QM", &request,
                 "K7QM sshd: al-authsessionstate-3 on web1 from 192.0.2.7");
    assert_shown("%s: %a on %h from %r", "", &here, "su: bob??[31m on w from this host");
    assert_shown("100%% %u", "", &request, "100% alice");
    assert_shown("%r", "", &(struct cs_challenge_request){.client = ""}, "-");
}

/* However long a name is, the word stays, and no character is cut in two. */
static void test_long_texts_cut(void **state)
{
    char name[512], text[CS_SECSIGN_SERVICE_MAX + 1];
    const struct cs_challenge_request request = {.name = name, .host = name, .client = name};
    CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

    (void)state;
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xc3\xa9", 3);
    memset(text, 'x', sizeof text - 1);
    memcpy(text, "x%a%h%r", 7);
    text[sizeof text - 1] = '\0';
    cs_secsign_service_write(text, "K7QM", "alice", &request, &out);
    assert_false(out.failed);
    assert_true(out.length <= CS_SECSIGN_TEXT_MAX && out.length > CS_SECSIGN_TEXT_MAX - 4);
    assert_memory_equal(out.text, "K7QM x", 6);
    assert_true(strchr(out.text, '?') == NULL);
}

static void test_addresses_and_ids(void **state)
{
    static const struct {
        const char *text, *id, *expected; /* NULL: it makes none */
    } rows[] = {{"%u@example.com", "alice", "alice@example.com"},
                {"%u", "alice@example.com", "alice@example.com"},
                {"%u", "alice", NULL},
                {"%u@example.com", "alice@example.org", NULL},
                {"x-%u@example.com", "a", "x-a@example.com"}};
    static const char *const wrong[] = {"",      "alice@example.com", "%u %u@x", "%a@x", "%u@a b",
                                        "%u%%@x"};
    static const char *const no_ids[] = {"", "a b", "a/b", "a&b", "zo\xc3\xab", "a\n"};
    char id[CS_PROVIDER_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer out = {0};

        assert_int_equal(cs_secsign_email_check(rows[i].text, NULL), CS_OK);
        if (cs_secsign_email_write(rows[i].text, rows[i].id, &out) != (rows[i].expected != NULL))
            fail_msg("row %zu", i);
        if (rows[i].expected != NULL)
            assert_string_equal(out.text, rows[i].expected);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(wrong); i++)
        assert_int_equal(cs_secsign_email_check(wrong[i], NULL), CS_ERR_CONFIG);
    assert_true(cs_secsign_id("Alice.Smith_1-x@Example.COM", id));
    assert_string_equal(id, "alice.smith_1-x@example.com");
    for (size_t i = 0; i < CS_ARRAY_SIZE(no_ids); i++)
        assert_false(cs_secsign_id(no_ids[i], id));
}

/* ---- settings ---- */

static void test_settings_that_do_not_fit_together(void **state)
{
    static const struct {
        struct cs_secsign_settings settings;
        const char *expected; /* NULL: they fit */
    } rows[] = {
        {{.api = CS_SECSIGN_CLASSIC}, NULL},
        {{.api = CS_SECSIGN_CLASSIC, .server = "https://s"}, NULL},
        {{.api = CS_SECSIGN_CLASSIC, .user = "u"}, NULL},
        {{.api = CS_SECSIGN_CLASSIC, .password_file = "/p"}, NULL},
        {{.api = CS_SECSIGN_CLASSIC, .email = "%u"}, NULL},
        {{.api = CS_SECSIGN_REST, .user = "u", .password = "p"}, "server is missing"},
        {{.api = CS_SECSIGN_REST, .server = "https://s", .password = "p"}, "user is missing"},
        {{.api = CS_SECSIGN_REST, .server = "https://s", .user = "a:b", .password = "p"},
         "without a colon"},
        {{.api = CS_SECSIGN_REST, .server = "https://s", .user = "u"}, "password is missing"},
        {{.api = CS_SECSIGN_REST,
          .server = "https://s",
          .user = "u",
          .password = "p",
          .password_file = "/p"},
         "give only one"},
        {{.api = CS_SECSIGN_REST, .server = "https://s", .user = "u", .password_file = "/p"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_secsign_settings *settings = &rows[i].settings;
        CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
        struct cs_error error = {0};
        enum cs_err result = cs_secsign_check_settings(settings, &warnings, &error);

        if (result != (rows[i].expected ? CS_ERR_CONFIG : CS_OK))
            fail_msg("row %zu: %s", i, error.text);
        if (rows[i].expected != NULL)
            assert_contains(error.text, rows[i].expected);
        /* What is set in vain is said. */
        assert_int_equal(warnings.count, settings->api == CS_SECSIGN_CLASSIC &&
                                             (settings->user != NULL || settings->email != NULL ||
                                              settings->password_file != NULL));
    }
}

/* SecSign's own second server is no place for the requests of somebody with a server. */
static void test_servers(void **state)
{
    struct cs_secsign_settings settings = {0};

    (void)state;
    assert_string_equal(cs_secsign_primary(&settings), "https://httpapi.secsign.com");
    assert_string_equal(cs_secsign_fallback(&settings), "https://httpapi2.secsign.com");
    settings.fallback = "";
    assert_null(cs_secsign_fallback(&settings));
    settings = (struct cs_secsign_settings){.server = "https://s"};
    assert_string_equal(cs_secsign_primary(&settings), "https://s");
    assert_null(cs_secsign_fallback(&settings));
    settings.fallback = "https://t";
    assert_string_equal(cs_secsign_fallback(&settings), "https://t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_split_at_its_first_equals_and_not_decoded),
        cmocka_unit_test(test_error_is_a_failure_whatever_else_is_there),
        cmocka_unit_test(test_what_makes_no_sense_is_no_answer),
        cmocka_unit_test(test_large_answer_refused),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_rest_session),
        cmocka_unit_test(test_rest_state_and_valid),
        cmocka_unit_test(test_texts_for_the_phone),
        cmocka_unit_test(test_long_texts_cut),
        cmocka_unit_test(test_addresses_and_ids),
        cmocka_unit_test(test_settings_that_do_not_fit_together),
        cmocka_unit_test(test_servers),
    };

    return cmocka_run_group_tests_name("secsign", tests, NULL, NULL);
}
