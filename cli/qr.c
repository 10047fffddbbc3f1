/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/qr.h"

#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* On a terminal the colours are set, so that the code is dark on light whatever the terminal's own
 * colours are. */
bool cs_print_qr(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer code = {0};
    bool colours = isatty(STDOUT_FILENO) == 1;

    if (!cs_qr_add(&code, text, CS_QR_DARK, 0))
        return false;
    for (const char *line = code.text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        (void)printf("%s%.*s%s\n", colours ? "\033[30;107m" : "", (int)(end - line), line,
                     colours ? "\033[0m" : "");
    cs_wipe(code.text, code.length); /* it may hold the secret of a factor */
    return true;
}
