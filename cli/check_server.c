/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_server.h"

#include "base/clock.h"
#include "login/mail.h"
#include "providers/registry.h"

enum { PATIENCE_MS = 15000 };

enum cs_err cs_check_server(const struct cs_options *options, struct cs_error *error)
{
    const struct cs_log silent = {0};
    const struct cs_call call = {.deadline = cs_clock_ms() + PATIENCE_MS,
                                 .cancel_fd = -1,
                                 .settings = cs_options_chosen_provider(options),
                                 .account = ""};
    CS_AUTO(cs_provider_close) struct cs_provider *provider = NULL;
    struct cs_provider_user user = {0};
    size_t row = 0;
    enum cs_err result = cs_options_check_provider(options, &row, error);

    if (result == CS_OK)
        result = cs_provider_kind(row)->open(&options->providers[row], &silent, &provider, error);
    if (result != CS_OK || !provider->ops->remote || provider->ops->finds_offline)
        return result;
    return provider->ops->find_user(provider, &call, "countersign-doctor", &user, error);
}

enum cs_err cs_check_mail(const struct cs_options *options, struct cs_error *error)
{
    return cs_mail_settings_probe(&options->mail, error);
}
