/* SPDX-License-Identifier: Apache-2.0 */
/* What getopt_long refuses, in our words: its own name the verb as if it were the program. */
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"

int cs_option_error(char **argv, const char *usage)
{
    const char *word = argv[optind - 1];
    const char *what = "there is no option";
    bool is_long = strncmp(word, "--", 2) == 0;

    /* In the middle of several short ones getopt has not passed their word yet. */
    if (optopt != 0 && !is_long)
        return cs_usage_error("there is no option '-%c'; usage: countersign %s", optopt, usage);
    /* A long one that exists leaves its value behind. */
    if (optopt != 0)
        what = strchr(word, '=') != NULL ? "no value is taken by" : "a value is missing behind";
    return cs_usage_error("%s '%s'; usage: countersign %s", what, word, usage);
}
