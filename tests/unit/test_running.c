/* SPDX-License-Identifier: Apache-2.0 */
/* What a killed process leaves of its logins, and the record that the next one makes of it. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "login/running.h"
#include "tests/unit/folder.h"

/* A login that got this far when its process was killed. */
static void be_killed(const char *path, unsigned places, unsigned logins, bool judging,
                      uint32_t foreseen)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
        const struct cs_log log = log_into(&lines);
        struct cs_running *running = cs_running_new(path, places);

        for (unsigned i = 0; i < logins; i++) {
            struct cs_running_place *place = cs_running_enter(running, &log);

            if (place == NULL)
                _exit(1);
            (void)snprintf(place->id, sizeof place->id, "0123456789abcdef-%u", i + 1);
            (void)snprintf(place->user, sizeof place->user, "user%u", i);
            (void)snprintf(place->service, sizeof place->service, "sshd");
            (void)snprintf(place->method, sizeof place->method, "password-then-totp");
            place->last = CS_REASON_WRONG_CODE;
            place->tally.refused[CS_REFUSED_CODE] = 2;
            place->tally.accepted[0] = CS_REASON_PASSWORD;
            place->answers = 3;
            place->judging = judging;
            place->foreseen = foreseen;
            atomic_store(&place->state, CS_RUNNING_HELD);
        }
        _exit(lines.length > 0 ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static unsigned count_files(const char *path)
{
    DIR *folder = opendir(path);
    unsigned count = 0;

    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    assert_int_equal(closedir(folder), 0);
    return count;
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;

    for (; text != NULL && (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

#define LINE                                                                                       \
    "login verdict=aborted granted=no reason=interrupted last=wrong-code "                         \
    "method=password-then-totp answers=3 wrong=code:2 accepted=password"

static void test_running_killed_login_has_its_record_once(void **state)
{
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);

    be_killed(path, 4, 1, false, CS_REASON_NONE);
    assert_int_equal(count_files(path), 1);
    cs_running_log_left(path, CS_AUDIT_TEXT, &log);
    assert_string_equal(lines.text, LINE " ms=0 peer_uid=0 service=\"sshd\" user=\"user0\"\n");
    assert_int_equal(count_files(path), 0);
    cs_running_log_left(path, CS_AUDIT_TEXT, &log);
    assert_int_equal(count_of(lines.text, "login "), 1);
}

static void test_running_killed_while_judging(void **state)
{
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);

    be_killed(path, 1, 1, true, CS_REASON_TOTP);
    be_killed(path, 1, 1, true, CS_REASON_NONE);
    cs_running_log_left(path, CS_AUDIT_BOTH, &log);
    assert_int_equal(count_of(lines.text, " unsettled=totp ms="), 1);
    assert_int_equal(count_of(lines.text, " unsettled=unknown ms="), 1);
    assert_int_equal(count_of(lines.text, "\"unsettled\":\"totp\""), 1);
    assert_int_equal(count_of(lines.text, "\"id\":\"0123456789abcdef-1\""), 2);
}

static void test_running_more_logins_than_a_file_has_places(void **state)
{
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);

    be_killed(path, 4, 11, false, CS_REASON_NONE);
    assert_int_equal(count_files(path), 3);
    cs_running_log_left(path, CS_AUDIT_TEXT, &log);
    assert_int_equal(count_of(lines.text, LINE), 11);
    for (unsigned i = 0; i < 11; i++) {
        char user[32];

        (void)snprintf(user, sizeof user, "user=\"user%u\"", i);
        assert_int_equal(count_of(lines.text, user), 1);
    }
}

static void test_running_process_is_left_alone(void **state)
{
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_running *running = cs_running_new(path, 2);
    struct cs_running_place *place = cs_running_enter(running, &log);

    assert_non_null(place);
    atomic_store(&place->state, CS_RUNNING_HELD);
    cs_running_log_left(path, CS_AUDIT_TEXT, &log);
    assert_int_equal(lines.length, 0);
    assert_int_equal(count_files(path), 1);
    cs_running_leave(running, &place);
    assert_null(place);
    cs_running_free(&running);
    assert_int_equal(count_files(path), 0);
}

/* A place that was given back is given again, and is empty. */
static void test_running_places_are_used_again(void **state)
{
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_running *running = cs_running_new(path, 2);

    for (unsigned i = 0; i < 100; i++) {
        struct cs_running_place *place = cs_running_enter(running, &log);

        assert_non_null(place);
        assert_int_equal(place->answers, 0);
        assert_string_equal(place->user, "");
        place->answers = 7;
        place->user[0] = 'x';
        cs_running_leave(running, &place);
    }
    assert_int_equal(count_files(path), 1);
    cs_running_free(&running);
}

static void test_running_without_a_folder_says_so_once(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);
    struct cs_running *running = cs_running_new("/nonexistent/running", 2);

    (void)state;
    assert_null(cs_running_enter(running, &log));
    assert_null(cs_running_enter(running, &log));
    assert_int_equal(count_of(lines.text, "systemd-tmpfiles --create"), 1);
    cs_running_free(&running);
    cs_running_log_left("/nonexistent/running", CS_AUDIT_TEXT, &log);
}

/* Whatever lies there must neither end the program nor become a record. */
static void test_running_foreign_files_are_no_records(void **state)
{
    static const char *const texts[] = {"", "x", "countersign run"};
    const char *path = ((struct folder *)*state)->path;
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    const struct cs_log log = log_into(&lines);

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        char name[400];
        int fd;

        (void)snprintf(name, sizeof name, "%s/file%zu", path, i);
        fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, texts[i], strlen(texts[i])), (ssize_t)strlen(texts[i]));
        assert_int_equal(ftruncate(fd, i < 2 ? (off_t)strlen(texts[i]) : 4096), 0);
        assert_int_equal(close(fd), 0);
    }
    cs_running_log_left(path, CS_AUDIT_TEXT, &log);
    assert_int_equal(count_of(lines.text, "login "), 0);
    assert_int_equal(count_files(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_running_killed_login_has_its_record_once),
        IN_FOLDER(test_running_killed_while_judging),
        IN_FOLDER(test_running_more_logins_than_a_file_has_places),
        IN_FOLDER(test_running_process_is_left_alone),
        IN_FOLDER(test_running_places_are_used_again),
        cmocka_unit_test(test_running_without_a_folder_says_so_once),
        IN_FOLDER(test_running_foreign_files_are_no_records),
    };

    return cmocka_run_group_tests_name("running", tests, NULL, NULL);
}
