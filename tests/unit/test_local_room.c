/* SPDX-License-Identifier: Apache-2.0 */
/* A store that cannot grow: a try that leaves no trace must not be a try. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attributes.h"
#include "providers/local/hash.h"
#include "providers/local/totp.h"
#include "store/password.h"
#include "tests/unit/local.h"

enum { PERIOD = 30, STEP_BYTES = 2048, STEPS = 30 };

static struct cs_enrolment alice;

static int set_up(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    local_open();
    enrol_app("alice", &alice);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cs_enrolment_clear(&alice);
    local_close();
    return 0;
}

/* What became of an answer: its judgement, or that there was none. */
enum { RIGHT, WRONG, NOT_JUDGED, THROTTLED };

static int judge(enum cs_factor_kind kind, bool proven, const char *answer)
{
    static const struct cs_local_settings login = {.totp_window = 1, .throttle = true};
    const struct cs_call call = {.deadline = INT32_MAX, .cancel_fd = -1, .settings = &login};
    const struct cs_secret secret = {(char *)(uintptr_t)answer, strlen(answer)};
    const struct cs_attempt attempt = {.identity = "alice",
                                       .subject = "alice",
                                       .client = "192.0.2.1",
                                       .kind = kind,
                                       .answer = &secret,
                                       .proven = proven,
                                       .countable = true};
    struct cs_outcome outcome = {0};
    enum cs_err result = provider->ops->judge(provider, &call, &attempt, &outcome, NULL);

    if (result != CS_OK)
        return NOT_JUDGED;
    if (outcome.reason == CS_REASON_THROTTLED)
        return THROTTLED;
    return outcome.judgement == CS_JUDGED_RIGHT ? RIGHT : WRONG;
}

static off_t size_of_log(void)
{
    char path[sizeof scratch.path + sizeof "-wal"];
    struct stat status;

    (void)snprintf(path, sizeof path, "%s-wal", scratch.path);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* In a process of its own, whose files cannot grow beyond `limit`. */
static int judge_within(off_t limit, enum cs_factor_kind kind, bool proven, const char *answer)
{
    const struct rlimit size = {(rlim_t)limit, (rlim_t)limit};
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        cs_provider_close(&provider);
        cs_store_close(&scratch.store);
        if (cs_local_kind.open(&settings, NULL, &provider, NULL) != CS_OK ||
            setrlimit(RLIMIT_FSIZE, &size) != 0)
            _exit(99);
        _exit(judge(kind, proven, answer));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Whatever room there is: as long as a wrong answer cannot be counted, the right one is no good.
 * What was counted has made the log longer, so that the room is measured from where it ends. */
static void judge_with_ever_more_room(enum cs_factor_kind kind, bool proven, const char *wrong,
                                      const char *right)
{
    for (unsigned i = 0; i < STEPS; i++) {
        off_t before = size_of_log(), room = (off_t)i * STEP_BYTES;
        int of_wrong = judge_within(before + room, kind, proven, wrong);

        if (of_wrong == WRONG) {
            assert_true(i > 1);
            assert_true(size_of_log() > before);
            assert_int_equal(judge(kind, proven, right), RIGHT);
            return;
        }
        assert_int_equal(of_wrong, NOT_JUDGED);
        assert_int_equal(judge_within(size_of_log() + room, kind, proven, right), NOT_JUDGED);
    }
    fail_msg("there was never enough room");
}

static void right_code(char ret_code[CS_TOTP_CODE_SIZE])
{
    const struct cs_factor *factor = &alice.factor;

    assert_int_equal(cs_hotp(&factor->secret, factor->algorithm, (uint64_t)cs_totp_step(T0, PERIOD),
                             factor->digits, ret_code, NULL),
                     CS_OK);
}

static void test_a_code_that_cannot_be_counted_is_not_judged(void **state)
{
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    right_code(code);
    judge_with_ever_more_room(CS_FACTOR_TOTP, false, "guess!", code);
}

static void test_nor_one_behind_a_first_factor(void **state)
{
    char code[CS_TOTP_CODE_SIZE];

    (void)state;
    right_code(code);
    judge_with_ever_more_room(CS_FACTOR_TOTP, true, "guess!", code);
}

static void test_a_password_that_cannot_be_counted_is_not_judged(void **state)
{
    static const char right[] = "correct horse battery staple";
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    struct cs_transaction transaction;
    char setting[CS_PASSWORD_SETTING_SIZE];

    (void)state;
    assert_int_equal(cs_password_setting(setting, NULL), CS_OK);
    assert_int_equal(cs_password_hash(SECRET("correct horse battery staple"), setting, &hash, NULL),
                     CS_OK);
    scratch_store_begin(&scratch, &transaction);
    assert_int_equal(cs_password_set(&transaction, "alice", &hash, T0, NULL), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, NULL), CS_OK);
    judge_with_ever_more_room(CS_FACTOR_PASSWORD, false, "guess", right);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_code_that_cannot_be_counted_is_not_judged),
        TEST(test_nor_one_behind_a_first_factor),
        TEST(test_a_password_that_cannot_be_counted_is_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
