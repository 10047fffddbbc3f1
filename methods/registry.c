/* SPDX-License-Identifier: Apache-2.0 */
/* Which methods there are. */
#include "methods/method.h"

static const struct cs_method *const methods[CS_FACTOR_KINDS] = {
    [CS_FACTOR_TOTP] = &cs_method_totp,
    [CS_FACTOR_SMSOTP] = &cs_method_smsotp,
    [CS_FACTOR_EMAILOTP] = &cs_method_emailotp,
    [CS_FACTOR_VOICEOTP] = &cs_method_voiceotp,
    [CS_FACTOR_TRANS_SMSOTP] = &cs_method_transsmsotp,
    [CS_FACTOR_TRANS_EMAILOTP] = &cs_method_transemailotp,
    [CS_FACTOR_DEVICE] = &cs_method_device,
    [CS_FACTOR_U2F] = &cs_method_u2f,
};

const struct cs_method *cs_method_of(enum cs_factor_kind kind)
{
    return methods[kind];
}
