/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/lower.h"
#include "touch/terminal.h"

enum { SECONDS = 60, SECONDS_MAX = 600 };

static void take_seconds(const char *text, struct cs_touch_arguments *arguments)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (errno == 0 && *end == '\0' && text[0] >= '0' && text[0] <= '9' && value <= SECONDS_MAX) {
        arguments->seconds = (unsigned)value;
        return;
    }
    cs_touch_complain("--timeout must be whole seconds from 0 to %d, not '%s'", SECONDS_MAX, text);
    arguments->wish = CS_TOUCH_USAGE;
}

static const char *host_problem(const char *host)
{
    if (strchr(host, '@') != NULL)
        return "give the host name alone, without the user in front of it";
    if (strlen(host) > CS_TOUCH_HOST_MAX)
        return "the host name is too long";
    if (!cs_touch_is_host(host, strlen(host)))
        return "the host name is not valid: give it as in the ssh command, for example "
               "server.example.com";
    return NULL;
}

/* Accepts the form of the server's origin too; lower-cases it, as ssh does. */
static void take_host(const char *text, struct cs_touch_arguments *arguments)
{
    const char *host = text, *problem;

    if (strncasecmp(text, CS_U2F_SCHEME, strlen(CS_U2F_SCHEME)) == 0)
        host += strlen(CS_U2F_SCHEME);
    problem = host_problem(host);
    if (problem != NULL) {
        cs_touch_complain("--host '%.300s': %s (at most %d characters)", text, problem,
                          CS_TOUCH_HOST_MAX);
        arguments->wish = CS_TOUCH_USAGE;
        return;
    }
    for (size_t i = 0; i <= strlen(host); i++)
        arguments->host[i] = cs_lower(host[i]);
}

static void take_option(int option, struct cs_touch_arguments *arguments)
{
    switch (option) {
    case 'H':
        take_host(optarg, arguments);
        break;
    case 'p':
        arguments->wish = CS_TOUCH_PUTTY;
        break;
    case 'r':
        arguments->enrol = true;
        break;
    case 't':
        take_seconds(optarg, arguments);
        break;
    case 'h':
        arguments->wish = CS_TOUCH_HELP;
        break;
    case 'v':
        arguments->wish = CS_TOUCH_VERSION;
        break;
    default: /* getopt has printed the reason */
        arguments->wish = CS_TOUCH_USAGE;
    }
}

static bool is_use(enum cs_touch_wish wish)
{
    return wish == CS_TOUCH_ANSWER || wish == CS_TOUCH_PUTTY;
}

/* What is wrong with the arguments as a whole, or NULL. */
static const char *find_problem(int left, const struct cs_touch_arguments *arguments)
{
    if (arguments->wish == CS_TOUCH_PUTTY && (left > 0 || arguments->enrol))
        return "--putty takes no question and does not enrol: PuTTY runs it, with nothing but "
               "--host "
               "and --timeout";
    if (arguments->wish == CS_TOUCH_PUTTY)
        return NULL;
    if (left > 1)
        return "more than one question: quote it, so that it is one argument";
    if (arguments->host[0] != '\0' || (left == 1 && !arguments->enrol))
        return NULL;
    return "no question from ssh and no host: name the host that the answer is for with --host "
           "HOST";
}

void cs_touch_read_arguments(int argc, char **argv, struct cs_touch_arguments *ret_arguments)
{
    static const struct option options[] = {{"host", required_argument, NULL, 'H'},
                                            {"putty", no_argument, NULL, 'p'},
                                            {"register", no_argument, NULL, 'r'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    const char *problem;
    int option;

    *ret_arguments = (struct cs_touch_arguments){.seconds = SECONDS};
    while (is_use(ret_arguments->wish) &&
           (option = getopt_long(argc, argv, "", options, NULL)) != -1)
        take_option(option, ret_arguments);
    if (!is_use(ret_arguments->wish))
        return;
    problem = find_problem(argc - optind, ret_arguments);
    if (problem != NULL) {
        cs_touch_complain("%s", problem);
        ret_arguments->wish = CS_TOUCH_USAGE;
    }
    ret_arguments->prompt = argv[optind];
}
