/*
 * The option table: every setting there is, once. The parser, the configuration file, `countersign
 * options`, the man page and the test that flips each option walk the same rows.
 */
#ifndef CS_LOGIN_OPTIONS_H
#define CS_LOGIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strlist.h"

enum cs_conversation { CS_CONVERSATION_FOLD, CS_CONVERSATION_LIVE };
enum cs_exempt_result { CS_EXEMPT_SUCCESS, CS_EXEMPT_IGNORE };

/* The settings of one login. Strings are borrowed from the table, the configuration or the request.
 */
struct cs_options {
    const char *auth_method;
    const char *provider;
    const char *exempt_group; /* comma-separated; NULL: none */
    const char *two_factor_group;
    const char *otp_prompt; /* NULL: the built-in text */
    const char *store, *key_file;
    unsigned exempt_result; /* enum cs_exempt_result */
    unsigned conversation;  /* enum cs_conversation */
    unsigned retry;         /* further tries after the first */
    unsigned login_timeout; /* seconds */
    unsigned totp_window, totp_drift;
    unsigned max_logins, max_unprivileged;
    bool accept_on_missing_auth_method;
    bool stack_first_factor;
    bool otp_echo;
    bool debug;
    bool throttle;
    bool allow_unprivileged;
};

enum cs_option_type {
    CS_OPTION_FLAG,   /* bool */
    CS_OPTION_NUMBER, /* unsigned, between min and max */
    CS_OPTION_CHOICE, /* unsigned, or const char * (is_text_choice): one of `values` */
    CS_OPTION_GROUPS, /* const char *: names, comma-separated */
    CS_OPTION_TEXT,   /* const char *: a template */
    CS_OPTION_PATH,   /* const char *: absolute */
};

enum cs_option_scope {
    CS_SCOPE_LOGIN,  /* one login; may differ between services */
    CS_SCOPE_MODULE, /* read by the PAM module itself, before there is a broker */
    CS_SCOPE_BROKER, /* the whole broker, from its start on */
};

enum { CS_FROM_PAM = 1, CS_FROM_FILE = 2, CS_OPTION_VALUES_MAX = 4, CS_NOT_STORED = -1 };

struct cs_option {
    const char *name;
    const char *alias; /* or NULL */
    enum cs_option_type type;
    enum cs_option_scope scope;
    unsigned where;       /* CS_FROM_... */
    long offset;          /* in struct cs_options, or CS_NOT_STORED for the module's own */
    const char *fallback; /* default, in the form it is written; NULL: none */
    const char *values[CS_OPTION_VALUES_MAX];
    unsigned min, max;
    const char *help;
};

const struct cs_option *cs_option_table(size_t *ret_count);

/* By name or alias; hyphens and underscores are the same. NULL: there is no such option. */
const struct cs_option *cs_option_find(const char *name, size_t length);

const char *cs_option_type_name(enum cs_option_type type);
const char *cs_option_scope_name(enum cs_option_scope scope);

/* Sets every option to its default. */
void cs_options_defaults(struct cs_options *ret_options);

/* Sets one option from its written form; `value` is borrowed. The error says what was expected. */
enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error) CS_MUST_USE;

/*
 * Reads the arguments of a PAM line. An unknown name is added to `unknown` and is no error: a typo
 * must not lock people out, but is reported. A bad value, or an option that belongs into the file,
 * is CS_ERR_CONFIG.
 */
enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_unknown,
                                      struct cs_error *error) CS_MUST_USE;

#endif
