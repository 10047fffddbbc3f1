/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/self.h"
#include "cli/verb.h"

enum { LIGHT };

const struct cs_verb_option cs_options_self_add[CS_VERB_OPTIONS_MAX] = {
    [LIGHT] = {"light", NULL, "The terminal writes light on dark, without colours."},
};

int cs_cmd_self_add(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_self_run(cli, CS_SELF_ADD, NULL, words->options[LIGHT] != NULL);
}
