/* SPDX-License-Identifier: Apache-2.0 */
/* A time-based code (RFC 6238), or a recovery code typed at the same prompt. */
#include "methods/code.h"

static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    struct cs_code_dialogue dialogue = {.method = method->name,
                                        .question = {.kind = CS_FACTOR_TOTP, .factor = factor}};

    return cs_ask_code(login, &dialogue);
}

const struct cs_method cs_method_totp = {
    .name = "totp",
    .kind = CS_FACTOR_TOTP,
    .menu = CS_TEXT_TOTP,
    .name_shown = "TOTP",
    .takes_code = true,
    .run = run,
};
