/* SPDX-License-Identifier: Apache-2.0 */
/* countersign-touch: answers U2F requests with a security key on the machine that a person logs in
 * from, as ssh's askpass or by hand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/standard.h"
#include "base/strlist.h"
#include "base/undumpable.h"
#include "paths.h"
#include "touch/answer.h"
#include "touch/arguments.h"
#include "touch/askpass.h"
#include "touch/local_person.h"
#include "touch/prompt.h"
#include "touch/putty.h"
#include "touch/quote.h"
#include "touch/request.h"
#include "touch/terminal.h"

enum { EXIT_USAGE = 2 };

struct settings {
    struct cs_touch_arguments arguments;
    const char *askpass; /* the other askpass; NULL: none */
};

static int usage(FILE *out, int status)
{
    (void)fputs("Usage: SSH_ASKPASS=countersign-touch SSH_ASKPASS_REQUIRE=force ssh ...\n"
                "       countersign-touch --host HOST [--register] [--timeout SECONDS]\n"
                "       countersign-touch --putty [--host HOST] [--timeout SECONDS]\n"
                "       countersign-touch --help | --version\n"
                "Answers a login's question for a security key; see countersign-touch(1).\n",
                out);
    return status;
}

static int complain(const struct cs_error *error)
{
    cs_touch_complain("%s", error->text);
    return EXIT_FAILURE;
}

/* Bypasses stdio, whose buffer nobody wipes. */
static int print_line(const char *line)
{
    const struct iovec parts[] = {{(void *)(uintptr_t)line, strlen(line)},
                                  {(void *)(uintptr_t) "\n", 1}};
    ssize_t length = (ssize_t)strlen(line) + 1;
    ssize_t done = writev(STDOUT_FILENO, parts, CS_ARRAY_SIZE(parts));
    struct cs_error error = {0};

    if (done == length)
        return EXIT_SUCCESS;
    if (done >= 0)
        errno = ENOSPC;
    (void)cs_standard_fail(&error);
    return complain(&error);
}

static int complain_nomem(void)
{
    struct cs_error error = {0};

    (void)cs_fail_nomem(&error);
    return complain(&error);
}

/* `by_hand`: a person carries the answer to the login, also if it is empty. */
static int answer(const struct settings *settings, const struct cs_touch_job *job, bool by_hand)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_touch_local_person local;
    struct cs_error error = {0};

    cs_touch_local_person_init(&local, settings->askpass);
    /* Checked first, because otherwise the touch would be for nothing. */
    if (cs_standard_probe(&error) != CS_OK ||
        cs_touch_answer(job, &local.person, &line, &error) != CS_OK)
        return complain(&error);
    if (!line.failed && line.length == 0 && by_hand)
        (void)fputs("None of the keys here is one that this line names. Press Enter where it was "
                    "asked for: the next line names others.\n",
                    stderr);
    /* Nobody touches anything for this answer, and a server can ask for it again and again. */
    if (!line.failed && line.length == 0 && !by_hand)
        cs_touch_complain("none of the keys here is one that %s asked for", job->host);
    return line.failed ? complain_nomem() : print_line(line.text);
}

/* ---- as askpass ---- */

static int answer_prompt(const struct settings *settings, const struct cs_touch_prompt *prompt)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer quote = {0};
    const char *host = settings->arguments.host[0] ? settings->arguments.host : prompt->host;
    struct cs_touch_job job = {.line = prompt->request,
                               .length = prompt->request_length,
                               .host = host,
                               .purpose = CS_U2F_AUTHENTICATE,
                               .seconds = settings->arguments.seconds,
                               .quote = ""};
    struct cs_error error;

    if (host[0] != '\0') {
        cs_touch_quote(settings->arguments.prompt, prompt, host, cs_touch_columns(), &quote);
        if (quote.text != NULL)
            job.quote = quote.text;
        /* ssh reads the answer from a pipe; without ssh the request was given as an argument. */
        return quote.failed ? complain_nomem() : answer(settings, &job, isatty(STDOUT_FILENO));
    }
    (void)cs_fail(&error, CS_ERR_INPUT,
                  prompt->doubtful
                      ? "the question may contain more than one host, one of which may have been "
                        "planted to get an answer for the wrong one; log in with plain user and "
                        "host names, and never from a link that you do not trust"
                      : "ssh does not say which host is asking (it does since version 8.5); paste "
                        "the request into countersign-touch --host HOST");
    return complain(&error);
}

static int ask(const struct settings *settings, bool echo)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    struct cs_error error = {0};

    if (cs_touch_ask(settings->arguments.prompt, echo, &line, &error) != CS_OK)
        return complain(&error);
    return print_line(line.data);
}

/* ssh takes the answer from the exit status, and empty output as a yes. */
static int confirm(const struct settings *settings)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    CS_AUTO(cs_string_free) char *question = NULL;
    struct cs_error error = {0};

    if (asprintf(&question, "%s [yes/no] ", settings->arguments.prompt) < 0) {
        question = NULL;
        return EXIT_FAILURE;
    }
    if (cs_touch_ask(question, true, &line, &error) != CS_OK)
        return complain(&error);
    return strcasecmp(line.data, "yes") == 0 || strcasecmp(line.data, "y") == 0 ? EXIT_SUCCESS
                                                                                : EXIT_FAILURE;
}

/* ssh ends us when what the notice announces has happened. */
static int notice(const struct settings *settings)
{
    if (!cs_touch_show(settings->arguments.prompt))
        cs_touch_write(STDERR_FILENO, settings->arguments.prompt);
    while (pause() < 0 && errno == EINTR)
        continue;
    return EXIT_FAILURE;
}

static int serve_ssh(const struct settings *settings)
{
    struct cs_touch_prompt prompt;
    struct cs_error error = {0};

    cs_touch_read_prompt(settings->arguments.prompt, getenv("SSH_ASKPASS_PROMPT"), &prompt);
    if (prompt.kind == CS_TOUCH_RELAY)
        return answer_prompt(settings, &prompt);
    if (settings->askpass != NULL &&
        cs_touch_become(settings->askpass, settings->arguments.prompt, &error) != CS_OK)
        return complain(&error);
    if (prompt.kind == CS_TOUCH_CONFIRM)
        return confirm(settings);
    if (prompt.kind == CS_TOUCH_NOTICE)
        return notice(settings);
    return ask(settings, prompt.kind == CS_TOUCH_VISIBLE);
}

/* ---- by hand ---- */

static int serve_person(const struct settings *settings)
{
    const struct cs_touch_arguments *arguments = &settings->arguments;
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_error error = {0};
    struct cs_touch_job job = {.host = arguments->host,
                               .purpose = arguments->enrol ? CS_U2F_REGISTER : CS_U2F_AUTHENTICATE,
                               .seconds = arguments->seconds,
                               .quote = ""};

    if (cs_touch_find_request(arguments->prompt, job.purpose, &line, &error) != CS_OK)
        return complain(&error);
    job.line = line.text;
    job.length = line.length;
    return answer(settings, &job, true);
}

/* Answers ssh's question, or a request that somebody pasted as an argument. */
static bool is_for_ssh(const struct cs_touch_arguments *arguments)
{
    static const char *const enrol[] = {CS_U2F_ENROL_PREFIX, CS_U2F_ENROL2_PREFIX};
    bool enrols = false;

    if (arguments->prompt == NULL || arguments->enrol)
        return false;
    for (size_t i = 0; i < CS_ARRAY_SIZE(enrol); i++)
        enrols = enrols || strncmp(arguments->prompt, enrol[i], strlen(enrol[i])) == 0;
    return arguments->host[0] == '\0' || !enrols;
}

/* ---- as PuTTY's plugin ---- */

static int serve_putty(const struct settings *settings)
{
    struct cs_error error = {0};
    enum cs_err result = CS_OK;

    if (isatty(STDIN_FILENO))
        result = cs_fail(&error, CS_ERR_INPUT,
                         "--putty talks to PuTTY, not to a person: put this command into PuTTY's "
                         "settings, at Connection, SSH, Auth, Credentials, \"Plugin command to "
                         "run\"");
    if (result == CS_OK)
        result = cs_standard_probe(&error);
    if (result == CS_OK)
        result = cs_touch_serve_putty(&settings->arguments, STDIN_FILENO, STDOUT_FILENO, &error);
    return result == CS_OK ? EXIT_SUCCESS : complain(&error);
}

static int run(const struct settings *settings)
{
    switch (settings->arguments.wish) {
    case CS_TOUCH_HELP:
        return usage(stdout, EXIT_SUCCESS);
    case CS_TOUCH_VERSION:
        (void)puts("countersign-touch " CS_VERSION);
        return EXIT_SUCCESS;
    case CS_TOUCH_USAGE:
        return usage(stderr, EXIT_USAGE);
    case CS_TOUCH_PUTTY:
        return serve_putty(settings);
    case CS_TOUCH_ANSWER:
        break;
    }
    return is_for_ssh(&settings->arguments) ? serve_ssh(settings) : serve_person(settings);
}

int main(int argc, char **argv)
{
    struct settings settings = {.askpass = getenv(CS_TOUCH_ASKPASS)};
    struct cs_error error = {0};
    int status;

    /* A key's PIN is in here while the key waits for its touch. */
    if (cs_standard_open(&error) != CS_OK || cs_make_undumpable(&error) != CS_OK)
        return complain(&error);
    if (settings.askpass != NULL && settings.askpass[0] == '\0')
        settings.askpass = NULL;
    cs_touch_read_arguments(argc, argv, &settings.arguments);
    status = run(&settings);
    return cs_standard_flush(&error) == CS_OK ? status : complain(&error);
}
