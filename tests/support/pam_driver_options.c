/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/pam_driver_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"

enum { ANSWERS_LIMIT = 1 << 20, COUNT_LIMIT = 1000000 };

const char driver_usage[] =
    "usage: pam-driver --confdir DIR --service NAME --user USER [OPTIONS]\n"
    "\n"
    "  --answer TEXT          the next answer; several are given in their order\n"
    "  --answers-from-fd N    further answers, each ended by a NUL byte, read from descriptor N\n"
    "  --interactive          answers are lines of standard input, read when they are needed\n"
    "  --null-answer          every prompt gets a NULL answer\n"
    "  --rhost A --tty T --ruser R --env NAME=VALUE\n"
    "  --silent               pass PAM_SILENT\n"
    "  --setcred              call pam_setcred after a success\n"
    "  --account              call pam_acct_mgmt after a success, before pam_setcred\n"
    "  --account-user NAME    the user's name from then on\n"
    "  --no-auth              call no pam_authenticate, as sshd does after a key\n"
    "  --close-std            close descriptors 0 to 2 before authenticating\n"
    "  --children MODE        have a child of our own that has ended, with SIGCHLD left at its\n"
    "                         default, ignored or with a handler; at the end tell what is left\n"
    "  --threads N            N threads, each with its own handle, authenticate at once\n"
    "  --repeat N             one after the other; each run starts with the first answer again\n"
    "\n"
    "Answers before the first --user are for every user, those after it for that user. With "
    "several\n"
    "users thread (or run) I is user I modulo their number. When no answer is left the "
    "conversation\n"
    "fails.\n"
    "\n"
    "Exit status: 0 for PAM_SUCCESS (of every run), otherwise the first other PAM code; 120 for a\n"
    "wrong use of this program.\n";

static bool add_answer(struct driver_options *options, const char *text)
{
    struct driver_answers *answers = options->user_count == 0
                                         ? &options->common
                                         : &options->users[options->user_count - 1].answers;

    if (answers->count == DRIVER_MAX_TEXTS)
        return false;
    answers->items[answers->count++] = text;
    return true;
}

static bool add_user(struct driver_options *options, const char *name)
{
    if (options->user_count == DRIVER_MAX_USERS)
        return false;
    options->users[options->user_count++].name = name;
    return true;
}

static bool add_env(struct driver_options *options, const char *text)
{
    if (options->env_count == DRIVER_MAX_TEXTS)
        return false;
    options->env[options->env_count++] = text;
    return true;
}

static bool parse_count(const char *text, unsigned *ret_number)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number > COUNT_LIMIT)
        return false;
    *ret_number = (unsigned)number;
    return true;
}

static bool set_threads(struct driver_options *options, const char *text)
{
    return parse_count(text, &options->threads) && options->threads > 0;
}

static bool set_repeat(struct driver_options *options, const char *text)
{
    return parse_count(text, &options->repeat) && options->repeat > 0;
}

/* The buffer lives as long as the program, because the answers point into it. */
static bool read_answers(struct driver_options *options, const char *text)
{
    static char buffer[ANSWERS_LIMIT];
    size_t used = 0;
    unsigned fd;
    ssize_t got;

    if (!parse_count(text, &fd))
        return false;
    do {
        got = read((int)fd, buffer + used, sizeof buffer - used);
        if (got < 0 && errno != EINTR)
            return false;
        used += got > 0 ? (size_t)got : 0;
    } while (got != 0 && used < sizeof buffer);
    if (used == sizeof buffer || (used > 0 && buffer[used - 1] != '\0'))
        return false;
    for (size_t at = 0; at < used; at += strlen(buffer + at) + 1) {
        if (!add_answer(options, buffer + at))
            return false;
    }
    return true;
}

/* Each row has one of `text`, `flag` (where the value goes) and `add`. */
struct row {
    const char *name;
    size_t text;
    size_t flag;
    bool (*add)(struct driver_options *options, const char *value);
};

#define TEXT(member) .text = offsetof(struct driver_options, member) + 1
#define FLAG(member) .flag = offsetof(struct driver_options, member) + 1

static const struct row rows[] = {
    {"confdir", TEXT(confdir)},
    {"service", TEXT(service)},
    {"rhost", TEXT(rhost)},
    {"tty", TEXT(tty)},
    {"ruser", TEXT(ruser)},
    {"children", TEXT(children)},
    {"silent", FLAG(silent)},
    {"setcred", FLAG(setcred)},
    {"account", FLAG(account)},
    {"no-auth", FLAG(no_auth)},
    {"account-user", TEXT(account_user)},
    {"null-answer", FLAG(null_answer)},
    {"interactive", FLAG(interactive)},
    {"close-std", FLAG(close_std)},
    {"user", .add = add_user},
    {"env", .add = add_env},
    {"answer", .add = add_answer},
    {"answers-from-fd", .add = read_answers},
    {"threads", .add = set_threads},
    {"repeat", .add = set_repeat},
};

static bool set_row(struct driver_options *options, const struct row *row, const char *value)
{
    if (row->add != NULL)
        return row->add(options, value);
    if (row->text != 0)
        memcpy((char *)options + row->text - 1, &value, sizeof value);
    else
        *(bool *)((char *)options + row->flag - 1) = true;
    return true;
}

bool driver_parse(int argc, char **argv, struct driver_options *options)
{
    enum { HELP = CS_ARRAY_SIZE(rows) };
    struct option names[HELP + 2] = {[HELP] = {"help", no_argument, NULL, HELP}};
    int index;

    for (int i = 0; i < HELP; i++)
        names[i] = (struct option){rows[i].name,
                                   rows[i].flag != 0 ? no_argument : required_argument, NULL, i};
    options->repeat = 1;
    while ((index = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (index == HELP) {
            fputs(driver_usage, stdout);
            exit(0);
        }
        if (index < 0 || index > HELP || !set_row(options, &rows[index], optarg))
            return false;
    }
    return optind == argc && options->confdir != NULL && options->service != NULL &&
           options->user_count > 0 && !(options->interactive && options->threads > 0);
}
