/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/names.h"

void cs_names_local_who(uid_t uid, char ret_text[CS_WHO_SIZE])
{
    struct cs_account account;

    if (uid == 0)
        (void)snprintf(ret_text, CS_WHO_SIZE, "root");
    else if (cs_names_local_account_of(uid, &account, NULL) == CS_NAMED_FOUND)
        (void)snprintf(ret_text, CS_WHO_SIZE, "%s", account.name);
    else
        (void)snprintf(ret_text, CS_WHO_SIZE, "uid %u", (unsigned)uid);
}
