/* SPDX-License-Identifier: Apache-2.0 */
/* Reading standard input when nobody is typing. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "conversation/terminal.h"

enum cs_err cs_cli_input_ends(struct cs_error *error)
{
    char byte = '\0';
    ssize_t got;

    if (isatty(STDIN_FILENO))
        return CS_OK;
    for (;;) {
        got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cs_fail_errno(error, "standard input: cannot read");
        if (got == 0)
            return CS_OK;
        if (strchr(" \t\r\n", byte) == NULL || byte == '\0')
            return cs_fail(error, CS_ERR_INPUT,
                           "standard input: something follows the line that was asked for; nothing "
                           "was stored");
    }
}

enum cs_err cs_cli_one_line(struct cs_secret *ret_line, struct cs_error *error)
{
    enum cs_err result = cs_terminal_ask("", false, ret_line, error);

    return result == CS_OK ? cs_cli_input_ends(error) : result;
}
