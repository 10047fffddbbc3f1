/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/gecos.h"

#include <string.h>

enum cs_err cs_gecos_field(const char *gecos, const char *separator, unsigned field,
                           struct cs_buffer *out, struct cs_error *error)
{
    const char *start = gecos, *end;
    size_t length;

    for (unsigned number = 1; number < field; number++) {
        end = strstr(start, separator);
        if (end == NULL)
            return cs_fail(error, CS_ERR_INPUT,
                           "the GECOS text has only %u fields, but gecos_field is %u; correct the "
                           "account, gecos_field or gecos_separator",
                           number, field);
        start = end + strlen(separator);
    }
    end = strstr(start, separator);
    length = end ? (size_t)(end - start) : strlen(start);
    if (strspn(start, " ") >= length)
        return cs_fail(error, CS_ERR_INPUT,
                       "field %u of the GECOS text is empty; fill it, or correct gecos_field or "
                       "gecos_separator",
                       field);
    cs_buffer_add(out, start, length);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}
