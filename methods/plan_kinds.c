/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds of factors a plan asks for, and whether a provider can have them. */
#include "methods/plan.h"

static unsigned kinds_of_choice(const struct cs_method_options *options)
{
    static const unsigned transients[] = {
        [CS_TRANSIENTS_ALL] = CS_KIND(CS_FACTOR_TRANS_EMAILOTP) | CS_KIND(CS_FACTOR_TRANS_SMSOTP),
        [CS_TRANSIENTS_EMAIL] = CS_KIND(CS_FACTOR_TRANS_EMAILOTP),
        [CS_TRANSIENTS_PHONE] = CS_KIND(CS_FACTOR_TRANS_SMSOTP),
        [CS_TRANSIENTS_BOTH] = CS_KIND(CS_FACTOR_TRANS_EMAILOTP) | CS_KIND(CS_FACTOR_TRANS_SMSOTP)};
    unsigned kinds = 0;

    if (!options->no_enrollments_in_choice)
        kinds |= CS_KIND(CS_FACTOR_TOTP) | CS_KIND(CS_FACTOR_SMSOTP) | CS_KIND(CS_FACTOR_EMAILOTP);
    if (options->voice_in_choice)
        kinds |= CS_KIND(CS_FACTOR_VOICEOTP);
    if (options->transients_in_choice)
        kinds |= transients[options->transient_choices];
    if (options->add_devices_to_choice)
        kinds |= CS_KIND(CS_FACTOR_DEVICE);
    if (options->browser_in_choice)
        kinds |= CS_KIND(CS_FACTOR_BROWSER);
    if (options->u2f_in_choice)
        kinds |= CS_KIND(CS_FACTOR_U2F);
    return kinds;
}

unsigned cs_plan_kinds(const struct cs_plan *plan, const struct cs_method_options *options)
{
    return plan->choice ? kinds_of_choice(options) : plan->kinds;
}

static bool asks_for_totp_in_one_line(const struct cs_plan *plan)
{
    return plan->first == CS_FIRST_PASSWORD_AND_TOTP ||
           plan->first == CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE;
}

enum cs_err cs_plan_check(const struct cs_plan *plan, const struct cs_method_options *options,
                          const char *provider, unsigned provider_kinds, struct cs_error *error)
{
    unsigned kinds = cs_plan_kinds(plan, options);

    if (plan->first != CS_FIRST_NONE && (provider_kinds & CS_KIND(CS_FACTOR_PASSWORD)) == 0)
        return cs_fail(
            error, CS_ERR_CONFIG,
            "provider '%s' checks no passwords, and auth_method=%s asks for one; let the "
            "module before this line ask for it, set stack_first_factor, and choose a "
            "method without a password",
            provider, plan->name);
    if (plan->choice && kinds == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "auth_method=%s: its options leave nothing to choose from; see "
                       "no_enrollments_in_choice and the options with _in_choice",
                       plan->name);
    if (asks_for_totp_in_one_line(plan) && (provider_kinds & CS_KIND(CS_FACTOR_TOTP)) == 0)
        kinds = CS_KIND(CS_FACTOR_TOTP);
    if (kinds != 0 && (kinds & provider_kinds) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "provider '%s' has none of the factors that auth_method=%s asks for; choose "
                       "another auth_method or provider",
                       provider, plan->name);
    return CS_OK;
}
