/* SPDX-License-Identifier: Apache-2.0 */
/* Options of entries in authenticator apps: for the command-line tool, and for logins that enrol
 * somebody (self_enroll). */
#include "login/options.h"

#define AT(member) offsetof(struct cs_options, member)

const struct cs_setting cs_tool_rows[] = {
    {.name = "issuer",
     .type = CS_SETTING_STRING,
     .scope = CS_SCOPE_TOOL,
     .where = CS_FROM_FILE,
     .offset = AT(issuer),
     .fallback = "%H",
     .help = "The issuer of an entry in an authenticator app; %H is this host, %U the user. Apps "
             "keep one entry for each pair of issuer and label."},
    {.name = "label",
     .type = CS_SETTING_STRING,
     .scope = CS_SCOPE_TOOL,
     .where = CS_FROM_FILE,
     .offset = AT(label),
     .fallback = "%U@%H",
     .help = "The label of an entry in an authenticator app, with the same substitutions."},
    {0},
};
