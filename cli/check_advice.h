/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that work but are probably not intended. */
#ifndef CS_CLI_CHECK_ADVICE_H
#define CS_CLI_CHECK_ADVICE_H

#include "cli/pam_line.h"

/* Adds a sentence to `warnings` for each. `running`: the machine is this one, not an image.
 * CS_ERR_NOMEM only. */
enum cs_err cs_check_advice(const struct cs_cli_line *line, bool running,
                            struct cs_strlist *warnings) CS_MUST_USE;

#endif
