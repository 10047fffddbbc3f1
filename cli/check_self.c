/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_self.h"

#include <string.h>
#include <sys/stat.h>

#include "methods/plan.h"
#include "wire/messages.h"

static enum cs_err check_plan(const struct cs_options *options, struct cs_error *error)
{
    const struct cs_plan *plan = cs_plan_find(options->auth_method);

    if (strcmp(options->provider, "local") != 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "self_service is for provider local alone, and 'countersign self' would use "
                       "'%s'; remove it",
                       options->provider);
    if (plan == NULL || !cs_plan_has_second(plan))
        return cs_fail(error, CS_ERR_CONFIG,
                       "auth_method=%s asks 'countersign self' for no second factor; set another "
                       "one in services.%s",
                       options->auth_method, CS_SELF_SERVICE);
    return CS_OK;
}

enum cs_err cs_check_self(const struct cs_cli_line *line, const char *socket,
                          struct cs_error *error)
{
    struct cs_options options;
    struct stat status;
    enum cs_err result;

    cs_config_options(line->config, CS_SELF_SERVICE, NULL, &options);
    result = check_plan(&options, error);
    if (result == CS_OK && stat(socket, &status) == 0 && (status.st_mode & S_IWOTH) == 0)
        result = cs_fail(error, CS_ERR_UNAVAILABLE,
                         "%s: its mode keeps users out, and self_service is set; restart the "
                         "broker, and under systemd set SocketMode=0666 for countersignd.socket",
                         socket);
    return result;
}
