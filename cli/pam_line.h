/* SPDX-License-Identifier: Apache-2.0 */
/* What a PAM line with these arguments means: which file, which settings. */
#ifndef CS_CLI_PAM_LINE_H
#define CS_CLI_PAM_LINE_H

#include <stdbool.h>

#include "login/config.h"

struct cs_cli;

/* A login's settings as a PAM line would have them. */
struct cs_cli_line {
    struct cs_strlist arguments; /* the module's arguments */
    struct cs_config *config;
    struct cs_options options; /* do not copy the struct */
    struct cs_strlist warnings;
    const char *path; /* the file that was read; borrowed */
    const char *own;  /* the file that the broker would be started with; borrowed */
    bool ibm;         /* it is IBM's file, named or the only one with settings */
    bool usual;       /* no argument names a file: the broker's, or IBM's at its usual place */
};

/* Whether the PAM line's arguments leave it to the broker which file counts. */
bool cs_cli_names_no_file(const struct cs_strlist *arguments);

/* The tool's --config is that of the broker. `ibm_path` (NULL: none) replaces ibm_auth_config. What
 * was found stays in `line` even after an error; release it with cs_cli_line_clear. */
enum cs_err cs_cli_line_read(const struct cs_cli *cli, const char *ibm_path, const char *service,
                             int count, char **arguments, struct cs_cli_line *line,
                             struct cs_error *error) CS_MUST_USE;
/* Which file a login with this PAM line reads, and why. */
void cs_cli_line_source(const struct cs_cli_line *line, struct cs_buffer *out);

/* Checks that this process agrees that only our file has settings. */
enum cs_err cs_cli_usual_read(const struct cs_cli *cli, struct cs_error *error) CS_MUST_USE;
void cs_cli_line_clear(struct cs_cli_line *line);

#endif
