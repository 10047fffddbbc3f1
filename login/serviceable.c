/* SPDX-License-Identifier: Apache-2.0 */
#include "login/serviceable.h"

#include "methods/plan.h"
#include "providers/registry.h"

enum cs_err cs_options_check_plan(const struct cs_options *options, const struct cs_log *log,
                                  struct cs_error *error)
{
    CS_AUTO(cs_provider_close) struct cs_provider *provider = NULL;
    const struct cs_plan *plan = cs_plan_find(options->auth_method);
    size_t row = 0;
    enum cs_err result = cs_options_check_provider(options, &row, error);

    if (result == CS_OK)
        result = cs_provider_kind(row)->open(&options->providers[row], log, &provider, error);
    if (result != CS_OK)
        return result;
    return cs_plan_check(plan, &options->method, provider->ops->name,
                         provider->ops->kinds(provider), error);
}
