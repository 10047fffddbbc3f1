/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_words.h"

const char *cs_overview_says(enum cs_overview_note note)
{
    static const char *const words[CS_OVERVIEW_NOTES] = {
        [CS_NOTE_NO_FACTOR] = "NO FACTOR", [CS_NOTE_SUSPENDED] = "SUSPENDED",
        [CS_NOTE_SUSPECT] = "SUSPECT KEY", [CS_NOTE_NO_ACCOUNT] = "NO ACCOUNT",
        [CS_NOTE_OTHER_UID] = "OTHER UID", [CS_NOTE_UNRESOLVED] = "NOT LOOKED UP"};

    return words[note];
}

int cs_overview_end(const struct cs_overview *overview)
{
    const struct cs_overview_accounts *accounts = &overview->accounts;
    struct cs_error error = {0};

    if (accounts->unresolved == 0)
        return CS_EXIT_OK;
    (void)cs_fail(&error, CS_ERR_UNRESOLVED,
                  "whether there are accounts for %u of these names is not known, so none of them "
                  "counts as one without an account: %s",
                  accounts->unresolved, accounts->why.text);
    return cs_complain(&error);
}
