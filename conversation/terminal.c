/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { INTERRUPT = 3 }; /* ^C, if the terminal does not turn it into a signal */

/* Reads up to a newline, byte by byte, so that no part of a secret stays in a stdio buffer. */
static enum cs_err read_line(struct cs_secret *ret_answer, struct cs_error *error)
{
    char line[CS_ANSWER_BYTES_MAX + 2];
    size_t length = 0;
    char c = '\0';
    ssize_t got;
    enum cs_err result;

    for (;;) {
        got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || c == '\n')
            break;
        if (c == INTERRUPT) {
            length = 0;
            got = 0;
            break;
        }
        if (length < CS_ANSWER_BYTES_MAX + 1)
            line[length++] = c;
    }
    if (got <= 0 && length == 0)
        result = cs_fail(error, CS_ERR_CANCELLED, "the input ended");
    else
        result = cs_secret_set(ret_answer, line, length);
    cs_wipe(line, sizeof line);
    return result;
}

enum cs_err cs_terminal_ask(const char *prompt, bool echo, struct cs_secret *ret_answer,
                            struct cs_error *error)
{
    struct termios before, quiet;
    bool hide = !echo && tcgetattr(STDIN_FILENO, &before) == 0;
    enum cs_err result;

    (void)fputs(prompt, stdout);
    (void)fflush(stdout);
    if (hide) {
        quiet = before;
        /* Signals are off too: one would end the program and leave the terminal without echo. */
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
            return cs_fail_errno(error, "cannot switch off the echo");
    }
    result = read_line(ret_answer, error);
    if (hide) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)fputs("\n", stdout);
    }
    return result;
}

enum cs_err cs_terminal_exchange(void *context, const struct cs_round *round,
                                 struct cs_answers *ret_answers, struct cs_error *error)
{
    (void)context;
    if (round->instruction != NULL)
        (void)printf("%s\n", round->instruction);
    for (size_t i = 0; i < round->count; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
        enum cs_err result =
            cs_terminal_ask(round->prompts[i].text, round->prompts[i].echo, &answer, error);

        if (result == CS_OK)
            result = cs_answers_add(ret_answers, answer.data, answer.length);
        if (result != CS_OK)
            return result;
    }
    return CS_OK;
}
