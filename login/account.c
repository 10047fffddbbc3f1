/* SPDX-License-Identifier: Apache-2.0 */
#include "login/account.h"

enum cs_err cs_account_find(const char *user, struct cs_account *ret_account,
                            struct cs_error *error)
{
    return cs_names_any_account(user, ret_account, error) == CS_NAMED_UNRESOLVED ? CS_ERR_UNRESOLVED
                                                                                 : CS_OK;
}

enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error)
{
    const struct cs_map_account from = {.name = account->name,
                                        .gecos = account->gecos,
                                        .local_files = account->local || account->local_uid};

    return cs_map_identity(mapping, &from, ret_identity, ret_trace, error);
}
