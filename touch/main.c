/* countersign-touch: answers U2F requests with a security key of the machine that one logs in from;
 * as ssh's askpass, or by hand. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/strlist.h"
#include "paths.h"
#include "touch/answer.h"
#include "touch/askpass.h"
#include "touch/prompt.h"
#include "touch/terminal.h"

enum { EXIT_USAGE = 2, SECONDS = 60, SECONDS_MAX = 600, INPUT_MAX = 8192 };

struct settings {
    const char *host;
    unsigned seconds;
    bool enrol;
    const char *prompt;  /* of ssh; NULL: by hand */
    const char *askpass; /* the other one; NULL: none */
};

static int usage(FILE *out, int status)
{
    (void)fputs("Usage: SSH_ASKPASS=countersign-touch SSH_ASKPASS_REQUIRE=force ssh ...\n"
                "       countersign-touch --host HOST [--register] [--timeout SECONDS]\n"
                "       countersign-touch --help | --version\n"
                "Answers a login's question for a security key; see countersign-touch(1).\n",
                out);
    return status;
}

static int complain(const struct cs_error *error)
{
    (void)fprintf(stderr, "countersign-touch: %s\n", error->text);
    return EXIT_FAILURE;
}

static bool read_seconds(const char *text, unsigned *ret_seconds)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || value > SECONDS_MAX)
        return false;
    *ret_seconds = (unsigned)value;
    return true;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"host", required_argument, NULL, 'H'},    {"register", no_argument, NULL, 'r'},
        {"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'H':
            settings->host = optarg;
            break;
        case 'r':
            settings->enrol = true;
            break;
        case 't':
            if (!read_seconds(optarg, &settings->seconds))
                return usage(stderr, EXIT_USAGE);
            break;
        case 'h':
            exit(usage(stdout, EXIT_SUCCESS));
        case 'v':
            (void)puts("countersign-touch " CS_VERSION);
            exit(EXIT_SUCCESS);
        default:
            return usage(stderr, EXIT_USAGE);
        }
    }
    if (argc > optind + 1 || (argc == optind && settings->host == NULL))
        return usage(stderr, EXIT_USAGE);
    settings->prompt = argv[optind];
    return EXIT_SUCCESS;
}

/* Past stdio, whose buffer nobody wipes. */
static int print_line(const char *line)
{
    const struct iovec parts[] = {{(void *)(uintptr_t)line, strlen(line)},
                                  {(void *)(uintptr_t) "\n", 1}};
    ssize_t length = (ssize_t)strlen(line) + 1;

    return writev(STDOUT_FILENO, parts, CS_ARRAY_SIZE(parts)) == length ? EXIT_SUCCESS
                                                                        : EXIT_FAILURE;
}

static int answer(const struct cs_touch_job *job)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_error error = {0};

    if (cs_touch_answer(job, &line, &error) != CS_OK)
        return complain(&error);
    return line.failed ? EXIT_FAILURE : print_line(line.text);
}

/* ---- as askpass ---- */

static int answer_prompt(const struct settings *settings, const struct cs_touch_prompt *prompt)
{
    const struct cs_touch_job job = {.line = prompt->request,
                                     .length = prompt->request_length,
                                     .host = settings->host ? settings->host : prompt->host,
                                     .purpose = CS_U2F_AUTHENTICATE,
                                     .seconds = settings->seconds,
                                     .askpass = settings->askpass};
    struct cs_error error;

    if (job.host[0] != '\0')
        return answer(&job);
    (void)cs_fail(
        &error, CS_ERR_INPUT,
        prompt->doubtful
            ? "the question could hold more than one host, and one of them may be put there to get "
              "an answer for the wrong one; log in with plain names of user and host, and from no "
              "link that you do not trust"
            : "ssh does not say which host asks (it does since version 8.5); paste the "
              "request into countersign-touch --host HOST");
    return complain(&error);
}

static int ask(const struct settings *settings, bool echo)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    struct cs_error error = {0};

    if (cs_touch_ask(settings->prompt, echo, &line, &error) != CS_OK)
        return complain(&error);
    return print_line(line.data);
}

/* ssh takes the exit status for the answer, and an empty output for a yes. */
static int confirm(const struct settings *settings)
{
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    CS_AUTO(cs_string_free) char *question = NULL;
    struct cs_error error = {0};

    if (asprintf(&question, "%s [yes/no] ", settings->prompt) < 0) {
        question = NULL;
        return EXIT_FAILURE;
    }
    if (cs_touch_ask(question, true, &line, &error) != CS_OK)
        return complain(&error);
    return strcasecmp(line.data, "yes") == 0 || strcasecmp(line.data, "y") == 0 ? EXIT_SUCCESS
                                                                                : EXIT_FAILURE;
}

/* ssh ends us when what the notice speaks of has happened. */
static int notice(const struct settings *settings)
{
    if (!cs_touch_show(settings->prompt))
        cs_touch_write(STDERR_FILENO, settings->prompt);
    while (pause() < 0 && errno == EINTR)
        continue;
    return EXIT_FAILURE;
}

static int serve_ssh(const struct settings *settings)
{
    struct cs_touch_prompt prompt;
    struct cs_error error = {0};

    cs_touch_read_prompt(settings->prompt, getenv("SSH_ASKPASS_PROMPT"), &prompt);
    if (prompt.kind == CS_TOUCH_RELAY)
        return answer_prompt(settings, &prompt);
    if (settings->askpass != NULL &&
        cs_touch_become(settings->askpass, settings->prompt, &error) != CS_OK)
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
    char text[INPUT_MAX];
    struct cs_touch_job job = {.host = settings->host,
                               .purpose = settings->enrol ? CS_U2F_REGISTER : CS_U2F_AUTHENTICATE,
                               .seconds = settings->seconds,
                               .askpass = settings->askpass};

    if (isatty(STDIN_FILENO))
        (void)fputs("Paste the request: ", stderr);
    if (fgets(text, sizeof text, stdin) == NULL)
        text[0] = '\0';
    job.line = text;
    job.length = strlen(text);
    if (!settings->enrol) {
        /* The whole prompt does as well. */
        size_t length = 0;
        const char *found = cs_u2f_find_request(text, &length);

        if (found != NULL) {
            job.line = found;
            job.length = length;
        }
    }
    return answer(&job);
}

int main(int argc, char **argv)
{
    struct settings settings = {.seconds = SECONDS, .askpass = getenv(CS_TOUCH_ASKPASS)};
    int status = parse(argc, argv, &settings);

    if (status != EXIT_SUCCESS)
        return status;
    if (settings.askpass != NULL && settings.askpass[0] == '\0')
        settings.askpass = NULL;
    return settings.prompt != NULL ? serve_ssh(&settings) : serve_person(&settings);
}
