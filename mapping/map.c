#include "mapping/map.h"

#include <string.h>

#include "base/sanitise.h"

enum cs_err cs_map_identity(const char *account, char ret_identity[CS_IDENTITY_SIZE],
                            struct cs_error *error)
{
    size_t length = strlen(account);

    if (length == 0 || length >= CS_IDENTITY_SIZE || !cs_is_clean(account, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the account name is empty, longer than %d bytes or not clean text",
                       CS_IDENTITY_SIZE - 1);
    memcpy(ret_identity, account, length + 1);
    return CS_OK;
}
