/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/self.h"
#include "cli/verb.h"

enum { LIGHT };

const struct cs_verb_option cs_options_self_replace[CS_VERB_OPTIONS_MAX] = {
    [LIGHT] = {"light", NULL, "The terminal writes light on dark, without colours."},
};

int cs_cmd_self_replace(struct cs_cli *cli, const struct cs_words *words)
{
    const char *id = words->operands[0];

    if (id[0] == '\0' || strspn(id, "0123456789") != strlen(id) || strlen(id) > 18)
        return cs_usage_error("'%s' is not the number of a factor; see 'countersign self list'",
                              id);
    return cs_self_run(cli, CS_SELF_REPLACE, id, words->options[LIGHT] != NULL);
}
