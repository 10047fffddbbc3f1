/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/flag.h"
#include "base/name.h"
#include "pam/module.h"
#include "paths.h"

/* The value of NAME=VALUE, or "" for a bare NAME; NULL if `argument` is another option. */
static const char *value_of(const char *argument, const char *name)
{
    size_t length = strcspn(argument, "=");

    if (!cs_same_name(name, argument, length))
        return NULL;
    return argument[length] == '=' ? argument + length + 1 : "";
}

/* A word that is neither yes nor no is refused by the broker; here it counts as no. */
static bool is_true(const char *value)
{
    bool flag = value[0] == '\0'; /* the name alone */

    cs_flag_parse(value, &flag);
    return flag;
}

/* The text arguments; the last one counts, and an empty one counts as not given. */
static bool parse_text(const char *argument, struct cs_module_arguments *arguments)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {
        {"socket", &arguments->socket},
        {"config", &arguments->config},
        {"ibm_auth_config", &arguments->ibm_auth_config},
        {"id", &arguments->id},
        {"provider", &arguments->provider},
        {"user_env", &arguments->user_env},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        const char *value = value_of(argument, texts[i].name);

        if (value == NULL || value[0] == '\0')
            continue;
        *texts[i].member = value;
        return true;
    }
    return false;
}

static void parse_one(const char *argument, struct cs_module_arguments *arguments)
{
    const char *value;

    if (parse_text(argument, arguments))
        return;
    if ((value = value_of(argument, "debug")) != NULL)
        arguments->debug = is_true(value);
    else if ((value = value_of(argument, "standalone")) != NULL)
        arguments->standalone = is_true(value);
    else if ((value = value_of(argument, "require_broker")) != NULL ||
             (value = value_of(argument, "failifnoqueueserver")) != NULL)
        arguments->require_broker = is_true(value);
}

void cs_module_parse(int argc, const char **argv, struct cs_module_arguments *ret_arguments)
{
    *ret_arguments = (struct cs_module_arguments){.socket = CS_SOCKET_FILE};
    for (int i = 0; i < argc; i++)
        parse_one(argv[i], ret_arguments);
    /* If both are given, the stricter one wins. */
    if (ret_arguments->require_broker)
        ret_arguments->mode = CS_CLIENT_REQUIRE_BROKER;
    else if (ret_arguments->standalone)
        ret_arguments->mode = CS_CLIENT_STANDALONE;
}
