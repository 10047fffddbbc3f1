/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a grant: how long, how often the server is asked, and what its answers mean. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "providers/openid/openid.h"
#include "providers/openid/pace.h"
#include "providers/openid/progress.h"
#include "tests/support/fake_clock.h"

static void read_answer(long status, const char *body, struct cs_openid_answer *ret_answer)
{
    char copy[512];
    struct cs_http_response response = {.status = status};

    (void)snprintf(copy, sizeof copy, "%s", body);
    response.body = (struct cs_secret){copy, strlen(copy)};
    assert_int_equal(cs_openid_answer_read("the question", &response, ret_answer, NULL), CS_OK);
}

/* ---- the beginning ---- */

/* Our own clock ends it, even if the server says more than was asked for. */
static void test_life_and_interval(void **state)
{
    static const struct {
        const char *body;
        unsigned seconds, life, poll_ms;
    } rows[] = {
        {"{\"expires_in\":120}", 300, 120, 5000},
        {"{\"expires_in\":120}", 60, 60, 5000},
        {"{\"expires_in\":120,\"interval\":2}", 60, 60, 2000},
        {"{\"expires_in\":120,\"interval\":0}", 60, 60, 1000},
        {"{\"expires_in\":120,\"interval\":0.5}", 60, 60, 1000},
        {"{\"expires_in\":120,\"interval\":2.5}", 60, 60, 2500},
        {"{\"expires_in\":120,\"interval\":-3}", 60, 60, 5000},
        {"{\"expires_in\":120,\"interval\":\"2\"}", 60, 60, 5000},
        {"{\"expires_in\":120,\"interval\":3600}", 60, 60, 600000},
        {"{\"expires_in\":99999999999}", 600, 600, 5000},
        {"{\"expires_in\":1}", 60, 1, 5000},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        struct cs_challenge challenge = {0};
        int64_t before = cs_clock_ms();

        read_answer(200, rows[i].body, &answer);
        assert_int_equal(cs_openid_grant_start(CS_OPENID_CIBA, "handle", &answer, rows[i].seconds,
                                               &challenge, NULL),
                         CS_OK);
        assert_uint_in_range(challenge.expires - before, rows[i].life * 1000,
                             rows[i].life * 1000 + 500);
        assert_int_equal(challenge.poll_ms, rows[i].poll_ms);
        assert_true(challenge.poll_limit_ms >= 30000); /* a server may hold a poll so long */
        assert_int_equal(strlen(challenge.id), 8);
        assert_null(strstr(challenge.id, "handle")); /* it is logged */
        cs_challenge_clear(&challenge);
    }
}

static void test_no_life(void **state)
{
    static const char *const bodies[] = {"{}", "{\"expires_in\":0}", "{\"expires_in\":-1}",
                                         "{\"expires_in\":\"120\"}", "{\"expires_in\":null}"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(bodies); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        struct cs_challenge challenge = {0};
        struct cs_error error = {0};

        read_answer(200, bodies[i], &answer);
        assert_int_equal(cs_openid_grant_start(CS_OPENID_DEVICE_GRANT, "handle", &answer, 60,
                                               &challenge, &error),
                         CS_ERR_UNAVAILABLE);
        assert_contains(error.text, "expires_in");
        assert_null(challenge.state);
    }
}

/* From outside it looks like one that the user denies: see unit.challenge. */
static void test_refused_before_it_began(void **state)
{
    struct cs_challenge challenge = {0};

    (void)state;
    assert_int_equal(cs_openid_grant_refuse(CS_REASON_UNKNOWN_IDENTITY, &challenge, NULL), CS_OK);
    assert_int_equal(strlen(challenge.id), 8);
    assert_int_equal(challenge.over, CS_REASON_UNKNOWN_IDENTITY);
    cs_challenge_clear(&challenge);
}

/* ---- the pace ---- */

#define PENDING                                                                                    \
    {                                                                                              \
        .word = CS_OPENID_PENDING                                                                  \
    }
#define SLOW                                                                                       \
    {                                                                                              \
        .word = CS_OPENID_SLOW_DOWN                                                                \
    }

/* One poll after the other, of one grant that begins with an interval of 5 s. */
static void test_pace(void **state)
{
    static const struct {
        struct cs_openid_answer answer;
        bool away;
        int64_t elapsed_ms;
        unsigned next_ms;
    } rows[] = {
        {PENDING, false, 100, 5000},
        {PENDING, false, 30000, 5000}, /* a held poll: from its start */
        {SLOW, false, 200, 10200},     /* and from the answer, which the server may count from */
        {PENDING, false, 100, 10000},  /* for good: RFC 8628 section 3.5 */
        {SLOW, false, 0, 15000},
        {{.word = CS_OPENID_SLOW_DOWN, .interval_ms = 30000}, false, 0, 30000},
        {{.word = CS_OPENID_SLOW_DOWN, .interval_ms = 1000}, false, 0, 35000}, /* never faster */
        {{.word = CS_OPENID_PENDING, .interval_ms = 60000}, false, 0, 35000},
        {{.word = CS_OPENID_PENDING, .retry_after_ms = 50000}, false, 1000, 51000},
        {PENDING, false, 0, 35000}, /* Retry-After counts once */
        {{.word = CS_OPENID_BUSY, .retry_after_ms = 2000}, false, 0, 35000},
        {.away = true, .elapsed_ms = 10000, .next_ms = 70000},
        {.away = true, .elapsed_ms = 10000, .next_ms = 140000},
        {.away = true, .elapsed_ms = 10000, .next_ms = 280000},
        {.away = true, .elapsed_ms = 10000, .next_ms = 280000}, /* at most eight times */
        {PENDING, false, 0, 35000},
        {.away = true, .elapsed_ms = 0, .next_ms = 70000}, /* from the beginning again */
        {{.retry_after_ms = 90000}, true, 1000, 140000},
        {{.retry_after_ms = 300000}, true, 1000, 301000}, /* a gateway's counts as well */
    };
    struct cs_openid_pace pace = {.interval_ms = 5000};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        unsigned next =
            cs_openid_pace_next(&pace, &rows[i].answer, !rows[i].away, rows[i].elapsed_ms);

        if (next != rows[i].next_ms)
            fail_msg("poll %zu: %u, not %u", i, next, rows[i].next_ms);
    }
}

static void test_pace_does_not_overflow(void **state)
{
    static const struct cs_openid_answer slow = SLOW, late = {.word = CS_OPENID_PENDING,
                                                              .retry_after_ms = INT64_MAX / 2};
    struct cs_openid_pace pace = {.interval_ms = 600000};

    (void)state;
    assert_int_equal(cs_openid_pace_next(&pace, &late, true, 1000), INT32_MAX);
    for (int i = 0; i < 100000; i++)
        assert_true(cs_openid_pace_next(&pace, &slow, i % 2 == 0, 1000) >= 600000);
}

/* ---- what an answer means ---- */

enum { LATE = 1, LOST = 2 };

/* The wait goes on only for two words and a busy server (RFC 8628 section 3.5). */
static void test_progress(void **state)
{
    static const struct {
        const char *body;
        int when; /* LATE, LOST */
        enum cs_approval approval;
        enum cs_reason reason;
    } rows[] = {
        {"{\"error\":\"authorization_pending\"}", 0, CS_APPROVAL_PENDING, CS_REASON_PENDING},
        {"{\"error\":\"slow_down\"}", 0, CS_APPROVAL_PENDING, CS_REASON_PENDING},
        {"{\"error\":\"slow_down\"}", LOST, CS_APPROVAL_PENDING, CS_REASON_PENDING},
        {"{\"error\":\"authorization_pending\"}", LATE, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"slow_down\"}", LATE, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"access_denied\"}", 0, CS_APPROVAL_DENIED, CS_REASON_DENIED},
        {"{\"error\":\"access_denied\"}", LATE, CS_APPROVAL_DENIED, CS_REASON_DENIED},
        /* Some servers say so of a code that was redeemed. */
        {"{\"error\":\"access_denied\"}", LOST, CS_APPROVAL_IMPOSSIBLE, CS_REASON_ANSWER_LOST},
        {"{\"error\":\"expired_token\"}", 0, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"expired_token\"}", LOST, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"invalid_grant\"}", 0, CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED},
        {"{\"error\":\"invalid_grant\"}", LATE, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"invalid_grant\"}", LOST, CS_APPROVAL_IMPOSSIBLE, CS_REASON_ANSWER_LOST},
        {"{\"error\":\"invalid_grant\"}", LATE | LOST, CS_APPROVAL_IMPOSSIBLE,
         CS_REASON_ANSWER_LOST},
        {"{\"error\":\"invalid_client\"}", 0, CS_APPROVAL_IMPOSSIBLE, CS_REASON_MISCONFIGURED},
        {"{\"error\":\"invalid_client\"}", LATE | LOST, CS_APPROVAL_IMPOSSIBLE,
         CS_REASON_MISCONFIGURED},
        {"{\"error\":\"invalid_request\"}", 0, CS_APPROVAL_IMPOSSIBLE, CS_REASON_MISCONFIGURED},
        {"{\"error\":\"invalid_request\"}", LATE, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"transaction_failed\"}", 0, CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED},
        {"{\"error\":\"transaction_failed\"}", LATE, CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED},
        {"{\"error\":\"unknown_user_id\"}", 0, CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED},
        {"{\"error\":\"invalid_user_code\"}", 0, CS_APPROVAL_DENIED, CS_REASON_REQUEST_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
        const struct cs_log log = log_into(&lines);
        struct cs_approval_state found = {0};

        read_answer(400, rows[i].body, &answer);
        assert_int_equal(cs_openid_progress(&log, &answer, (rows[i].when & LATE) != 0,
                                            (rows[i].when & LOST) != 0, &found, NULL),
                         CS_OK);
        if (found.approval != rows[i].approval || found.reason != rows[i].reason)
            fail_msg("%s, %d: %d, %s", rows[i].body, rows[i].when, (int)found.approval,
                     cs_reason_name(found.reason));
        /* What an administrator must correct, or a user cannot see, is in the log. */
        assert_int_equal(lines.length > 0, found.approval == CS_APPROVAL_IMPOSSIBLE ||
                                               found.reason == CS_REASON_REQUEST_REFUSED);
        assert_true(lines.length == 0 || strstr(lines.text, answer.said) != NULL);
    }
}

static void test_busy_goes_on(void **state)
{
    static const char *const words[] = {"temporarily_unavailable", "server_error"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
        struct cs_approval_state found = {CS_APPROVAL_PENDING, CS_REASON_PENDING};
        const struct cs_log log = {0};
        struct cs_error error = {0};
        char body[64];

        (void)snprintf(body, sizeof body, "{\"error\":\"%s\"}", words[i]);
        read_answer(400, body, &answer);
        assert_int_equal(cs_openid_progress(&log, &answer, false, false, &found, &error),
                         CS_ERR_UNREACHABLE);
        assert_contains(error.text, words[i]);
        assert_int_equal(found.approval, CS_APPROVAL_PENDING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_and_interval),
        cmocka_unit_test(test_no_life),
        cmocka_unit_test(test_refused_before_it_began),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_pace_does_not_overflow),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_busy_goes_on),
    };

    return cmocka_run_group_tests_name("openid_grant", tests, NULL, NULL);
}
