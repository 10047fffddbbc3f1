/* SPDX-License-Identifier: Apache-2.0 */
#include "base/user_name.h"

#include <string.h>

#include "base/sanitise.h"

static const char separators[] = ",:;=|\"";

enum cs_err cs_user_name_check(const char *name, struct cs_error *error)
{
    size_t length = strlen(name);
    const char *bad = strpbrk(name, separators);

    if (length == 0)
        return cs_fail(error, CS_ERR_INPUT, "the user name is empty");
    if (length > CS_USER_NAME_MAX || !cs_is_clean(name, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name is longer than %d bytes or contains control characters",
                       CS_USER_NAME_MAX);
    if (bad != NULL)
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name holds '%c', as no account's name does: user and secret are "
                       "two words",
                       *bad);
    if (name[0] == ' ' || name[length - 1] == ' ' || name[0] == '-')
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name begins or ends with a blank, or begins with a hyphen");
    return CS_OK;
}
