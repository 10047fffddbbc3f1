/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_sshd.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "login/policy.h"

enum { ANSWER_MS = 2000, ANSWER_SIZE = 4096 };

static const char sshd_file[] = "/usr/sbin/sshd", sshd_service[] = "sshd";

/* ---- the version ---- */

struct version {
    unsigned major, minor;
};

/* Both outputs, up to their end or ANSWER_MS. */
static void read_answer(int fd, char text[ANSWER_SIZE])
{
    int64_t deadline = cs_clock_ms() + ANSWER_MS;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t length = 0;

    while (length < ANSWER_SIZE - 1 && poll(&wait, 1, cs_clock_left(deadline)) > 0) {
        ssize_t got = read(fd, text + length, ANSWER_SIZE - 1 - length);

        if (got <= 0)
            break;
        length += (size_t)got;
    }
    text[length] = '\0';
}

/* sshd -V says it from 9.5 on; before that, so does the text about a wrong option. */
static bool ask_sshd(char text[ANSWER_SIZE])
{
    char *const words[] = {(char[]){"sshd"}, (char[]){"-V"}, NULL}, *const no_environment[] = {
                                                                        NULL};
    posix_spawn_file_actions_t actions;
    CS_AUTO(cs_fd_close) int end = -1;
    int ends[2], failed;
    pid_t child;

    if (pipe(ends) != 0)
        return false;
    end = ends[0];
    failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) |
                 posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO) |
                 posix_spawn_file_actions_addclose(&actions, ends[0]) |
                 posix_spawn_file_actions_addclose(&actions, ends[1]);
        if (failed == 0)
            failed = posix_spawn(&child, sshd_file, &actions, NULL, words, no_environment);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(ends[1]);
    if (failed != 0)
        return false;
    read_answer(end, text);
    (void)kill(child, SIGKILL); /* it may be stuck; usually it has ended */
    (void)waitpid(child, NULL, 0);
    return true;
}

static bool find_version(struct version *ret_version)
{
    char text[ANSWER_SIZE];
    const char *version = ask_sshd(text) ? strstr(text, "OpenSSH_") : NULL;

    return version != NULL &&
           sscanf(version, "OpenSSH_%3u.%3u", &ret_version->major, &ret_version->minor) == 2;
}

static bool is_from(const struct version *version, unsigned major, unsigned minor)
{
    return version->major > major || (version->major == major && version->minor >= minor);
}

/* ---- what it means ---- */

/* Whatever the settings are. */
static void print_note(const struct version *version, struct cs_json_writer *writer)
{
    char what[64];

    if (!is_from(version, 9, 8))
        return;
    (void)snprintf(what, sizeof what, "OpenSSH %u.%u", version->major, version->minor);
    cs_print_note(writer, what, "note",
                  "sshd shuts an address out for a while after a few logins from it failed, and "
                  "with it everybody behind it; PerSourcePenaltyExemptList names networks that it "
                  "does not (README, 'An office is shut out')");
}

static void check_live(const struct cs_options *options, const struct version *version,
                       struct cs_buffer *out)
{
    const char *option = options->conversation == CS_CONVERSATION_LIVE ? "conversation"
                         : options->push_wait == CS_PUSH_LIVE          ? "push_wait"
                                                                       : NULL;

    if (option != NULL && !is_from(version, 10, 3))
        cs_buffer_printf(out,
                         "%s=live, but OpenSSH %u.%u keeps text back until the next prompt, as "
                         "every sshd before 10.3 does; use %s or auto",
                         option, version->major, version->minor,
                         options->conversation == CS_CONVERSATION_LIVE ? "fold" : "enter");
}

/* Up to 9.4 the time that sshd adds grows with the time that the login takes, without a bound. */
static void check_silent(const struct cs_options *options, const struct version *version,
                         struct cs_buffer *out)
{
    const struct cs_request request = {.service = (char[]){"sshd"}};

    if (cs_policy_wait_mode(options, &request) == CS_WAIT_SILENT && !is_from(version, 9, 5))
        cs_buffer_printf(out,
                         "push_wait=silent%s, and OpenSSH %u.%u, as every sshd up to 9.4, makes a "
                         "login take up to twice as long as the user needs to approve; "
                         "push_wait=enter avoids that",
                         options->push_wait == CS_PUSH_AUTO ? " (the default of profile ibm)" : "",
                         version->major, version->minor);
}

static void (*const rules[])(const struct cs_options *, const struct version *,
                             struct cs_buffer *) = {check_live, check_silent};

enum cs_err cs_check_sshd(const struct cs_cli_line *line, struct cs_json_writer *writer,
                          struct cs_strlist *warnings)
{
    struct version version;
    struct cs_options options;
    enum cs_err result = CS_OK;

    if (!find_version(&version))
        return CS_OK;
    print_note(&version, writer);
    /* Mistakes on the line are reported elsewhere. */
    if (cs_config_line(line->config, sshd_service, &line->arguments, &options, NULL, NULL) != CS_OK)
        return CS_OK;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rules) && result == CS_OK; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        rules[i](&options, &version, &text);
        if (text.failed)
            return CS_ERR_NOMEM;
        if (text.length > 0)
            result = cs_strlist_add(warnings, text.text, text.length);
    }
    return result;
}
