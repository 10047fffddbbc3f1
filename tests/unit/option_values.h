/* SPDX-License-Identifier: Apache-2.0 */
/* What tests that walk all options share. */
#ifndef CS_TESTS_UNIT_OPTION_VALUES_H
#define CS_TESTS_UNIT_OPTION_VALUES_H

#include "tests/unit/unit.h"

#include "login/option_checks.h"
#include "login/options.h"
#include "tests/unit/own_value.h"

/* A value of each type that is not the default of any row. */
static inline const char *other_value(const struct cs_setting *row)
{
    static char number[24];

    if (own_value(row) != NULL)
        return own_value(row);
    switch (row->type) {
    case CS_SETTING_FLAG:
        return strcmp(row->fallback, "yes") == 0 ? "no" : "yes";
    case CS_SETTING_NUMBER:
    case CS_SETTING_SIZE:
        (void)snprintf(number, sizeof number, "%lld",
                       row->fallback && strtoll(row->fallback, NULL, 10) == row->max
                           ? (long long)row->min
                           : (long long)row->max);
        return number;
    case CS_SETTING_CHOICE:
    case CS_SETTING_NAME:
        return row->fallback != NULL && strcmp(cs_setting_value(row, 1), row->fallback) == 0
                   ? cs_setting_value(row, 0)
                   : cs_setting_value(row, 1);
    case CS_SETTING_LIST:
        return row->check == cs_check_groups ? "wheel,domain users,\"Paris, France\""
                                             : "wheel,staff";
    case CS_SETTING_PATH:
        return "/other/path";
    case CS_SETTING_STRING:
        if (row->check == cs_check_language)
            return "pt-BR";
        if (row->check == cs_check_date)
            return "2027-01-31";
        return row->check == cs_check_variable ? "COUNTERSIGN_USER" : "bearer";
    }
    return NULL;
}

/* It may stand on a PAM line or at the top level of the file. */
static inline bool is_ordinary(const struct cs_setting *row)
{
    return (row->where & (CS_FROM_PAM | CS_FROM_FILE)) != 0;
}

#endif
