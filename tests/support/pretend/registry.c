/* Takes the place of methods/registry.c at link time: the real methods and two that pretend. */
#include <string.h>

#include "methods/method.h"

extern const struct cs_method cs_method_pretend_menu_3, cs_method_pretend_menu_12,
    cs_method_pretend_menu_25, cs_method_pretend_wait, cs_method_pretend_number;

static const struct cs_method *const methods[] = {
    &cs_method_totp,
    &cs_method_pretend_menu_3,
    &cs_method_pretend_menu_12,
    &cs_method_pretend_menu_25,
    &cs_method_pretend_wait,
    &cs_method_pretend_number,
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
