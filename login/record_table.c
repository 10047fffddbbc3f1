/* SPDX-License-Identifier: Apache-2.0 */
/* The options about what is recorded of logins and of the tool's acts. */
#include "login/options.h"

#define AT(member) offsetof(struct cs_options, member)

const struct cs_setting cs_record_rows[] = {
    {.name = "audit",
     .type = CS_SETTING_CHOICE,
     .where = CS_FROM_FILE,
     .offset = AT(audit),
     .fallback = "text",
     .values = {"text", "json", "both"},
     .help = "The form of the records of logins and of the tool's acts in the log. text: a line of "
             "words, which fail2ban reads. json: an object, as audit.schema.json describes it. "
             "both: one line of each."},
    {.name = "metrics",
     .type = CS_SETTING_PATH,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(metrics),
     .help = "The socket on which the broker answers with metrics, in the form of OpenMetrics. By "
             "default there is none. Anybody who reaches it may read them; they name services, and "
             "no user."},
    {0},
};
