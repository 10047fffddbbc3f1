/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/self.h"
#include "cli/verb.h"

int cs_cmd_self_lang(struct cs_cli *cli, const struct cs_words *words)
{
    const char *language = words->operands[0];

    if (strlen(language) > CS_SELF_DETAIL_MAX)
        return cs_usage_error("'%.*s...' is no language", CS_SELF_DETAIL_MAX, language);
    return cs_self_run(cli, CS_SELF_LANGUAGE, language, false);
}
