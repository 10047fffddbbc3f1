/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces methods/plan_table.c at link time: two real plans and those of the pretended methods. */
#include <string.h>

#include "methods/plan.h"

extern const struct cs_method cs_method_pretend_menu_3, cs_method_pretend_menu_12,
    cs_method_pretend_menu_25, cs_method_pretend_wait, cs_method_pretend_number,
    cs_method_pretend_word, cs_method_pretend_browser;

static const struct cs_plan plans[] = {
    {"totp", CS_FIRST_NONE, &cs_method_totp, CS_KIND(CS_FACTOR_TOTP), false},
    {"pretend-menu-3", CS_FIRST_NONE, &cs_method_pretend_menu_3, 0, false},
    {"pretend-menu-12", CS_FIRST_NONE, &cs_method_pretend_menu_12, 0, false},
    {"pretend-menu-25", CS_FIRST_NONE, &cs_method_pretend_menu_25, 0, false},
    {"pretend-wait", CS_FIRST_NONE, &cs_method_pretend_wait, 0, false},
    {"pretend-number", CS_FIRST_NONE, &cs_method_pretend_number, 0, false},
    {"pretend-word", CS_FIRST_NONE, &cs_method_pretend_word, 0, false},
    {"pretend-browser", CS_FIRST_NONE, &cs_method_pretend_browser, 0, false},
};

const char *cs_plan_name(size_t row)
{
    return row < CS_ARRAY_SIZE(plans) ? plans[row].name : NULL;
}

const struct cs_plan *cs_plan_find(const char *name)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(plans); i++) {
        if (strcmp(plans[i].name, name) == 0)
            return &plans[i];
    }
    return NULL;
}

const char *cs_plan_other_name(const char *written)
{
    (void)written;
    return NULL;
}
