/* SPDX-License-Identifier: Apache-2.0 */
/* Options about the account: how it is looked up, whom its groups exempt, and what a provider calls
 * it. */
#include "login/group_list.h"
#include "login/option_checks.h"
#include "login/options.h"

#define AT(member) offsetof(struct cs_options, member)
#define BOTH (CS_FROM_PAM | CS_FROM_FILE)

#define FLAG(option, member, about)                                                                \
    {                                                                                              \
        .name = option, .type = CS_SETTING_FLAG, .where = BOTH, .offset = AT(member),              \
        .fallback = "no", .help = about                                                            \
    }
#define STRING(option, member, about)                                                              \
    {                                                                                              \
        .name = option, .type = CS_SETTING_STRING, .where = BOTH, .offset = AT(member),            \
        .help = about                                                                              \
    }

const struct cs_setting cs_account_rows[] = {
    {.name = "exempt_group",
     .type = CS_SETTING_LIST,
     .where = BOTH,
     .offset = AT(exempt_group),
     .type_name = "groups",
     .check = cs_check_groups,
     .add = cs_group_list_add,
     .help = "Members of these UNIX groups are not asked for a second factor, only for the plan's "
             "password; compared by gid. A group that cannot be resolved exempts nobody."},
    {.name = "2fa_group",
     .type = CS_SETTING_LIST,
     .where = BOTH,
     .offset = AT(two_factor_group),
     .type_name = "groups",
     .check = cs_check_groups,
     .add = cs_group_list_add,
     .help = "Only members of these UNIX groups, and accounts whose membership cannot be resolved, "
             "are asked for a second factor."},
    {.name = "exempt_result",
     .type = CS_SETTING_CHOICE,
     .where = BOTH,
     .offset = AT(exempt_result),
     .fallback = "success",
     .values = {"success", "ignore"},
     .help = "What PAM is told about an exempt account: PAM_SUCCESS or PAM_IGNORE. A stack with "
             "nothing else denies on ignore."},
    {.name = "enrol_by",
     .type = CS_SETTING_STRING,
     .where = BOTH,
     .offset = AT(enrol_by),
     .type_name = "date",
     .check = cs_check_date,
     .help = "The last day (YYYY-MM-DD) on which users without a factor are let in after a proven "
             "first factor, with a notice that says how many days are left. Never who has, or had, "
             "a factor of any kind with provider local. "
             "accept_on_missing_auth_method does nothing beside it. Each use is logged."},
    {.name = "enrol_by_group",
     .type = CS_SETTING_LIST,
     .where = BOTH,
     .offset = AT(enrol_by_group),
     .type_name = "groups",
     .check = cs_check_groups,
     .add = cs_group_list_add,
     .help = "enrol_by is only for members of these UNIX groups. If that cannot be resolved, it is "
             "not for the account."},
    {.name = "missing_result",
     .type = CS_SETTING_CHOICE,
     .where = BOTH,
     .offset = AT(missing_result),
     .fallback = "success",
     .values = {"success", "ignore"},
     .help =
         "What PAM is told about an account that accept_on_missing_auth_method or enrol_by lets "
         "in: PAM_SUCCESS, or PAM_IGNORE, which leaves the decision to the rest of the stack."},
    {.name = "self_enroll",
     .type = CS_SETTING_CHOICE,
     .where = BOTH,
     .offset = AT(method.self_enrol),
     .fallback = "no",
     .values = {"no", "ticket", "yes"},
     .help = "Lets a user without a factor set up an authenticator app at a login, after a proven "
             "first factor: ticket, with a ticket from 'countersign ticket'; yes, without one as "
             "well, within self_enroll_group and self_enroll_until, of which at least one must be "
             "set. Never who has or had a factor; root only with a ticket. Whoever has the first "
             "factor can do it, and not only its owner. Only for provider local, and plans that "
             "accept the codes of an app."},
    {.name = "self_enroll_group",
     .type = CS_SETTING_LIST,
     .where = BOTH,
     .offset = AT(self_enrol_group),
     .type_name = "groups",
     .check = cs_check_groups,
     .add = cs_group_list_add,
     .help = "self_enroll=yes is for members of these UNIX groups alone; others, and accounts "
             "whose membership cannot be resolved, need a ticket."},
    {.name = "self_enroll_until",
     .type = CS_SETTING_STRING,
     .where = BOTH,
     .offset = AT(self_enrol_until),
     .type_name = "date",
     .check = cs_check_date,
     .help = "The last day (YYYY-MM-DD) of self_enroll=yes. Afterwards everybody needs a ticket."},
    {.name = "self_enroll_qr",
     .type = CS_SETTING_CHOICE,
     .where = BOTH,
     .offset = AT(method.self_enrol_qr),
     .fallback = "dark",
     .values = {"no", "dark", "light"},
     .help = "Shows the key of self_enroll as a QR code before it is shown as text: dark for "
             "terminals with a dark ground, light for those with a light one. It needs a client in "
             "UTF-8, 22 lines and 41 columns. Not with ascii_prompts."},
    {.name = "self_service",
     .type = CS_SETTING_FLAG,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(self_service),
     .fallback = "no",
     .help =
         "Lets users run 'countersign self': list, add and replace their own authenticator apps, "
         "make new recovery codes, choose their language, each after a second factor of theirs. "
         "Only for provider local. Opens the broker's socket to all users for this alone; under "
         "systemd set SocketMode=0666 as well."},
    {.name = "self_service_group",
     .type = CS_SETTING_LIST,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(self_service_group),
     .type_name = "groups",
     .check = cs_check_groups,
     .add = cs_group_list_add,
     .help =
         "self_service is only for members of these UNIX groups. If that cannot be resolved, it "
         "is not for the account."},
    {.name = "lookup_timeout",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(lookup_timeout),
     .fallback = "5",
     .min = 1,
     .max = 60,
     .help = "Seconds that a directory may take to answer for an account or its groups. After that "
             "nobody is exempt, and an account that must be known cannot log in."},
    {.name = "map_file",
     .type = CS_SETTING_PATH,
     .where = CS_FROM_FILE,
     .offset = AT(mapping.map_file),
     .extra_file = CS_EXTRA_FILE_MAP,
     .help =
         "A file with a line ACCOUNT IDENTITY for each account, whose name at the provider this "
         "is, whatever gecos_* and append say. Accounts without a line are refused, unless the "
         "last line is *."},
    {.name = "map_format",
     .type = CS_SETTING_CHOICE,
     .where = CS_FROM_FILE,
     .offset = AT(mapping.map_format),
     .fallback = "countersign",
     .values = {"countersign", "secsign"},
     .help = "How map_file is written: as above, or as the file secsignid.config of SecSign's PAM "
             "plugin, with a colon, an equals sign or blanks between account and SecSign ID."},
    {.name = "gecos_field",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(mapping.gecos_field),
     .min = 1,
     .max = 32,
     .help = "The field of the account's GECOS text that is the name at the provider."},
    STRING("gecos_separator", mapping.gecos_separator,
           "Separates those fields. By default a comma."),
    STRING("gecos_match", mapping.gecos_match,
           "A regular expression for the whole GECOS text; used with gecos_replace."),
    STRING("gecos_replace", mapping.gecos_replace,
           "The name at the provider; $1 to $9 are the groups of gecos_match."),
    FLAG("gecos_trusted", mapping.gecos_trusted,
         "States that users cannot change their GECOS text: with chfn, through accountsservice, "
         "or in the directory."),
    STRING("append", mapping.append, "Appended to the name at the provider."),
    {0},
};
