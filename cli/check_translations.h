/* SPDX-License-Identifier: Apache-2.0 */
/* Languages in the settings. */
#ifndef CS_CLI_CHECK_TRANSLATIONS_H
#define CS_CLI_CHECK_TRANSLATIONS_H

#include "cli/pam_line.h"

/* Warns of each language that is named by lang or default_lang, on the line, in the file or for one
 * of its services, and has no translation of its own or a damaged one. Only fails for lack of
 * memory. */
enum cs_err cs_check_translations(const struct cs_cli_line *line,
                                  struct cs_strlist *warnings) CS_MUST_USE;

#endif
