/* SPDX-License-Identifier: Apache-2.0 */
/* The methods, one for each kind of factor. If you add a kind to CS_FACTOR_KIND_LIST, this file
 * does not compile until there is a METHOD_ of that name. */
#include "methods/method.h"

#define METHOD_PASSWORD NULL /* none: it is a plan's first step, methods/password.c */
#define METHOD_TOTP &cs_method_totp
#define METHOD_SMSOTP &cs_method_smsotp
#define METHOD_EMAILOTP &cs_method_emailotp
#define METHOD_VOICEOTP &cs_method_voiceotp
#define METHOD_TRANS_SMSOTP &cs_method_transsmsotp
#define METHOD_TRANS_EMAILOTP &cs_method_transemailotp
#define METHOD_DEVICE &cs_method_device
#define METHOD_BROWSER &cs_method_browser
#define METHOD_U2F &cs_method_u2f

#define ROW(kind) [CS_FACTOR_##kind] = METHOD_##kind,

static const struct cs_method *const methods[CS_FACTOR_KINDS] = {CS_FACTOR_KIND_LIST(ROW)};

const char *cs_name_of(const struct cs_listed_factor *factor)
{
    const struct cs_method *method = methods[factor->kind];

    return factor->name[0] != '\0' || method == NULL || method->name_shown == NULL
               ? factor->name
               : method->name_shown;
}

const struct cs_method *cs_method_of(enum cs_factor_kind kind)
{
    return methods[kind];
}
