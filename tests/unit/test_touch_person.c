/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for a secret beside the key: on a terminal, through another askpass, or not at all. */
#include "tests/unit/unit.h"

#include "tests/unit/folder.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>

#include "touch/local_person.h"

enum { PATIENCE_MS = 20000 };

/* An askpass with that body; its path is `out`. */
static const char *script(void **state, const char *body, char out[PATH_SIZE])
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_buffer_printf(&text, "#!/bin/sh\n%s\n", body);
    write_file(folder_path(state, "askpass", out), 0700, text.text, text.length);
    return out;
}

/* Without a terminal; as if somebody who ends when `reader` is closed waited for the answer. */
static enum cs_err ask(const char *askpass, int reader, struct cs_secret *ret_secret,
                       struct cs_error *error)
{
    struct cs_touch_local_person local;

    cs_touch_local_person_init(&local, askpass);
    local.person.reader = reader;
    return local.person.ops->ask_secret(&local.person, "PIN <1>: ", ret_secret, error);
}

static void another_askpass_answers(void **state)
{
    static const struct {
        const char *body;
        const char *answer;
    } rows[] = {
        {"echo 1234", "1234"},
        {"echo 1234; echo more", "1234"},
        {"printf 12; printf 34", "1234"},
        {"echo", ""},
        {":", ""},
        {"echo \"$1\"", "PIN ?1>: "},
        {"echo \"<$SSH_ASKPASS_PROMPT>${COUNTERSIGN_TOUCH_ASKPASS-none}\"", "<>none"},
        /* It closes its output and ends later. */
        {"echo 1234; exec >&-; sleep 0.1", "1234"},
    };
    char path[PATH_SIZE];

    setenv("SSH_ASKPASS_PROMPT", "confirm", 1);
    setenv("COUNTERSIGN_TOUCH_ASKPASS", "/bin/false", 1);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
        struct cs_error error = {0};

        if (ask(script(state, rows[i].body, path), -1, &secret, &error) != CS_OK)
            fail_msg("%s: %s", rows[i].body, error.text);
        assert_holds(&secret, rows[i].answer, strlen(rows[i].answer));
    }
}

static void a_long_answer_is_cut(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    char path[PATH_SIZE];

    assert_int_equal(
        ask(script(state, "head -c 100000 /dev/zero | tr '\\0' x", path), -1, &secret, NULL),
        CS_OK);
    assert_int_equal(secret.length, 4096);
}

static void a_refusal_is_no_answer(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_error error = {0};
    char path[PATH_SIZE];

    assert_int_equal(ask(script(state, "echo 1234; exit 1", path), -1, &secret, &error),
                     CS_ERR_CANCELLED);
    assert_int_equal(ask(script(state, "echo 1234; kill -9 $$", path), -1, &secret, &error),
                     CS_ERR_CANCELLED);
    assert_int_equal(ask(folder_path(state, "missing", path), -1, &secret, &error),
                     CS_ERR_CANNOT_ASK);
    assert_contains(error.text, "COUNTERSIGN_TOUCH_ASKPASS: cannot run /");
    assert_null(secret.data);
}

static void nobody_waits_any_more(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_error error = {0};
    char path[PATH_SIZE];
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(ask(script(state, "exec sleep 1000", path), ends[0], &secret, &error),
                     CS_ERR_CANCELLED);
    assert_contains(error.text, "nobody is waiting");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* the askpass is gone */
    assert_int_equal(errno, ECHILD);
    assert_int_equal(close(ends[0]), 0);
}

static void without_a_way_to_ask(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(ask(NULL, -1, &secret, &error), CS_ERR_CANNOT_ASK);
    assert_contains(error.text, "COUNTERSIGN_TOUCH_ASKPASS");
}

/* ---- a terminal ---- */

/* Appends what comes from the terminal until `wanted` is in it, or all if that is NULL. */
static void read_screen(int terminal, const char *wanted, struct cs_buffer *out)
{
    struct pollfd entry = {.fd = terminal, .events = POLLIN};
    char piece[512];
    ssize_t got;

    while (wanted == NULL || out->text == NULL || strstr(out->text, wanted) == NULL) {
        assert_int_equal(poll(&entry, 1, PATIENCE_MS), 1);
        got = read(terminal, piece, sizeof piece);
        if (got <= 0) {
            assert_null(wanted);
            return;
        }
        cs_buffer_add(out, piece, (size_t)got);
    }
}

/* In the child, on a terminal of its own; the exit status says whether the answer is the PIN. */
static int ask_and_compare(void)
{
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    struct cs_touch_local_person local;

    cs_touch_local_person_init(&local, "/bin/false");
    if (local.person.ops->tell(&local.person, "A notice\nin two lines", NULL) != CS_OK ||
        local.person.ops->ask_secret(&local.person, "PIN: ", &secret, NULL) != CS_OK)
        return 1;
    local.person.ops->told(&local.person);
    return secret.length == 4 && memcmp(secret.data, "1234", 4) == 0 ? 0 : 2;
}

static void a_terminal_comes_first_and_shows_no_secret(void **state)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer screen = {0};
    int terminal = -1, status = 0;
    pid_t process = forkpty(&terminal, NULL, NULL, NULL);

    (void)state;
    if (process == 0)
        _exit(ask_and_compare());
    assert_true(process > 0);
    read_screen(terminal, "PIN: ", &screen);
    assert_contains(screen.text, "A notice\r");
    assert_int_equal(write(terminal, "1234\n", 5), 5);
    read_screen(terminal, NULL, &screen);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    assert_null(strstr(screen.text, "1234"));
    assert_int_equal(close(terminal), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(another_askpass_answers),
        IN_FOLDER(a_long_answer_is_cut),
        IN_FOLDER(a_refusal_is_no_answer),
        IN_FOLDER(nobody_waits_any_more),
        cmocka_unit_test(without_a_way_to_ask),
        cmocka_unit_test(a_terminal_comes_first_and_shows_no_secret),
    };
    int status = EXIT_FAILURE;
    pid_t process = fork();

    /* In a session without a terminal, whatever runs the test has. */
    if (process == 0)
        _exit(setsid() < 0 ? EXIT_FAILURE
                           : cmocka_run_group_tests_name("touch_person", tests, NULL, NULL));
    if (process < 0 || waitpid(process, &status, 0) != process)
        return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
