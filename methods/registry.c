#include <string.h>

#include "methods/method.h"

static const struct cs_method *const methods[] = {
    &cs_method_totp,
};

const char *cs_method_name(size_t row)
{
    return row < CS_ARRAY_SIZE(methods) ? methods[row]->name : NULL;
}

const struct cs_method *cs_method_find(const char *name)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(methods); i++) {
        if (strcmp(methods[i]->name, name) == 0)
            return methods[i];
    }
    return NULL;
}
