#include <string.h>

#include "pam/module.h"
#include "paths.h"

/* The value of NAME=VALUE or "" of a bare NAME; NULL when `argument` is another option. Hyphens and
 * underscores are the same. */
static const char *value_of(const char *argument, const char *name)
{
    size_t i;

    for (i = 0; name[i] != '\0'; i++) {
        if (argument[i] != name[i] && !(name[i] == '_' && argument[i] == '-'))
            return NULL;
    }
    if (argument[i] == '\0')
        return "";
    return argument[i] == '=' ? argument + i + 1 : NULL;
}

static bool is_true(const char *value)
{
    static const char *const words[] = {"", "yes", "true", "on", "1", "y"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(value, words[i]) == 0)
            return true;
    }
    return false;
}

/* The arguments that are texts; the last one holds, and an empty one is none. */
static bool parse_text(const char *argument, struct cs_module_arguments *arguments)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {
        {"socket", &arguments->socket},
        {"config", &arguments->config},
        {"ibm_auth_config", &arguments->ibm_auth_config},
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
    /* Asked for both, the stricter one holds. */
    if (ret_arguments->require_broker)
        ret_arguments->mode = CS_CLIENT_REQUIRE_BROKER;
    else if (ret_arguments->standalone)
        ret_arguments->mode = CS_CLIENT_STANDALONE;
}
