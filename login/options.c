#include "login/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitise.h"
#include "conversation/template.h"
#include "i18n/language.h"
#include "methods/method.h"
#include "paths.h"
#include "providers/registry.h"

#define AT(member) (long)offsetof(struct cs_options, member)
#define BOTH (CS_FROM_PAM | CS_FROM_FILE)

/* A text of conversation/texts.c that an administrator may replace. */
#define TEXT(name, alias, where, key, help)                                                        \
    {                                                                                              \
        name, alias, CS_OPTION_TEXT, CS_SCOPE_LOGIN, where, key, NULL, {NULL}, 0, 0, help          \
    }

static const struct cs_option table[] = {
    {"auth_method", NULL, CS_OPTION_NAME, CS_SCOPE_LOGIN, BOTH, AT(auth_method), "totp",
     .name_of = cs_method_name, .help = "What is asked after the first factor."},
    {"provider", NULL, CS_OPTION_NAME, CS_SCOPE_LOGIN, BOTH, AT(provider), "local",
     .name_of = cs_provider_name, .help = "Who knows the users and verifies their answers."},
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
    {"otp_echo", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(otp_echo), "yes",
     .help = "Shows a code while it is typed."},
    {"conversation", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(conversation), "auto",
     .values = {"auto", "fold", "live"},
     .help = "fold: all text stands in prompts, right for every sshd. live: informational text is "
             "sent at once, for sshd 10.3 or later. auto: live for sudo, su and login, else fold."},
    {"push_wait", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(push_wait), "auto",
     .values = {"auto", "live", "enter", "silent"},
     .help =
         "How an approval on another device is awaited. live: the text is shown at once. enter: "
         "the person presses Enter after it. silent: nothing is shown. auto: live where "
         "conversation=live or the service shows text at once, else enter."},
    {"lang", NULL, CS_OPTION_LANG, CS_SCOPE_LOGIN, BOTH, AT(lang), NULL,
     .help = "The language of every prompt, whatever the user prefers."},
    {"default_lang", NULL, CS_OPTION_LANG, CS_SCOPE_LOGIN, CS_FROM_FILE, AT(default_lang), NULL,
     .help = "The language where the user has no preference. None: English."},
    {"ascii_prompts", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(ascii_prompts), "no",
     .help = "Only plain ASCII: accents are left out, other scripts give way to English."},
    {"mask_addresses", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(mask_addresses), "no",
     .help = "Hides the middle of phone numbers and addresses."},
    TEXT("otp_prompt", NULL, BOTH, CS_TEXT_OTP_PROMPT, "The prompt for a code."),
    TEXT("otp_prompt_correlation", NULL, CS_FROM_FILE, CS_TEXT_OTP_PROMPT_CORRELATION,
         "The prompt for a code that belongs to a request with a correlation."),
    TEXT("code_not_accepted", NULL, CS_FROM_FILE, CS_TEXT_CODE_NOT_ACCEPTED,
         "Stands before the prompt after a wrong code."),
    TEXT("recovery_left", NULL, CS_FROM_FILE, CS_TEXT_RECOVERY_LEFT,
         "The prompt after a recovery code was used."),
    TEXT("password_prompt", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_PROMPT,
         "The prompt for a password."),
    TEXT("password_not_accepted", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_NOT_ACCEPTED,
         "Stands before the prompt after a wrong password."),
    TEXT("prompt_choice_start", NULL, BOTH, CS_TEXT_CHOICE_START, "Stands before a menu."),
    TEXT("prompt_choice_end", NULL, BOTH, CS_TEXT_CHOICE_END, "The prompt at the end of a menu."),
    TEXT("choice_more", NULL, CS_FROM_FILE, CS_TEXT_CHOICE_MORE,
         "The line of a menu that leads to its next page."),
    TEXT("choice_not_understood", NULL, CS_FROM_FILE, CS_TEXT_CHOICE_NOT_UNDERSTOOD,
         "Stands before a menu that is shown again."),
    TEXT("prompt_totp", NULL, BOTH, CS_TEXT_TOTP, "The line of a menu for an authenticator app."),
    TEXT("prompt_sms", NULL, BOTH, CS_TEXT_SMS, "The line of a menu for a text message."),
    TEXT("prompt_email", NULL, BOTH, CS_TEXT_EMAIL, "The line of a menu for an email."),
    TEXT("prompt_voice", NULL, BOTH, CS_TEXT_VOICE, "The line of a menu for a phone call."),
    TEXT("prompt_trans_sms", NULL, BOTH, CS_TEXT_TRANS_SMS,
         "The line of a menu for a text message to a number of the directory."),
    TEXT("prompt_trans_email", NULL, BOTH, CS_TEXT_TRANS_EMAIL,
         "The line of a menu for an email to an address of the directory."),
    TEXT("prompt_device_presence", NULL, BOTH, CS_TEXT_DEVICE_PRESENCE,
         "The line of a menu for an approval on a device."),
    TEXT("prompt_device_biometric", "prompt_device_biomertic", BOTH, CS_TEXT_DEVICE_BIOMETRIC,
         "The line of a menu for an approval by fingerprint or face."),
    TEXT("sent_sms", NULL, CS_FROM_FILE, CS_TEXT_SENT_SMS, "Says that a text message was sent."),
    TEXT("sent_email", NULL, CS_FROM_FILE, CS_TEXT_SENT_EMAIL, "Says that an email was sent."),
    TEXT("sent_voice", NULL, CS_FROM_FILE, CS_TEXT_SENT_VOICE, "Says that a call is made."),
    TEXT("consent_sms", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_SMS,
         "The prompt before a text message is sent without a proven first factor."),
    TEXT("consent_email", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_EMAIL,
         "The prompt before an email is sent without a proven first factor."),
    TEXT("consent_voice", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_VOICE,
         "The prompt before a call is made without a proven first factor."),
    TEXT("consent_device", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_DEVICE,
         "The prompt before a request is sent to a device without a proven first factor."),
    TEXT("device_prompt", NULL, BOTH, CS_TEXT_DEVICE_PROMPT,
         "Says that a request waits for approval on a device."),
    TEXT("device_number", NULL, CS_FROM_FILE, CS_TEXT_DEVICE_NUMBER,
         "Says which number to choose on the device."),
    TEXT("wait_enter", NULL, CS_FROM_FILE, CS_TEXT_WAIT_ENTER,
         "The prompt that asks for Enter after the approval."),
    TEXT("wait_countdown", NULL, CS_FROM_FILE, CS_TEXT_WAIT_COUNTDOWN,
         "Says how many seconds are left for the approval."),
    TEXT("wait_not_yet", NULL, CS_FROM_FILE, CS_TEXT_WAIT_NOT_YET,
         "Stands before the prompt when Enter came before the approval."),
    TEXT("wait_denied", NULL, CS_FROM_FILE, CS_TEXT_WAIT_DENIED,
         "Says that the request was refused on the device."),
    TEXT("wait_expired", NULL, CS_FROM_FILE, CS_TEXT_WAIT_EXPIRED,
         "Says that the request was not approved in time."),
    TEXT("verify_message", NULL, BOTH, CS_TEXT_VERIFY_MESSAGE,
         "The question that is shown on the device."),
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
    static const char *const names[] = {"flag", "number",   "choice", "groups",
                                        "text", "language", "path"};

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

const char *cs_option_value(const struct cs_option *option, size_t place)
{
    if (option->type == CS_OPTION_NAME)
        return option->name_of(place);
    /* The last place is always NULL: the end of the list. */
    return place < CS_OPTION_VALUES_MAX ? option->values[place] : NULL;
}

static enum cs_err find_value(const struct cs_option *option, const char *value, size_t *ret_place,
                              struct cs_error *error)
{
    char expected[128] = "";
    size_t used = 0;
    const char *allowed;

    for (size_t i = 0; (allowed = cs_option_value(option, i)) != NULL; i++) {
        if (strcmp(allowed, value) == 0) {
            *ret_place = i;
            return CS_OK;
        }
        if (used < sizeof expected)
            used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "",
                                     allowed);
    }
    return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is not one of: %s", option->name, value,
                   expected);
}

static enum cs_err set_choice(const struct cs_option *option, const char *value, void *member,
                              struct cs_error *error)
{
    size_t place = 0;
    enum cs_err result = find_value(option, value, &place, error);

    if (result == CS_OK)
        *(unsigned *)member = (unsigned)place;
    return result;
}

/* The registry's own text is kept: it outlives the setting. */
static enum cs_err set_name(const struct cs_option *option, const char *value, void *member,
                            struct cs_error *error)
{
    size_t place = 0;
    enum cs_err result = find_value(option, value, &place, error);

    if (result == CS_OK)
        *(const char **)member = cs_option_value(option, place);
    return result;
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

static enum cs_err set_language(const struct cs_option *option, const char *value, void *member,
                                struct cs_error *error)
{
    char parsed[CS_LANGUAGE_SIZE];

    if (!cs_language_parse(value, parsed))
        return cs_fail(error, CS_ERR_CONFIG, "%s: '%s' is no language such as fr or pt_BR",
                       option->name, value);
    *(const char **)member = value;
    return CS_OK;
}

/* One text for every language. */
static enum cs_err set_text(const struct cs_option *option, const char *value,
                            struct cs_options *options, struct cs_error *error)
{
    enum cs_text key = (enum cs_text)option->offset;
    struct cs_error inner = {0};

    if (cs_template_check(key, value, &inner) != CS_OK)
        return cs_fail(error, CS_ERR_CONFIG, "%s: %s", option->name, inner.text);
    options->line_texts[key] = (struct cs_text_variant){.text = (char *)(uintptr_t)value};
    options->texts[key] = (struct cs_text_setting){&options->line_texts[key], 1};
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
        [CS_OPTION_CHOICE] = set_choice, [CS_OPTION_NAME] = set_name,
        [CS_OPTION_GROUPS] = set_groups, [CS_OPTION_LANG] = set_language,
        [CS_OPTION_PATH] = set_path,
    };
    union {
        bool flag;
        unsigned number;
        const char *text;
    } unused; /* the module's own options are checked here and stored nowhere */
    void *member = option->type == CS_OPTION_TEXT || option->offset == CS_NOT_STORED
                       ? (void *)&unused
                       : (void *)((char *)options + option->offset);

    if (option->type == CS_OPTION_TEXT)
        return set_text(option, value, options, error);
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

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...) CS_PRINTF(2, 3);

static enum cs_err warn(struct cs_strlist *warnings, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return cs_strlist_add(warnings, text, strlen(text));
}

static enum cs_err take_argument(const char *argument, struct cs_options *options,
                                 struct cs_strlist *warnings, struct cs_error *error)
{
    size_t length = strcspn(argument, "=");
    const struct cs_option *option = cs_option_find(argument, length);
    const char *value = argument[length] == '=' ? argument + length + 1 : "";
    struct cs_error inner = {0};
    enum cs_err result;

    if (option == NULL)
        return warn(warnings, "unknown argument '%.*s' is ignored; see 'countersign options'",
                    (int)length, argument);
    if ((option->where & CS_FROM_PAM) == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: belongs into the configuration file, not on the PAM line",
                       option->name);
    result = cs_option_set(option, value, options, error);
    if (result == CS_OK && option->type == CS_OPTION_TEXT &&
        cs_template_check_letters((enum cs_text)option->offset, value, &inner) != CS_OK)
        result = warn(warnings, "%s: %s; it is shown as it is", option->name, inner.text);
    return result;
}

enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_warnings,
                                      struct cs_error *error)
{
    for (size_t i = 0; i < arguments->count; i++) {
        enum cs_err result = take_argument(arguments->items[i], options, ret_warnings, error);

        if (result != CS_OK)
            return result == CS_ERR_NOMEM ? cs_fail_nomem(error) : result;
    }
    return CS_OK;
}
