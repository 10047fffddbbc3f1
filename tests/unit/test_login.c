/* SPDX-License-Identifier: Apache-2.0 */
/* The small parts of a login: verdict, policy, audit line. */
#include "tests/unit/unit.h"

#include <security/_pam_types.h>
#include <stdlib.h>

#include "base/clock.h"
#include "login/audit.h"
#include "login/policy.h"
#include "login/record_id.h"
#include "login/verdict.h"

static void test_verdict_every_row(void **state)
{
    static const struct {
        const char *name;
        int code, unknown_code;
    } rows[CS_VERDICTS] = {
        [CS_VERDICT_DENY] = {"deny", PAM_AUTH_ERR, PAM_AUTH_ERR},
        [CS_VERDICT_ALLOW] = {"allow", PAM_SUCCESS, PAM_AUTH_ERR},
        [CS_VERDICT_EXEMPT] = {"exempt", PAM_SUCCESS, PAM_AUTH_ERR},
        [CS_VERDICT_NOT_ENROLLED] = {"not-enrolled", PAM_AUTH_ERR, PAM_AUTH_ERR},
        [CS_VERDICT_ENROL_BY] = {"enrol-by", PAM_SUCCESS, PAM_AUTH_ERR},
        [CS_VERDICT_MAX_TRIES] = {"max-tries", PAM_MAXTRIES, PAM_MAXTRIES},
        [CS_VERDICT_UNAVAILABLE] = {"unavailable", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
        [CS_VERDICT_UNREACHABLE] = {"unreachable", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
        [CS_VERDICT_MISCONFIGURED] = {"misconfigured", PAM_SERVICE_ERR, PAM_SERVICE_ERR},
        [CS_VERDICT_UNKNOWN_USER] = {"unknown-user", PAM_AUTH_ERR, PAM_AUTH_ERR},
        [CS_VERDICT_ABORTED] = {"aborted", PAM_CONV_ERR, PAM_CONV_ERR},
    };
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    for (unsigned v = 0; v < CS_VERDICTS; v++) {
        assert_string_equal(cs_verdict_name(v), rows[v].name);
        assert_int_equal(cs_verdict_pam_code(v, &options, true, true), rows[v].code);
        assert_int_equal(cs_verdict_pam_code(v, &options, false, true), rows[v].unknown_code);
    }
    assert_int_equal((enum cs_verdict)0, CS_VERDICT_DENY);
}

/* What the options make of a verdict about a known account; 0xff: nothing. */
static int code_by_options(enum cs_verdict verdict, bool proven, bool ignore)
{
    switch (verdict) {
    case CS_VERDICT_NOT_ENROLLED:
    case CS_VERDICT_ENROL_BY:
        return ignore ? PAM_IGNORE : PAM_SUCCESS;
    case CS_VERDICT_EXEMPT:
        return PAM_IGNORE;
    case CS_VERDICT_UNREACHABLE:
        return proven ? PAM_SUCCESS : 0xff;
    default:
        return 0xff;
    }
}

/* Only these rows depend on options, and none lets an unknown account pass. */
static void test_verdict_options_change_their_row_alone(void **state)
{
    struct cs_options plain, options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &plain);
    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.method.accept_on_missing_auth_method = true;
    options.enrol_by = "2027-01-31";
    options.exempt_result = CS_EXEMPT_IGNORE;
    options.failmode_insecure = true;
    for (unsigned row = 0; row < 4 * CS_VERDICTS; row++) {
        enum cs_verdict v = row / 4;
        bool proven = row % 2 != 0, ignore = row / 2 % 2 != 0;
        int expected = code_by_options(v, proven, ignore);
        int code;

        options.missing_result = ignore ? CS_MISSING_IGNORE : CS_MISSING_SUCCESS;
        code = cs_verdict_pam_code(v, &options, true, proven);

        assert_int_equal(code, expected != 0xff ? expected
                                                : cs_verdict_pam_code(v, &plain, true, proven));
        code = cs_verdict_pam_code(v, &options, false, proven);
        assert_int_not_equal(code, PAM_SUCCESS);
        assert_int_not_equal(code, PAM_IGNORE);
    }
}

/* By itself it changes nothing: who has no factor is refused. */
static void test_verdict_missing_result_needs_acceptance(void **state)
{
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.missing_result = CS_MISSING_IGNORE;
    for (unsigned v = 0; v < CS_VERDICTS; v++)
        assert_int_not_equal(cs_verdict_pam_code(v, &options, true, true), PAM_IGNORE);
}

/* Letting in while the server is away takes all three: the option, an account, a first factor. And
 * no other trouble than an unreachable server. */
static void test_verdict_failmode_needs_account_and_first_factor(void **state)
{
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    for (unsigned bits = 0; bits < 8; bits++) {
        bool insecure = (bits & 1) != 0, known = (bits & 2) != 0, proven = (bits & 4) != 0;

        options.failmode_insecure = insecure;
        assert_int_equal(cs_verdict_pam_code(CS_VERDICT_UNREACHABLE, &options, known, proven),
                         insecure && known && proven ? PAM_SUCCESS : PAM_AUTHINFO_UNAVAIL);
        assert_int_equal(cs_verdict_pam_code(CS_VERDICT_UNAVAILABLE, &options, known, proven),
                         PAM_AUTHINFO_UNAVAIL);
        assert_int_equal(cs_verdict_pam_code(CS_VERDICT_MISCONFIGURED, &options, known, proven),
                         PAM_SERVICE_ERR);
    }
}

/* ---- the account phase ---- */

#define ANY CS_REASONS

/* What each verdict becomes with each reason; rows with a reason go before those with any. */
static const struct {
    enum cs_verdict verdict;
    enum cs_reason reason;
    int code;
} account_rows[] = {
    {CS_VERDICT_ALLOW, CS_REASON_NO_OBJECTION, PAM_IGNORE},
    {CS_VERDICT_ALLOW, ANY, PAM_SUCCESS},
    {CS_VERDICT_EXEMPT, ANY, PAM_SUCCESS},
    {CS_VERDICT_DENY, CS_REASON_INACTIVE, PAM_ACCT_EXPIRED},
    {CS_VERDICT_DENY, CS_REASON_USER_NOT_ACTIVE, PAM_ACCT_EXPIRED},
    {CS_VERDICT_DENY, ANY, PAM_PERM_DENIED},
    {CS_VERDICT_NOT_ENROLLED, ANY, PAM_PERM_DENIED},
    {CS_VERDICT_ENROL_BY, ANY, PAM_PERM_DENIED}, /* of logins only */
    {CS_VERDICT_MAX_TRIES, ANY, PAM_PERM_DENIED},
    {CS_VERDICT_UNAVAILABLE, ANY, PAM_AUTHINFO_UNAVAIL},
    {CS_VERDICT_UNREACHABLE, ANY, PAM_AUTHINFO_UNAVAIL},
    {CS_VERDICT_MISCONFIGURED, ANY, PAM_SERVICE_ERR},
    {CS_VERDICT_UNKNOWN_USER, ANY, PAM_USER_UNKNOWN},
    {CS_VERDICT_ABORTED, ANY, PAM_AUTHINFO_UNAVAIL},
};

static int expected_account_code(enum cs_verdict verdict, enum cs_reason reason)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(account_rows); i++) {
        if (account_rows[i].verdict == verdict &&
            (account_rows[i].reason == ANY || account_rows[i].reason == reason))
            return account_rows[i].code;
    }
    fail_msg("verdict %d has no row", (int)verdict);
    return -1;
}

static void test_account_every_verdict_and_reason(void **state)
{
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    for (unsigned v = 0; v < CS_VERDICTS; v++) {
        for (unsigned r = 0; r < CS_REASONS; r++) {
            int expected = expected_account_code(v, r);
            int code = cs_verdict_account_code(v, r, &options, true);

            if (code != expected)
                fail_msg("%s, %s: %s, expected %s", cs_verdict_name(v), cs_reason_name(r),
                         cs_pam_code_name(code), cs_pam_code_name(expected));
            assert_string_not_equal(cs_pam_code_name(code), "unknown");
            code = cs_verdict_account_code(v, r, &options, false);
            assert_int_not_equal(code, PAM_SUCCESS);
            assert_int_not_equal(code, PAM_IGNORE);
        }
    }
}

/* exempt_result alone has a say: what forgives in the auth stack forgives nothing here. */
static void test_account_options_that_forgive_have_no_say(void **state)
{
    struct cs_options options;

    (void)state;
    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.method.accept_on_missing_auth_method = true;
    options.failmode_insecure = true;
    options.exempt_result = CS_EXEMPT_IGNORE;
    options.missing_result = CS_MISSING_IGNORE;
    for (unsigned v = 0; v < CS_VERDICTS; v++) {
        int code = cs_verdict_account_code(v, CS_REASON_NONE, &options, true);

        assert_int_equal(code, v == CS_VERDICT_EXEMPT ? PAM_IGNORE
                                                      : expected_account_code(v, CS_REASON_NONE));
    }
}

/* The day itself counts, and one_answer leaves no prompt for the notice. */
static void test_policy_days_to_enrol(void **state)
{
    static const struct {
        const char *date;
        int days; /* from today on */
    } rows[] = {{"1970-01-01", 0},   {"2026-11-30", 0}, {"2026-12-01", 1}, {"2026-12-02", 2},
                {"2027-12-01", 366}, {NULL, 0},         {"soon", 0}};
    const int64_t noon = 1796126400; /* 2026-12-01T12:00Z */
    struct cs_options options;

    (void)state;
    assert_int_equal(setenv("TZ", "UTC0", 1), 0);
    cs_options_defaults(CS_PROFILE_OWN, &options);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        options.enrol_by = rows[i].date;
        options.method.one_answer = false;
        assert_int_equal(cs_policy_days_to_enrol(&options, noon), rows[i].days);
        assert_int_equal(cs_policy_days_to_enrol(&options, INT64_MAX), 0);
        options.method.one_answer = true;
        assert_int_equal(cs_policy_days_to_enrol(&options, noon), 0);
    }
    assert_int_equal(unsetenv("TZ"), 0);
}

static void assert_enrols_later(const char *groups, bool known, bool expected)
{
    const struct cs_account root = {
        .known = known, .local = true, .name = "root", .uid = 0, .gid = 0};
    const struct cs_patience patience = {cs_clock_ms() + 10000, -1};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_options options;

    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.enrol_by = "2027-01-31";
    options.enrol_by_group = groups;
    assert_int_equal(cs_policy_may_enrol_later(&options, &root, directory, &patience, &log),
                     expected);
    if (groups != NULL && strcmp(groups, "nosuchgroup") == 0)
        assert_contains(lines.text,
                        "enrol_by_group: whether 'root' is in a group of 'nosuchgroup'");
}

static void test_policy_enrol_by_group(void **state)
{
    (void)state;
    assert_enrols_later(NULL, true, true);
    assert_enrols_later(NULL, false, false);
    assert_enrols_later("root", true, true);
    assert_enrols_later("root", false, false);
    assert_enrols_later("nogroup", true, false);
    assert_enrols_later("nogroup,root", true, true);
    assert_enrols_later("nosuchgroup", true, false);
}

static enum cs_reason exemption(const char *exempt, const char *asked,
                                const struct cs_account *account, struct cs_buffer *lines)
{
    const struct cs_patience patience = {cs_clock_ms() + 10000, -1};
    struct cs_directory *directory = cs_directory_new();
    const struct cs_log log = log_into(lines);
    struct cs_options options;
    enum cs_reason rule;

    assert_non_null(directory);
    cs_options_defaults(CS_PROFILE_OWN, &options);
    options.exempt_group = exempt;
    options.two_factor_group = asked;
    rule = cs_policy_exemption(&options, account, directory, &patience, &log);
    cs_directory_free(&directory);
    return rule;
}

static void assert_exemption(const char *exempt, const char *asked, enum cs_reason expected)
{
    const struct cs_account root = {
        .known = true, .local = true, .name = "root", .uid = 0, .gid = 0};
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    enum cs_reason rule = exemption(exempt, asked, &root, &lines);

    if (rule != expected)
        fail_msg("exempt_group=%s 2fa_group=%s: %s", exempt, asked, cs_reason_name(rule));
    if ((exempt != NULL && strstr(exempt, "nosuch") != NULL && expected == CS_REASON_NONE) ||
        (asked != NULL && strstr(asked, "nosuch") != NULL && expected == CS_REASON_NONE))
        assert_contains(lines.text, "cannot be resolved");
}

/* root is in the group root; nobody is in the group nogroup but nobody. */
static void test_policy_groups_of_root(void **state)
{
    static const struct {
        const char *exempt, *asked;
        enum cs_reason expected;
    } rows[] = {
        {NULL, NULL, CS_REASON_NONE},
        {"root", NULL, CS_REASON_EXEMPT_GROUP},
        {"nogroup", NULL, CS_REASON_NONE},
        {"nogroup,root", NULL, CS_REASON_EXEMPT_GROUP},
        {"nosuchgroup", NULL, CS_REASON_NONE},
        {"nosuchgroup,root", NULL, CS_REASON_EXEMPT_GROUP},
        {"roo", NULL, CS_REASON_NONE},
        {"ROOT", NULL, CS_REASON_NONE},
        {NULL, "root", CS_REASON_NONE},
        {NULL, "nogroup", CS_REASON_NOT_IN_2FA_GROUP},
        {NULL, "nogroup,root", CS_REASON_NONE},
        {NULL, "nosuchgroup", CS_REASON_NONE},
        {NULL, "nosuchgroup,nogroup", CS_REASON_NONE},
        {"root", "root", CS_REASON_EXEMPT_GROUP}, /* exempt wins */
        {"nogroup", "nogroup", CS_REASON_NOT_IN_2FA_GROUP},
        {"nosuchgroup", "nosuchgroup", CS_REASON_NONE},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_exemption(rows[i].exempt, rows[i].asked, rows[i].expected);
}

static void test_policy_unknown_account_never_exempt(void **state)
{
    const struct cs_account unknown = {.known = false, .name = "root", .uid = 0, .gid = 0};
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};

    (void)state;
    assert_int_equal(exemption("root", NULL, &unknown, &lines), CS_REASON_NONE);
    assert_int_equal(exemption(NULL, "nogroup", &unknown, &lines), CS_REASON_NONE);
}

static const char *audit_line(const char *user, struct cs_buffer *lines)
{
    const struct cs_log log = log_into(lines);
    const struct cs_audit audit = {
        .user = user,
        .service = "sshd",
        .address = "192.0.2.1",
        .method = "totp",
        .verdict = "deny",
        .reason = CS_REASON_WRONG_CODE,
        .answers = 3,
        .tally = {.refused = {[CS_REFUSED_CODE] = 2, [CS_REFUSED_UNUSABLE] = 1},
                  .accepted = {CS_REASON_PASSWORD, CS_REASON_RECOVERY_CODE}},
        .milliseconds = 12};

    cs_buffer_free(lines);
    cs_audit_write(&log, &audit);
    return lines->text;
}

#define HEAD                                                                                       \
    "login verdict=deny granted=no reason=wrong-code last=none method=totp answers=3 "             \
    "wrong=code:2,unusable:1 accepted=password,recovery-code ms=12 peer_uid=0"                     \
    " rhost=\"192.0.2.1\" service=\"sshd\" user="

static void test_audit_values_stay_in_their_quotes(void **state)
{
    static const char *const rows[][2] = {
        {"demo", HEAD "\"demo\"\n"},
        {"", HEAD "\"\"\n"},
        {"a\" verdict=allow user=\"b", HEAD "\"a\\\" verdict=allow user=\\\"b\"\n"},
        {"a\\", HEAD "\"a\\\\\"\n"},
        {"a\\\"", HEAD "\"a\\\\\\\"\"\n"},
        {"a\nlogin verdict=allow", HEAD "\"a?login verdict=allow\"\n"},
        {"\x1b]0;x\x07\r\xff", HEAD "\"?]0;x???\"\n"},
        {"%n%s", HEAD "\"%n%s\"\n"},
        {"J\xc3\xb6rg", HEAD "\"J\xc3\xb6rg\"\n"},
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_string_equal(audit_line(rows[i][0], &lines), rows[i][1]);
}

static void test_audit_long_value_cut_and_closed(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    char name[1025];

    (void)state;
    memset(name, '"', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    audit_line(name, &lines);
    assert_contains(lines.text, "\\\"...\"\n");
    assert_int_equal(lines.length, strlen(HEAD) + 1 + 2 * 160 + 3 + 1 + 1);
    name[160] = '\0';
    assert_null(strstr(audit_line(name, &lines), "..."));
}

static void test_audit_missing_values_left_out(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    const struct cs_audit audit = {.method = "totp",
                                   .verdict = "deny",
                                   .reason = CS_REASON_NONE,
                                   .peer_uid = 5,
                                   .standalone = true};

    (void)state;
    cs_audit_write(&log, &audit);
    assert_string_equal(lines.text,
                        "login verdict=deny granted=no reason=none last=none method=totp answers=0 "
                        "wrong=none accepted=none ms=0 peer_uid=5 standalone=yes\n");
}

/* fail2ban and others look for "login verdict=": such a check is no login. */
static void test_audit_of_an_account_check(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    const struct cs_audit audit = {.user = "demo",
                                   .service = "sshd",
                                   .method = "totp",
                                   .verdict = "deny",
                                   .reason = CS_REASON_SUSPENDED,
                                   .code = "PAM_PERM_DENIED",
                                   .milliseconds = 3,
                                   .account_phase = true};

    (void)state;
    cs_audit_write(&log, &audit);
    assert_string_equal(lines.text,
                        "account verdict=deny granted=no reason=suspended phase=account ms=3 "
                        "peer_uid=0 code=PAM_PERM_DENIED service=\"sshd\" user=\"demo\"\n");
}

/* A hundred thousand records, each with another mixture of what may be in one. Where CS_RECORDS
 * names a file they go there, for somebody else's reading of the schema
 * (tests/checks/check_records.py). */
static void test_audit_json_of_many_logins(void **state)
{
    enum { RECORDS = 100000 };
    static const char *const texts[] = {
        NULL, "", "alice", "J\xc3\xb6rg \"x\"", "a\\\n\x1b\xff", "\xe2\x80\xae\xd7\x90"};
    const char *path = getenv("CS_RECORDS");
    FILE *file = fopen(path != NULL ? path : "/dev/null", "we");

    (void)state;
    assert_non_null(file);
    for (unsigned i = 0; i < RECORDS; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret text = {0};
        char id[CS_RECORD_ID_SIZE];
        const struct cs_audit audit = {
            .form = CS_AUDIT_JSON,
            .id = id,
            .time = 1700000000 + i,
            .user = texts[1 + i % 5],
            .identity = texts[i % 6],
            .address = texts[i / 6 % 6],
            .service = texts[1 + i / 36 % 5],
            .method = "totp",
            .verdict = cs_verdict_name(i % CS_VERDICTS),
            .reason = i % CS_REASONS,
            .last = i / 7 % CS_REASONS,
            .granted = i % 2 != 0,
            .answers = i % 9,
            .tally = {.refused = {i % 2, i % 3, i % 5, 0, i % 7}, .accepted = {i % CS_REASONS}},
            .clock_off = i % 11 == 0 ? -30 : 0,
            .milliseconds = i,
            .code = i % 4 == 0 ? "PAM_SUCCESS" : NULL,
            .unsettled = i % 13 == 0 ? "totp" : NULL,
            .account_phase = i % 17 == 0};

        (void)snprintf(id, sizeof id, "0123456789abcdef-%u", i + 1);
        assert_int_equal(cs_audit_json(&audit, &text, NULL), CS_OK);
        assert_null(strchr(text.data, '\n'));
        (void)fprintf(file, "%s\n", text.data);
    }
    assert_int_equal(fclose(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_json_of_many_logins),
        cmocka_unit_test(test_verdict_every_row),
        cmocka_unit_test(test_verdict_options_change_their_row_alone),
        cmocka_unit_test(test_verdict_missing_result_needs_acceptance),
        cmocka_unit_test(test_verdict_failmode_needs_account_and_first_factor),
        cmocka_unit_test(test_account_every_verdict_and_reason),
        cmocka_unit_test(test_account_options_that_forgive_have_no_say),
        cmocka_unit_test(test_policy_days_to_enrol),
        cmocka_unit_test(test_policy_enrol_by_group),
        cmocka_unit_test(test_policy_groups_of_root),
        cmocka_unit_test(test_policy_unknown_account_never_exempt),
        cmocka_unit_test(test_audit_values_stay_in_their_quotes),
        cmocka_unit_test(test_audit_long_value_cut_and_closed),
        cmocka_unit_test(test_audit_missing_values_left_out),
        cmocka_unit_test(test_audit_of_an_account_check),
    };

    return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
