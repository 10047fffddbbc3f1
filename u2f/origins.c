/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/origins.h"

#include <string.h>

#include "base/sanitise.h"

static enum cs_err keep(const char *name, size_t length, struct cs_u2f_origins *origins,
                        struct cs_error *error)
{
    if (length == 0 || length > CS_U2F_ORIGIN_MAX || !cs_is_clean(name, length))
        return cs_fail(
            error, CS_ERR_INPUT,
            "every name in the list must have 1 to %d bytes of UTF-8 without control characters",
            CS_U2F_ORIGIN_MAX);
    if (memchr(name, ' ', length) != NULL)
        return cs_fail(error, CS_ERR_INPUT,
                       "there is a blank within '%.*s': names are separated by commas", (int)length,
                       name);
    if (origins->count == CS_U2F_ORIGINS_MAX)
        return cs_fail(error, CS_ERR_INPUT, "at most %d names, separated by commas",
                       CS_U2F_ORIGINS_MAX);
    memcpy(origins->items[origins->count], name, length);
    origins->items[origins->count++][length] = '\0';
    return CS_OK;
}

enum cs_err cs_u2f_read_origins(const char *list, struct cs_u2f_origins *ret_origins,
                                struct cs_error *error)
{
    *ret_origins = (struct cs_u2f_origins){0};
    for (;;) {
        const char *name = list + strspn(list, " ");
        const char *end = name + strcspn(name, ",");
        size_t length = (size_t)(end - name);
        enum cs_err result;

        while (length > 0 && name[length - 1] == ' ')
            length--;
        result = keep(name, length, ret_origins, error);
        if (result != CS_OK || *end == '\0')
            return result;
        list = end + 1;
    }
}
