/* SPDX-License-Identifier: Apache-2.0 */
/* The plans. */
#include <string.h>

#include "base/name.h"
#include "methods/plan.h"

#define ONE(name, first, method, kind)                                                             \
    {                                                                                              \
        name, first, method, CS_KIND(kind), false                                                  \
    }
#define CHOICE(name, first)                                                                        \
    {                                                                                              \
        name, first, NULL, 0, true                                                                 \
    }

static const struct cs_plan plans[] = {
    ONE("totp", CS_FIRST_NONE, &cs_method_totp, CS_FACTOR_TOTP),
    ONE("smsotp", CS_FIRST_NONE, NULL, CS_FACTOR_SMSOTP),
    ONE("emailotp", CS_FIRST_NONE, NULL, CS_FACTOR_EMAILOTP),
    ONE("voiceotp", CS_FIRST_NONE, NULL, CS_FACTOR_VOICEOTP),
    ONE("transsmsotp", CS_FIRST_NONE, NULL, CS_FACTOR_TRANS_SMSOTP),
    ONE("transemailotp", CS_FIRST_NONE, NULL, CS_FACTOR_TRANS_EMAILOTP),
    ONE("device", CS_FIRST_NONE, NULL, CS_FACTOR_DEVICE),
    ONE("browser", CS_FIRST_NONE, NULL, CS_FACTOR_BROWSER),
    ONE("u2f", CS_FIRST_NONE, &cs_method_u2f, CS_FACTOR_U2F),
    CHOICE("choice-then-otp", CS_FIRST_NONE),
    {"password", CS_FIRST_PASSWORD, NULL, 0, false},
    ONE("password-then-totp", CS_FIRST_PASSWORD, &cs_method_totp, CS_FACTOR_TOTP),
    ONE("password-then-smsotp", CS_FIRST_PASSWORD, NULL, CS_FACTOR_SMSOTP),
    ONE("password-then-emailotp", CS_FIRST_PASSWORD, NULL, CS_FACTOR_EMAILOTP),
    ONE("password-then-voiceotp", CS_FIRST_PASSWORD, NULL, CS_FACTOR_VOICEOTP),
    ONE("password-then-transsmsotp", CS_FIRST_PASSWORD, NULL, CS_FACTOR_TRANS_SMSOTP),
    ONE("password-then-transemailotp", CS_FIRST_PASSWORD, NULL, CS_FACTOR_TRANS_EMAILOTP),
    ONE("password-then-device", CS_FIRST_PASSWORD, NULL, CS_FACTOR_DEVICE),
    ONE("password-then-browser", CS_FIRST_PASSWORD, NULL, CS_FACTOR_BROWSER),
    ONE("password-then-u2f", CS_FIRST_PASSWORD, &cs_method_u2f, CS_FACTOR_U2F),
    CHOICE("password-then-choice-then-otp", CS_FIRST_PASSWORD),
    {"password-and-totp", CS_FIRST_PASSWORD_AND_TOTP, NULL, 0, false},
    ONE("password-and-totp-or-device", CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE, NULL,
        CS_FACTOR_DEVICE),
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
    size_t length = strlen(written);

    if (cs_same_name("password-and-device", written, length))
        return "password-then-device";
    for (size_t i = 0; i < CS_ARRAY_SIZE(plans); i++) {
        if (cs_same_name(plans[i].name, written, length))
            return plans[i].name;
    }
    return NULL;
}
