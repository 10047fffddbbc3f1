/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/self.h"
#include "cli/verb.h"

int cs_cmd_self_lang(struct cs_cli *cli, const struct cs_words *words)
{
    return cs_self_run(cli, CS_SELF_LANGUAGE, words->operands[0], false);
}
