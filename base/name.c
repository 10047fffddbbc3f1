#include "base/name.h"

#include <string.h>

bool cs_same_name(const char *name, const char *written, size_t length)
{
    if (name == NULL || strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((name[i] == '-' ? '_' : name[i]) != (written[i] == '-' ? '_' : written[i]))
            return false;
    }
    return true;
}
