/* SPDX-License-Identifier: Apache-2.0 */
/* Factors, codes and approvals at a strict tenant. */
#include "tests/unit/unit.h"

#include "tests/support/verify_tenant.h"

enum {
    TOTP = CS_KIND(CS_FACTOR_TOTP),
    DEVICE = CS_KIND(CS_FACTOR_DEVICE),
    TRANS = CS_KIND(CS_FACTOR_TRANS_EMAILOTP) | CS_KIND(CS_FACTOR_TRANS_SMSOTP),
    EVERYTHING = TOTP | DEVICE | TRANS | CS_KIND(CS_FACTOR_SMSOTP) | CS_KIND(CS_FACTOR_EMAILOTP) |
                 CS_KIND(CS_FACTOR_VOICEOTP)
};

/* The names of the factors that were listed, each after its kind, for comparison as a whole. */
static void assert_factors(const struct verify_tenant *tenant, const char *expected)
{
    static const char *const kinds[] = {[CS_FACTOR_TOTP] = "totp",
                                        [CS_FACTOR_SMSOTP] = "sms",
                                        [CS_FACTOR_EMAILOTP] = "email",
                                        [CS_FACTOR_VOICEOTP] = "voice",
                                        [CS_FACTOR_TRANS_EMAILOTP] = "trans-email",
                                        [CS_FACTOR_TRANS_SMSOTP] = "trans-sms",
                                        [CS_FACTOR_DEVICE] = "device"};
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_buffer_text(&text, "");
    for (size_t i = 0; i < tenant->factors.count; i++) {
        const struct cs_listed_factor *factor = &tenant->factors.items[i];

        cs_buffer_printf(&text, "%s%s:%s%s", i > 0 ? " " : "", kinds[factor->kind], factor->name,
                         factor->checks_user ? "*" : "");
    }
    assert_string_equal(text.text, expected);
}

static void assert_judged(const struct verify_tenant *tenant, enum cs_judgement judgement,
                          const char *reason)
{
    assert_int_equal(tenant->outcome.judgement, judgement);
    assert_string_equal(cs_reason_name(tenant->outcome.reason), reason);
}

/* A string that the tenant knows, into `ret_text`. */
static const char *ask(struct verify_tenant *tenant, const char *python, char ret_text[64])
{
    assert_int_equal(sscanf(tenant_ask(tenant, python), "\"%63[^\"]", ret_text), 1);
    return ret_text;
}

static void find_and_list(struct verify_tenant *tenant, unsigned kinds)
{
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    assert_int_equal(login_list(tenant, kinds), CS_OK);
}

/* ---- lists ---- */

static void test_list_everything_in_the_order_of_menus(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.device(\"Ann%27s phone\"); ann.voice('+3'); ann.totp(); ann.sms('+1')");
    tenant_do(tenant, "ann.factor('fido2'); ann.sms('+2'); ann.email('x@example.com')");
    find_and_list(tenant, EVERYTHING);
    assert_factors(tenant, "email:x@example.com sms:+1 sms:+2 totp: voice:+3 "
                           "trans-email:ann@example.com trans-sms:+15550100 device:Ann's phone*");
    assert_calls(tenant, "[\"POST token\", \"GET users\", \"GET factors\", \"GET signatures\"]");
}

static void test_list_asks_for_no_more_than_is_wanted(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.totp(); tenant.brief_search = True");
    find_and_list(tenant, TOTP);
    assert_factors(tenant, "totp:");
    assert_calls(tenant, "[\"POST token\", \"GET users\", \"GET factors/totp\"]");
    assert_int_equal(login_list(tenant, TRANS), CS_OK);
    assert_factors(tenant, "trans-email:ann@example.com trans-sms:+15550100");
    assert_calls(tenant, "[\"GET user\"]");
    assert_int_equal(login_list(tenant, DEVICE), CS_OK);
    assert_factors(tenant, "");
    assert_calls(tenant, "[\"GET signatures\"]");
}

static void test_list_leaves_out_what_does_not_count(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.sms('+1', enabled=False); ann.sms('+2', validated=False); ann.totp()");
    tenant_do(tenant, "ann.device('a', enabled=False); ann.device('b', state='ENROLLING')");
    tenant_do(tenant, "ann.device('c', signature_enabled=False); ann.device('d', validated=False)");
    tenant_do(tenant, "ann.device('e', subtypes=('retina',)); ann.mail = None; ann.phones = []");
    find_and_list(tenant, EVERYTHING);
    assert_factors(tenant, "totp:");
    assert_contains(tenant->lines.text, "(smsotp) skipped: it is not enabled");
    assert_contains(tenant->lines.text, "(smsotp) skipped: it is not validated");
    assert_contains(tenant->lines.text, "its device is not enabled");
    assert_contains(tenant->lines.text, "its device is not active");
    assert_contains(tenant->lines.text, "its way to sign is not known here");
    assert_contains(tenant->lines.text, "no usable mobile number");
    tenant->listing.unvalidated = true;
    assert_int_equal(login_list(tenant, EVERYTHING), CS_OK);
    assert_factors(tenant, "sms:+2 totp: device:d*");
}

static void test_list_keeps_one_signature_of_a_device(void **state)
{
    static const struct {
        enum cs_device_order order;
        const char *expected;
    } rows[] = {
        {CS_DEVICE_BIOMETRIC_FIRST, "device:a* device:b* device:c"},
        {CS_DEVICE_PRESENCE_FIRST, "device:a device:b* device:c"},
        {CS_DEVICE_PRESENCE_ONLY, "device:a device:c"},
        {CS_DEVICE_BIOMETRIC_ONLY, "device:a* device:b*"},
    };
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.device('a', subtypes=('user_presence', 'fingerprint')).id = 'z'");
    tenant_do(tenant, "ann.device('b', subtypes=('face',)).id = 'y'");
    tenant_do(tenant, "ann.device('c', subtypes=('userPresence',)).id = 'x'");
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        tenant->login.verify_method_order = rows[i].order;
        assert_int_equal(login_list(tenant, DEVICE), CS_OK);
        assert_factors(tenant, rows[i].expected);
    }
}

static void test_list_of_nonsense_is_refused_as_a_whole(void **state)
{
    static const struct {
        const char *fields;
        enum cs_err result;
    } rows[] = {
        {"owner='SOMEBODY'", CS_ERR_UNAVAILABLE},      {"replace={'total': 201}", CS_ERR_LIMIT},
        {"mistype='total'", CS_ERR_UNAVAILABLE},       {"mistype='enabled'", CS_ERR_UNAVAILABLE},
        {"remove=('validated',)", CS_ERR_UNAVAILABLE}, {"replace={'id': '..'}", CS_ERR_UNAVAILABLE},
        {"replace={'id': 'a/b'}", CS_ERR_UNAVAILABLE}, {"mistype=True", CS_ERR_UNAVAILABLE},
        {"truncate=True", CS_ERR_UNAVAILABLE},         {"deep=True", CS_ERR_UNAVAILABLE},
        {"status=404, html=True", CS_ERR_UNAVAILABLE},
    };
    static const char *const calls[] = {"GET factors", "GET signatures"};
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.totp(); ann.sms('+1'); ann.device('Phone')");
    assert_int_equal(login_find(tenant, "ann"), CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) * CS_ARRAY_SIZE(calls); i++) {
        char python[160];

        (void)snprintf(python, sizeof python, "tenant.fault('%s', %s)", calls[i % 2],
                       rows[i / 2].fields);
        tenant_do(tenant, python);
        if (login_list(tenant, EVERYTHING) != rows[i / 2].result || tenant->factors.count != 0)
            fail_msg("%s: %d %s", python, tenant->error.code, tenant->error.text);
        tenant_do(tenant, "tenant.heal()");
    }
}

/* ---- codes ---- */

static void test_totp_is_three_requests(void **state)
{
    struct verify_tenant *tenant = *state;
    char code[64];

    tenant_do(tenant, "key = ann.totp()");
    find_and_list(tenant, TOTP);
    tenant_do(tenant, "tenant.forget_requests()");
    find_and_list(tenant, TOTP);
    tenant_do(tenant, "key.wait_left(5)");
    assert_int_equal(login_answer(tenant, CS_FACTOR_TOTP, ask(tenant, "key.code()", code)), CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "totp");
    assert_calls(tenant, "[\"GET users\", \"GET factors/totp\", \"POST totp\"]");
    assert_int_equal(login_answer(tenant, CS_FACTOR_TOTP, code), CS_OK);
    assert_judged(tenant, CS_JUDGED_WRONG, "wrong-code");
}

/* Nothing that is typed at the prompt of a code reaches the tenant unless it could be one. */
static void test_codes_that_are_none_are_not_sent(void **state)
{
    static const char *const answers[] = {"<script>",     "../../etc/passwd",
                                          "1' OR '1'='1", "12345\x01",
                                          "\xc3\xa4",     "123456789012345678901234567890123"};
    static const enum cs_factor_kind kinds[] = {CS_FACTOR_TOTP, CS_FACTOR_SMSOTP};
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.totp(); ann.sms('+1555')");
    for (size_t kind = 0; kind < CS_ARRAY_SIZE(kinds); kind++) {
        find_and_list(tenant, CS_KIND(kinds[kind]));
        if (kinds[kind] != CS_FACTOR_TOTP)
            assert_int_equal(login_begin(tenant, 0), CS_OK);
        tenant_do(tenant, "tenant.forget_requests()");
        for (size_t i = 0; i < CS_ARRAY_SIZE(answers); i++) {
            assert_int_equal(login_answer(tenant, kinds[kind], answers[i]), CS_OK);
            assert_judged(tenant, CS_JUDGED_WRONG, "wrong-code");
        }
        assert_calls(tenant, "[]");
    }
}

static void test_totp_tries_every_enrolment(void **state)
{
    struct verify_tenant *tenant = *state;
    char code[64];

    tenant_do(tenant, "gone = ann.totp(); ann.totp(); key = ann.totp()");
    find_and_list(tenant, TOTP);
    tenant_do(tenant, "ann.factors.remove(gone); tenant.forget_requests(); key.wait_left(5)");
    assert_int_equal(login_answer(tenant, CS_FACTOR_TOTP, ask(tenant, "key.code()", code)), CS_OK);
    assert_judged(tenant, CS_JUDGED_RIGHT, "totp");
    assert_calls(tenant, "[\"POST totp\", \"POST totp\", \"POST totp\"]");
}

/* Nobody gets in by an answer that is not that of a passed check. */
static void test_totp_faults_let_nobody_in(void **state)
{
    static const struct {
        const char *fields;
        enum cs_err result;
    } rows[] = {
        {"status=200", CS_ERR_UNAVAILABLE},
        {"status=202, effect=True", CS_ERR_UNAVAILABLE},
        {"status=202, body=''", CS_ERR_UNAVAILABLE},
        {"status=200, body='<html></html>'", CS_ERR_UNAVAILABLE},
        {"status=302", CS_ERR_UNAVAILABLE},
        {"status=400", CS_ERR_UNAVAILABLE},
        {"status=404, html=True", CS_ERR_UNAVAILABLE},
        {"status=403", CS_ERR_UNAVAILABLE},
        {"status=500", CS_ERR_UNAVAILABLE},
        {"status=503", CS_ERR_UNREACHABLE},
        {"reset=True", CS_ERR_UNREACHABLE},
    };
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "key = ann.totp()");
    find_and_list(tenant, TOTP);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char python[160];

        (void)snprintf(python, sizeof python, "tenant.fault('POST totp', %s)", rows[i].fields);
        tenant_do(tenant, python);
        if (login_answer(tenant, CS_FACTOR_TOTP, "000000") != rows[i].result ||
            tenant->outcome.judgement != CS_JUDGED_WRONG)
            fail_msg("%s: %d %s", python, tenant->error.code, tenant->error.text);
        tenant_do(tenant, "tenant.heal()");
    }
    assert_contains(tenant->lines.text, "authnAnyUser");
    assert_null(strstr(tenant->lines.text, "000000"));
}

static void test_delivery_of_each_kind(void **state)
{
    static const struct {
        enum cs_factor_kind kind;
        const char *python, *sent, *reason;
    } rows[] = {
        {CS_FACTOR_SMSOTP, "ann.sms('+1555')", "[\"smsotp\", \"+1555\"]", "smsotp"},
        {CS_FACTOR_EMAILOTP, "ann.email('a@b')", "[\"emailotp\", \"a@b\"]", "emailotp"},
        {CS_FACTOR_VOICEOTP, "ann.voice('+2555')", "[\"voiceotp\", \"+2555\"]", "voiceotp"},
        {CS_FACTOR_TRANS_EMAILOTP, "None", "[\"transient-email\", \"ann@example.com\"]",
         "emailotp"},
        {CS_FACTOR_TRANS_SMSOTP, "None", "[\"transient-sms\", \"+15550100\"]", "smsotp"},
    };
    struct verify_tenant *tenant = *state;
    char text[64];

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        tenant_do(tenant, rows[i].python);
        find_and_list(tenant, CS_KIND(rows[i].kind));
        assert_int_equal(login_begin(tenant, 0), CS_OK);
        assert_string_equal(tenant_ask(tenant, "tenant.outbox[-1][:2]"), rows[i].sent);
        assert_string_equal(ask(tenant, "tenant.outbox[-1].correlation", text),
                            tenant->challenge.correlation);
        assert_int_equal(login_answer(tenant, rows[i].kind, "nonsense"), CS_OK);
        assert_judged(tenant, CS_JUDGED_WRONG, "wrong-code");
        assert_int_equal(login_answer(tenant, rows[i].kind, ask(tenant, "tenant.last_otp()", text)),
                         CS_OK);
        assert_judged(tenant, CS_JUDGED_RIGHT, rows[i].reason);
    }
}

static void test_delivery_that_is_over_takes_no_more(void **state)
{
    struct verify_tenant *tenant = *state;
    char code[64];

    tenant_do(tenant, "ann.sms('+1555')");
    find_and_list(tenant, CS_KIND(CS_FACTOR_SMSOTP));
    for (int known = 0; known < 2; known++) {
        tenant_do(tenant, known ? "tenant.finished_status = 400" : "tenant.finished_status = 404");
        assert_int_equal(login_begin(tenant, 0), CS_OK);
        tenant_do(tenant, "tenant.verification_of(tenant.outbox[-1]).expire()");
        assert_int_equal(
            login_answer(tenant, CS_FACTOR_SMSOTP, ask(tenant, "tenant.last_otp()", code)), CS_OK);
        assert_judged(tenant, CS_JUDGED_OVER, "expired");
    }
    tenant_do(tenant, "tenant.fault('POST smsotp/check', status=400, message_id='CSIAM0023E')");
    assert_int_equal(login_answer(tenant, CS_FACTOR_SMSOTP, "1"), CS_OK);
    assert_judged(tenant, CS_JUDGED_OVER, "too-many-tries");
}

static void test_delivery_is_never_sent_twice(void **state)
{
    static const char *const faults[] = {"status=503",   "reset=True", "status=500",
                                         "garbage=True", "status=403", "effect=True, reset=True"};
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.sms('+1555')");
    find_and_list(tenant, CS_KIND(CS_FACTOR_SMSOTP));
    tenant_do(tenant, "tenant.forget_requests()");
    for (size_t i = 0; i < CS_ARRAY_SIZE(faults); i++) {
        char python[160];

        (void)snprintf(python, sizeof python, "tenant.fault('POST smsotp/verifications', %s)",
                       faults[i]);
        tenant_do(tenant, python);
        assert_int_not_equal(login_begin(tenant, 0), CS_OK);
        assert_calls(tenant, "[\"POST smsotp/verifications\"]");
    }
}

static void test_delivery_of_nonsense_is_refused(void **state)
{
    static const char *const faults[] = {
        "hostile=True",        "mistype='correlation'",
        "mistype='id'",        "replace={'correlation': '12-34'}",
        "owner='SOMEBODY'",    "replace={'correlation': 'x' * 32}",
        "truncate=True",       "replace={'state': 'FAILED'}",
        "replace={'id': '.'}", "status=400, message_id='CSIBN0081E'",
        "remove=('id',)",
    };
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.sms('+1555')");
    find_and_list(tenant, CS_KIND(CS_FACTOR_SMSOTP));
    for (size_t i = 0; i < CS_ARRAY_SIZE(faults); i++) {
        char python[160];

        (void)snprintf(python, sizeof python, "tenant.fault('POST smsotp/verifications', %s)",
                       faults[i]);
        tenant_do(tenant, python);
        if (login_begin(tenant, 0) != CS_ERR_UNAVAILABLE || tenant->challenge.id[0] != '\0')
            fail_msg("%s", python);
    }
    assert_contains(tenant->lines.text, "sms-limit");
}

/* ---- approvals ---- */

static void test_push_asks_and_polls(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "phone = ann.device('Phone')");
    find_and_list(tenant, DEVICE);
    tenant_do(tenant, "tenant.fault('POST push', no_location=True); tenant.forget_requests()");
    assert_int_equal(login_begin(tenant, 0), CS_OK);
    tenant_do(tenant, "push = tenant.wait_push()");
    assert_string_equal(tenant_ask(tenant, "[push.message, push.origin, push.user_agent, "
                                           "push.lifetime, push.signatures[0].sub_type]"),
                        "[\"Log in to \\\"host1\\\"?\", \"192.0.2.7\", \"sshd\", 60, "
                        "\"fingerprint\"]");
    assert_string_equal(tenant->challenge.correlation, "");
    assert_int_equal(login_poll(tenant, 0), CS_OK);
    assert_int_equal(tenant->approval.approval, CS_APPROVAL_PENDING);
    tenant_do(tenant, "push.approve()");
    assert_int_equal(login_poll(tenant, 0), CS_OK);
    assert_int_equal(tenant->approval.approval, CS_APPROVAL_GIVEN);
    assert_calls(tenant, "[\"POST push\", \"GET push\", \"GET push\"]");
}

static void test_push_has_every_end(void **state)
{
    static const struct {
        const char *state;
        struct cs_approval_state expected;
    } rows[] = {
        {"VERIFY_SUCCESS", {CS_APPROVAL_GIVEN, CS_REASON_APPROVED}},
        {"VERIFY_FAILED", {CS_APPROVAL_DENIED, CS_REASON_SIGNATURE_FAILED}},
        {"USER_DENIED", {CS_APPROVAL_DENIED, CS_REASON_DENIED}},
        {"USER_FRAUDULENT", {CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}},
        {"BIOMETRY_FAILED", {CS_APPROVAL_DENIED, CS_REASON_BIOMETRY_FAILED}},
        {"CANCELED", {CS_APPROVAL_DENIED, CS_REASON_CANCELLED}},
        {"TIMEOUT", {CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}},
        {"verify_success", {CS_APPROVAL_DENIED, CS_REASON_UNKNOWN_STATE}},
        {"SOMETHING_NEW", {CS_APPROVAL_DENIED, CS_REASON_UNKNOWN_STATE}},
    };
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.device('Phone')");
    find_and_list(tenant, DEVICE);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        char python[80];

        assert_int_equal(login_begin(tenant, 0), CS_OK);
        (void)snprintf(python, sizeof python, "tenant.wait_push().set('%s')", rows[i].state);
        tenant_do(tenant, python);
        assert_int_equal(login_poll(tenant, 0), CS_OK);
        assert_int_equal(tenant->approval.approval, rows[i].expected.approval);
        assert_int_equal(tenant->approval.reason, rows[i].expected.reason);
    }
}

static void test_push_of_somebody_else_is_denied(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "ann.device('Phone')");
    find_and_list(tenant, DEVICE);
    assert_int_equal(login_begin(tenant, 0), CS_OK);
    tenant_do(tenant, "tenant.wait_push().approve()");
    tenant_do(tenant, "tenant.fault('GET push', owner='SOMEBODY')");
    assert_int_equal(login_poll(tenant, 0), CS_OK);
    assert_int_equal(tenant->approval.approval, CS_APPROVAL_DENIED);
    assert_string_equal(cs_reason_name(tenant->approval.reason), "wrong-owner");
    assert_contains(tenant->lines.text, "wrong-owner");
    tenant_do(tenant, "tenant.fault('GET push', remove=('owner',))");
    assert_int_equal(login_poll(tenant, 0), CS_OK);
    assert_int_equal(tenant->approval.approval, CS_APPROVAL_DENIED);
    tenant_do(tenant, "tenant.fault('GET push', replace={'id': 'another'})");
    assert_int_equal(login_poll(tenant, 0), CS_ERR_UNAVAILABLE);
    tenant_do(tenant, "tenant.fault('GET push', status=404)");
    assert_int_equal(login_poll(tenant, 0), CS_OK);
    assert_int_equal(tenant->approval.approval, CS_APPROVAL_EXPIRED);
}

static void test_push_matches_numbers(void **state)
{
    static const char *const settings[] = {"tenant.number_matching = True",
                                           "tenant.number_matching = 7",
                                           "tenant.number_matching = '42'"};
    struct verify_tenant *tenant = *state;
    char number[64];

    tenant_do(tenant, "ann.device('Phone')");
    find_and_list(tenant, DEVICE);
    for (size_t i = 0; i < CS_ARRAY_SIZE(settings); i++) {
        tenant_do(tenant, settings[i]);
        assert_int_equal(login_begin(tenant, 0), CS_OK);
        assert_string_equal(tenant->challenge.correlation,
                            ask(tenant, "tenant.wait_push().number", number));
    }
    tenant_do(tenant, "tenant.number_matching = '<42>'");
    assert_int_equal(login_begin(tenant, 0), CS_ERR_UNAVAILABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, verify_login_setup, verify_login_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_list_everything_in_the_order_of_menus),
        TEST(test_list_asks_for_no_more_than_is_wanted),
        TEST(test_list_leaves_out_what_does_not_count),
        TEST(test_list_keeps_one_signature_of_a_device),
        TEST(test_list_of_nonsense_is_refused_as_a_whole),
        TEST(test_totp_is_three_requests),
        TEST(test_codes_that_are_none_are_not_sent),
        TEST(test_totp_tries_every_enrolment),
        TEST(test_totp_faults_let_nobody_in),
        TEST(test_delivery_of_each_kind),
        TEST(test_delivery_that_is_over_takes_no_more),
        TEST(test_delivery_is_never_sent_twice),
        TEST(test_delivery_of_nonsense_is_refused),
        TEST(test_push_asks_and_polls),
        TEST(test_push_has_every_end),
        TEST(test_push_of_somebody_else_is_denied),
        TEST(test_push_matches_numbers),
    };

    return cmocka_run_group_tests(tests, verify_tenant_setup, verify_tenant_teardown);
}
