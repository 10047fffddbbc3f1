/* SPDX-License-Identifier: Apache-2.0 */
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
#include "conversation/phrasebook.h"
#include "mapping/map.h"
#include "methods/method.h"
#include "providers/provider.h"

enum cs_conversation { CS_CONVERSATION_AUTO, CS_CONVERSATION_FOLD, CS_CONVERSATION_LIVE };
enum cs_push_wait { CS_PUSH_AUTO, CS_PUSH_LIVE, CS_PUSH_ENTER, CS_PUSH_SILENT };
/* Which defaults are in force. */
enum cs_profile {
    CS_PROFILE_OWN,
    CS_PROFILE_IBM, /* chosen by loading a file of IBM's gateway */
};

enum cs_exempt_result { CS_EXEMPT_SUCCESS, CS_EXEMPT_IGNORE };

/* The settings of one login. Strings are borrowed from the table, the configuration or the request.
 */
struct cs_options {
    unsigned profile; /* enum cs_profile */
    const char *auth_method;
    const char *provider;
    const char *exempt_group; /* comma-separated; NULL: none */
    const char *two_factor_group;
    const char *lang;         /* NULL: the user's own choice */
    const char *default_lang; /* NULL: English */
    const char *store, *key_file;
    unsigned exempt_result; /* enum cs_exempt_result */
    unsigned conversation;  /* enum cs_conversation */
    unsigned push_wait;     /* enum cs_push_wait */
    unsigned login_timeout; /* seconds */
    unsigned totp_window, totp_drift;
    unsigned max_logins, max_unprivileged;
    bool stack_first_factor;
    bool failmode_insecure;
    bool autopush;
    bool debug;
    bool nowarn;
    bool throttle;
    bool allow_unprivileged;
    bool ascii_prompts;
    bool mask_addresses;
    const char *user_env; /* variable that gets the provider's record of the user; NULL: none */
    const char *u2f_app_id, *u2f_origins; /* NULL: pam://HOST */
    const char *issuer, *label;           /* of an entry in an authenticator app; with %U and %H */
    struct cs_method_options method;
    struct cs_mapping mapping;
    struct cs_lookup lookup;
    struct cs_text_setting texts[CS_TEXTS];
    struct cs_text_variant line_texts[CS_TEXTS]; /* where texts[] points for a PAM line */
};

enum cs_option_type {
    CS_OPTION_FLAG,             /* bool */
    CS_OPTION_NUMBER,           /* unsigned, between min and max */
    CS_OPTION_CHOICE,           /* unsigned: the place in `values` */
    CS_OPTION_NAME,             /* const char *: a name of the registry behind `name_of` */
    CS_OPTION_GROUPS,           /* const char *: names, comma-separated */
    CS_OPTION_TEXT,             /* a template; `offset` is its enum cs_text */
    CS_OPTION_LANG,             /* const char *: a language such as fr or pt_BR */
    CS_OPTION_PATH,             /* const char *: absolute */
    CS_OPTION_STRING,           /* const char *: clean text, not empty */
    CS_OPTION_NAME_OF_VARIABLE, /* const char *: letters, digits, underscores */
    CS_OPTION_APP_ID,           /* const char *: as cs_u2f_app_hash takes it */
    CS_OPTION_ORIGINS,          /* const char *: as cs_u2f_read_origins takes it */
};

enum cs_option_scope {
    CS_SCOPE_LOGIN,  /* one login; may differ between services */
    CS_SCOPE_MODULE, /* read by the PAM module itself, before there is a broker */
    CS_SCOPE_BROKER, /* the whole broker, from its start on */
    CS_SCOPE_TOOL,   /* the command-line tool alone */
};

enum { CS_FROM_PAM = 1, CS_FROM_FILE = 2, CS_OPTION_VALUES_MAX = 5, CS_NOT_STORED = -1 };

struct cs_option {
    const char *name;
    const char *alias; /* or NULL */
    enum cs_option_type type;
    enum cs_option_scope scope;
    unsigned where;       /* CS_FROM_... */
    long offset;          /* in struct cs_options, or CS_NOT_STORED for the module's own */
    const char *fallback; /* default, in the form it is written; NULL: none */
    const char *ibm;      /* the default in profile ibm; NULL: the same */
    const char *inverse;  /* a name that says the opposite of a flag, or NULL */
    const char *values[CS_OPTION_VALUES_MAX];
    unsigned min, max;
    const char *help;
    const char *(*name_of)(size_t row);           /* of CS_OPTION_NAME; NULL behind the last */
    const char *(*other_name)(const char *value); /* the name that a further spelling means */
};

extern const struct cs_option cs_option_rows[];
extern const size_t cs_option_rows_count;

/* By name or alias; hyphens and underscores are the same. *ret_inverted (may be NULL): the name
 * says the opposite. NULL: there is no such option. */
const struct cs_option *cs_option_find(const char *name, size_t length, bool *ret_inverted);

/* The allowed value in that place, of choices and names; NULL behind the last. */
const char *cs_option_value(const struct cs_option *option, size_t place);

const char *cs_option_type_name(enum cs_option_type type);
const char *cs_option_scope_name(enum cs_option_scope scope);

/* Sets every option to its default. The texts of profile ibm point into the struct: where it is
 * copied they go on pointing into the one that was set, which must outlive the copy. */
void cs_options_defaults(enum cs_profile profile, struct cs_options *ret_options);

/* Sets one option from its written form; `value` is borrowed. The error says what was expected. */
enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error) CS_MUST_USE;

/*
 * Reads the arguments of a PAM line. An unknown name, or a substitution that does not apply to a
 * text, becomes a sentence in `ret_warnings` and is no error: a typo must not lock people out, but
 * is reported (`ret_warnings` may be NULL: they are dropped). A bad value, or an option that
 * belongs into the file, is CS_ERR_CONFIG. The texts in `options` point into it: do not copy the
 * struct.
 */
enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_warnings,
                                      struct cs_error *error) CS_MUST_USE;

/* The last value that a PAM line gives that option, or NULL; for those that are not stored. */
const char *cs_options_line_value(const struct cs_strlist *arguments, const char *name);

#endif
