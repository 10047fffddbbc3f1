/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for a `countersign self`, apart from what a login's options say. */
#include "login/login_priv.h"

/* For reading a screen, and for setting up an app, on top of login_timeout. */
enum { SELF_MS = 5 * 60 * 1000 };

bool cs_login_is_self(const struct cs_login *login)
{
    return login->request->phase == CS_PHASE_SELF;
}

uint32_t cs_login_lasts_ms(const struct cs_login *login)
{
    return login->options.login_timeout * 1000U + (cs_login_is_self(login) ? SELF_MS : 0);
}

void cs_login_restrict_self(struct cs_options *options)
{
    options->exempt_group = NULL;
    options->two_factor_group = NULL;
    options->enrol_by = NULL;
    options->offline_users = NULL;
    options->user_env = NULL;
    options->failmode_insecure = false;
    options->method.accept_on_missing_auth_method = false;
    options->method.self_enrol = CS_SELF_ENROL_NO;
    options->method.ask_identity = false;
}
