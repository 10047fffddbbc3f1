/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit line says of a login's answers, in every plan and however the login ends. */
#include "tests/unit/unit.h"

#include "base/typed_code.h"
#include "methods/plan.h"
#include "tests/unit/scene.h"

enum { ANSWERS_MAX = 6 };

/* A login and what is said of it. */
struct row {
    const char *plan;
    const char *typed[ANSWERS_MAX]; /* then the client hangs up */
    unsigned answers;
    const char *said;
};

void scene_prepare(void)
{
    scene->autopush = true;
}

static void add_factors(const char *plan)
{
    if (strcmp(plan, "choice-then-otp") == 0) {
        method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
        method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    } else if (strcmp(plan, "smsotp") == 0) {
        method_scene_add(scene, CS_FACTOR_SMSOTP, "s", "15550100");
    } else {
        method_scene_add(scene, CS_FACTOR_TOTP, "t", "");
    }
}

static void assert_said(const struct row *row)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};

    for (size_t i = 0; i < ANSWERS_MAX && row->typed[i] != NULL; i++)
        cs_script_answer(&scene->script, row->typed[i]);
    add_factors(row->plan);
    (void)cs_plan_run(cs_plan_find(row->plan), &scene->login);
    cs_tally_print(&scene->login.result.tally, &said);
    if (strcmp(said.text, row->said) != 0 || scene->script.channel.answers != row->answers)
        fail_msg("%s %s, ...: answers=%u%s, wanted answers=%u%s", row->plan, row->typed[0],
                 scene->script.channel.answers, said.text, row->answers, row->said);
}

static void answers_are_counted_alike_in_every_plan(void **state)
{
    static const struct row rows[] = {
        {"totp", {NULL}, 0, " wrong=none accepted=none"},
        {"totp", {"000000"}, 1, " wrong=code:1 accepted=none"},
        {"totp", {"000000", "000001", "123456"}, 3, " wrong=code:2 accepted=totp"},
        {"password", {"guess"}, 1, " wrong=password:1 accepted=none"},
        {"password-then-totp", {"secret"}, 1, " wrong=none accepted=password"},
        {"password-then-totp", {"secret", "000000"}, 2, " wrong=code:1 accepted=password"},
        {"password-then-totp", {"secret", "123456"}, 2, " wrong=none accepted=password,totp"},
        {"password-and-totp", {"000000:guess"}, 1, " wrong=password:1 accepted=none"},
        {"password-and-totp", {"000000:secret"}, 1, " wrong=code:1 accepted=password"},
        {"password-and-totp", {"nothing between"}, 1, " wrong=unusable:1 accepted=none"},
        {"choice-then-otp", {"1", "000000"}, 2, " wrong=code:1 accepted=none"},
        {"choice-then-otp", {"123456"}, 1, " wrong=none accepted=totp"}, /* into the menu */
        {"choice-then-otp", {"9", "x", "2"}, 3, " wrong=unusable:2 accepted=none"},
        {"choice-then-otp", {"2", "000000", "123456"}, 3, " wrong=code:1 accepted=smsotp"},
        {"choice-then-otp", {"xyz", "xyz"}, 2, " wrong=unusable:2 accepted=none"},
        {"choice-then-otp", {JUNK}, 1, " wrong=unusable:1 accepted=none"},
        {"smsotp", {"", "x", "s", "123456"}, 4, " wrong=unusable:2 accepted=smsotp"},
        {"smsotp", {JUNK}, 1, " wrong=unusable:1 accepted=none"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->options.password_retry = 2;
        scene->autopush = strcmp(rows[i].plan, "smsotp") != 0;
        assert_said(&rows[i]);
    }
}

static bool is_code(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    return kind != CS_FACTOR_TOTP || cs_is_digits(answer);
}

static void what_is_no_answer_is_no_guess(void **state)
{
    static const struct row rows[] = {
        {"totp", {""}, 1, " wrong=unusable:1 accepted=none"},
        {"totp", {"letters"}, 1, " wrong=unusable:1 accepted=none"},
        {"totp", {"letters", "letters"}, 2, " wrong=unusable:2 accepted=none"},
        {"totp", {JUNK, JUNK}, 2, " wrong=unusable:2 accepted=none"},
        {"totp", {"000000", "000001", ""}, 3, " wrong=code:2,unusable:1 accepted=none"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        start_over();
        scene->ops.fits = is_code;
        assert_said(&rows[i]);
    }
}

/* A spent recovery code followed by a hang-up left no trace. */
static void a_spent_recovery_code_is_named_though_the_client_hangs_up(void **state)
{
    const struct row row = {
        "totp", {"000000", "123456"}, 2, " wrong=code:1 accepted=recovery-code"};

    (void)state;
    scene->recovery = true; /* its prompt, how many are left, is not answered */
    assert_said(&row);
    assert_int_equal(scene->login.result.reason, CS_REASON_HANG_UP);
    assert_int_equal(scene->login.result.last, CS_REASON_RECOVERY_CODE);
}

static void a_wrong_code_is_counted_though_the_client_hangs_up_before_it_hears(void **state)
{
    const struct row row = {"totp", {"000000"}, 1, " wrong=code:1 accepted=none"};

    (void)state;
    scene->judge_ms = 5;
    assert_said(&row);
    assert_int_equal(scene->login.result.last, CS_REASON_WRONG_CODE);
}

static void the_applications_password_is_an_answer(void **state)
{
    const struct row row = {"password-then-totp", {NULL}, 1, " wrong=none accepted=password"};

    (void)state;
    assert_int_equal(cs_secret_set(&scene->script.authtok, "secret", 6), CS_OK);
    assert_said(&row);
    cs_secret_free(&scene->script.authtok);
}

static void requests_that_were_turned_down_are_counted(void **state)
{
    static const struct {
        struct cs_approval_state approval;
        const char *said;
    } rows[] = {
        {{CS_APPROVAL_GIVEN, CS_REASON_APPROVED}, " wrong=none accepted=approved"},
        {{CS_APPROVAL_DENIED, CS_REASON_DENIED}, " wrong=request:1 accepted=none"},
        {{CS_APPROVAL_FRAUD, CS_REASON_REPORTED_AS_FRAUD}, " wrong=request:1 accepted=none"},
        {{CS_APPROVAL_DENIED, CS_REASON_CANCELLED}, " wrong=none accepted=none"},
        {{CS_APPROVAL_EXPIRED, CS_REASON_EXPIRED}, " wrong=none accepted=none"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};

        start_over();
        scene->approvals = &rows[i].approval;
        scene->approvals_count = 1;
        method_scene_add(scene, CS_FACTOR_DEVICE, "d", "Phone");
        (void)cs_method_device.run(&scene->login, &cs_method_device, &scene->factors[0]);
        cs_tally_print(&scene->login.result.tally, &said);
        assert_string_equal(said.text, rows[i].said);
    }
}

/* Each reason counts as its row says, by the kind of what was asked for. */
static void every_reason_counts_as_its_row_says(void **state)
{
    static const char *const kinds[] = {[CS_COUNTS_NOTHING] = " wrong=none",
                                        [CS_COUNTS_WRONG] = " wrong=key:1",
                                        [CS_COUNTS_UNCHECKED] = " wrong=unchecked:1",
                                        [CS_COUNTS_UNTIMELY] = " wrong=untimely:1",
                                        [CS_COUNTS_UNUSABLE] = " wrong=unusable:1"};

    (void)state;
    for (int reason = 0; reason < CS_REASONS; reason++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};
        struct cs_tally tally = {0};

        cs_tally_refuse(&tally, CS_FACTOR_U2F, (enum cs_reason)reason);
        cs_tally_print(&tally, &said);
        assert_contains(said.text, kinds[cs_reasons[reason].counts]);
    }
}

static void what_was_accepted_is_named_once_and_in_order(void **state)
{
    static const enum cs_reason reasons[] = {CS_REASON_PASSWORD, CS_REASON_PASSWORD,
                                             CS_REASON_TOTP,     CS_REASON_U2F,
                                             CS_REASON_SMSOTP,   CS_REASON_APPROVED};
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};
    struct cs_tally tally = {0};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(reasons); i++)
        cs_tally_accept(&tally, reasons[i]); /* the last one has no room */
    cs_tally_print(&tally, &said);
    assert_string_equal(said.text, " wrong=none accepted=password,totp,u2f,smsotp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(answers_are_counted_alike_in_every_plan),
        IN_SCENE(what_is_no_answer_is_no_guess),
        IN_SCENE(a_spent_recovery_code_is_named_though_the_client_hangs_up),
        IN_SCENE(a_wrong_code_is_counted_though_the_client_hangs_up_before_it_hears),
        IN_SCENE(the_applications_password_is_an_answer),
        IN_SCENE(requests_that_were_turned_down_are_counted),
        cmocka_unit_test(every_reason_counts_as_its_row_says),
        cmocka_unit_test(what_was_accepted_is_named_once_and_in_order),
    };

    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
