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
    static const char *const words[] = {"", "yes", "true", "on", "1"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(value, words[i]) == 0)
            return true;
    }
    return false;
}

static void parse_one(const char *argument, struct cs_module_arguments *arguments)
{
    static const struct {
        const char *name;
        enum cs_client_mode mode;
    } modes[] = {
        {"require_broker", CS_CLIENT_REQUIRE_BROKER},
        {"failifnoqueueserver", CS_CLIENT_REQUIRE_BROKER},
        {"standalone", CS_CLIENT_STANDALONE},
    };
    const char *value;

    if ((value = value_of(argument, "socket")) != NULL && value[0] != '\0')
        arguments->socket = value;
    else if ((value = value_of(argument, "config")) != NULL && value[0] != '\0')
        arguments->config = value;
    else if ((value = value_of(argument, "debug")) != NULL)
        arguments->debug = is_true(value);
    for (size_t i = 0; i < CS_ARRAY_SIZE(modes); i++) {
        value = value_of(argument, modes[i].name);
        if (value != NULL && is_true(value))
            arguments->mode = modes[i].mode;
        else if (value != NULL && arguments->mode == modes[i].mode)
            arguments->mode = CS_CLIENT_AUTO; /* the last word counts, as in the table */
    }
}

void cs_module_parse(int argc, const char **argv, struct cs_module_arguments *ret_arguments)
{
    *ret_arguments = (struct cs_module_arguments){.socket = CS_SOCKET_FILE};
    for (int i = 0; i < argc; i++)
        parse_one(argv[i], ret_arguments);
}
