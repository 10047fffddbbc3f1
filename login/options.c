#include "login/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"
#include "conversation/text.h"
#include "methods/method.h"
#include "paths.h"

#define AT(member) (long)offsetof(struct cs_options, member)
#define BOTH (CS_FROM_PAM | CS_FROM_FILE)

static const struct cs_option table[] = {
    {"auth_method", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(auth_method), "totp",
     .values = {"totp"}, .help = "What is asked after the first factor."},
    {"provider", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(provider), "local",
     .values = {"local"}, .help = "Who knows the users and verifies their answers."},
    {"exempt_group", NULL, CS_OPTION_GROUPS, CS_SCOPE_LOGIN, BOTH, AT(exempt_group), NULL,
     .help = "Members of these UNIX groups are not asked; compared by gid. A group that cannot be "
             "resolved exempts nobody."},
    {"2fa_group", NULL, CS_OPTION_GROUPS, CS_SCOPE_LOGIN, BOTH, AT(two_factor_group), NULL,
     .help = "Only members of these UNIX groups are asked. A group that cannot be resolved makes "
             "everybody be asked."},
    {"exempt_result", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(exempt_result), "success",
     .values = {"success", "ignore"},
     .help = "What PAM is told about an exempt account: PAM_SUCCESS or PAM_IGNORE. A stack that "
             "has nothing else denies on ignore."},
    {"retry", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(retry), "3", .max = 10,
     .help = "Further tries after the first. Used up, PAM_MAXTRIES ends the login."},
    {"accept_on_missing_auth_method", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH,
     AT(accept_on_missing_auth_method), "no",
     .help = "Lets in an account that exists but has no factor. Never an unknown account."},
    {"stack_first_factor", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(stack_first_factor), "no",
     .help = "States that the modules before this line have proven a first factor."},
    {"otp_prompt", NULL, CS_OPTION_TEXT, CS_SCOPE_LOGIN, BOTH, AT(otp_prompt), NULL,
     .help = "The prompt for a code. %% is a percent sign, \\n a new line."},
    {"otp_echo", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(otp_echo), "yes",
     .help = "Shows a code while it is typed."},
    {"conversation", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(conversation), "fold",
     .values = {"fold", "live"},
     .help = "fold: all text stands in prompts, right for every sshd. live: informational text is "
             "sent at once, for sshd 10.3 or later and for the console."},
    {"login_timeout", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(login_timeout), "110",
     .min = 1, .max = 3600,
     .help = "Seconds that a login may take; keep it below sshd's LoginGraceTime."},
    {"totp_window", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(totp_window), "1", .max = 10,
     .help = "Time steps before and after the expected one whose codes are accepted."},
    {"totp_drift", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(totp_drift), "3", .max = 100,
     .help = "Time steps by which the window may follow a token whose clock is off; 0 switches "
             "this off."},
    {"throttle", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, CS_FROM_FILE, AT(throttle), "yes",
     .help = "Delays after failed tries. They are counted in any case."},
    {"debug", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(debug), "no",
     .help = "Logs each step. Never logs a secret or an answer."},
    {"require_broker", "failifnoqueueserver", CS_OPTION_FLAG, CS_SCOPE_MODULE, CS_FROM_PAM,
     CS_NOT_STORED, "no", .help = "Refuses the login when no broker is running."},
    {"standalone", NULL, CS_OPTION_FLAG, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, "no",
     .help = "Starts a process of its own for each login and never asks the broker."},
    {"socket", NULL, CS_OPTION_PATH, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, CS_SOCKET_FILE,
     .help = "The broker's socket."},
    {"config", NULL, CS_OPTION_PATH, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, CS_CONFIG_FILE,
     .help = "The configuration file."},
    {"store", NULL, CS_OPTION_PATH, CS_SCOPE_BROKER, CS_FROM_FILE, AT(store), CS_STORE_FILE,
     .help = "The file of the local provider's factors."},
    {"key_file", NULL, CS_OPTION_PATH, CS_SCOPE_BROKER, CS_FROM_FILE, AT(key_file), CS_KEY_FILE,
     .help = "The keys that protect secrets in the store."},
    {"allow_unprivileged", NULL, CS_OPTION_FLAG, CS_SCOPE_BROKER, CS_FROM_FILE,
     AT(allow_unprivileged), "no",
     .help = "Serves programs that do not run as root (screen lockers), each for its own account "
             "only. Under systemd set SocketMode=0666 as well."},
    {"max_logins", NULL, CS_OPTION_NUMBER, CS_SCOPE_BROKER, CS_FROM_FILE, AT(max_logins), "2000",
     .min = 1, .max = 100000, .help = "Logins that the broker runs at once."},
    {"max_unprivileged", NULL, CS_OPTION_NUMBER, CS_SCOPE_BROKER, CS_FROM_FILE,
     AT(max_unprivileged), "16", .min = 1, .max = 1000,
     .help = "Of these, logins of peers that are not root; each account may use a quarter."},
};

const struct cs_option *cs_option_table(size_t *ret_count)
{
    *ret_count = CS_ARRAY_SIZE(table);
    return table;
}

static bool same_name(const char *known, const char *given, size_t length)
{
    if (known == NULL || strlen(known) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (known[i] != given[i] && !(known[i] == '_' && given[i] == '-'))
            return false;
    }
    return true;
}

const struct cs_option *cs_option_find(const char *name, size_t length)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(table); i++) {
        if (same_name(table[i].name, name, length) || same_name(table[i].alias, name, length))
            return &table[i];
    }
    return NULL;
}

const char *cs_option_type_name(enum cs_option_type type)
{
    static const char *const names[] = {"flag", "number", "choice", "groups", "text", "path"};

    return names[type];
}

const char *cs_option_scope_name(enum cs_option_scope scope)
{
    static const char *const names[] = {"login", "module", "broker"};

    return names[scope];
}

/* ---- setting a value: one function for each type ---- */

static enum cs_err set_flag(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"true", true},   {"on", true},   {"1", true}, {"", true},
                 {"no", false}, {"false", false}, {"off", false}, {"0", false}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].word, value) == 0) {
            *(bool *)member = words[i].value;
            return CS_OK;
        }
    }
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is neither yes nor no", option->name, value);
}

static enum cs_err set_number(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < option->min ||
        number > option->max)
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not a number from %u to %u", option->name,
                       value, option->min, option->max);
    *(unsigned *)member = (unsigned)number;
    return CS_OK;
}

/* Choices that other tables extend (methods, providers) are kept as text. */
static bool is_text_choice(const struct cs_option *option)
{
    return option->offset == AT(auth_method) || option->offset == AT(provider);
}

static enum cs_err set_choice(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    char expected[128] = "";
    size_t used = 0;

    for (unsigned i = 0; i < CS_OPTION_VALUES_MAX && option->values[i] != NULL; i++) {
        if (strcmp(option->values[i], value) == 0) {
            if (is_text_choice(option))
                *(const char **)member = option->values[i];
            else
                *(unsigned *)member = i;
            return CS_OK;
        }
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "",
                                 option->values[i]);
    }
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not one of: %s", option->name, value,
                   expected);
}

static enum cs_err set_groups(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    size_t length = strlen(value);

    if (length == 0 || length > 1000 || !cs_is_clean(value, length) || value[0] == ',' ||
        value[length - 1] == ',' || strstr(value, ",,") != NULL || strchr(value, ' ') != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: group names expected, separated by commas without blanks",
                       option->name);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_text(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    struct cs_error inner = {0};

    if (cs_text_check(value, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", option->name, inner.text);
    *(const char **)member = value;
    return CS_OK;
}

static enum cs_err set_path(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    if (value[0] != '/' || strlen(value) > 1000 || !cs_is_clean(value, strlen(value)))
        return cs_fail(error, CS_ERR_CONFIG, "%s: an absolute path expected", option->name);
    *(const char **)member = value;
    return CS_OK;
}

enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error)
{
    static enum cs_err (*const setters[])(const struct cs_option *, const char *, void *,
                                          struct cs_error *) = {
        [CS_OPTION_FLAG] = set_flag,     [CS_OPTION_NUMBER] = set_number,
        [CS_OPTION_CHOICE] = set_choice, [CS_OPTION_GROUPS] = set_groups,
        [CS_OPTION_TEXT] = set_text,     [CS_OPTION_PATH] = set_path,
    };
    union {
        bool flag;
        unsigned number;
        const char *text;
    } unused; /* the module's own options are checked here and stored nowhere */
    void *member = option->offset == CS_NOT_STORED ? (void *)&unused
                                                   : (void *)((char *)options + option->offset);

    return setters[option->type](option, value, member, error);
}

void cs_options_defaults(struct cs_options *ret_options)
{
    *ret_options = (struct cs_options){0};
    for (size_t i = 0; i < CS_ARRAY_SIZE(table); i++) {
        /* A default that its own row refuses is caught by the test of the table. */
        if (table[i].fallback != NULL &&
            cs_option_set(&table[i], table[i].fallback, ret_options, NULL) != CS_OK)
            continue;
    }
}

enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_unknown,
                                      struct cs_error *error)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->items[i];
        size_t length = strcspn(argument, "=");
        const struct cs_option *option = cs_option_find(argument, length);
        const char *value = argument[length] == '=' ? argument + length + 1 : "";
        enum cs_err result = CS_OK;

        if (option == NULL)
            result = cs_strlist_add(ret_unknown, argument, length);
        else if ((option->where & CS_FROM_PAM) == 0)
            result = cs_fail(error, CS_ERR_CONFIG,
                             "%s: belongs into the configuration file, not on the PAM line",
                             option->name);
        else
            result = cs_option_set(option, value, options, error);
        if (result != CS_OK)
            return result == CS_ERR_NOMEM ? cs_fail_nomem(error) : result;
    }
    return CS_OK;
}
