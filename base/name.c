/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"

bool cs_same_name(const char *name, const char *written, size_t length)
{
    if (name == NULL)
        return false;
    /* Stops at the first difference, because most comparisons fail. */
    for (size_t i = 0; i < length; i++) {
        if (name[i] == '\0' ||
            (name[i] == '-' ? '_' : name[i]) != (written[i] == '-' ? '_' : written[i]))
            return false;
    }
    return name[length] == '\0';
}
