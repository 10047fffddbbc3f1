/* SPDX-License-Identifier: Apache-2.0 */
/* Options: every setting of a login. The login's own are rows over struct cs_options, those of the
 * providers rows over their own structs (providers/kind.h). The parser, the configuration file,
 * `countersign options`, the manual and the test that flips each option all walk the same rows. */
#ifndef CS_LOGIN_OPTIONS_H
#define CS_LOGIN_OPTIONS_H

#include "base/strlist.h"
#include "conversation/phrasebook.h"
#include "mapping/map.h"
#include "methods/method.h"
#include "providers/kind.h"

enum cs_conversation { CS_CONVERSATION_AUTO, CS_CONVERSATION_FOLD, CS_CONVERSATION_LIVE };
enum cs_push_wait { CS_PUSH_AUTO, CS_PUSH_LIVE, CS_PUSH_ENTER, CS_PUSH_SILENT };
enum cs_exempt_result { CS_EXEMPT_SUCCESS, CS_EXEMPT_IGNORE };
enum cs_missing_result { CS_MISSING_SUCCESS, CS_MISSING_IGNORE };

/* How people hear of changes to their factors; texts as net/mail.h and net/mail_address.h have
 * them. */
struct cs_mail_settings {
    const char *server; /* NULL: nobody is told */
    const char *from, *to;
    const char *ca_file; /* NULL: the system's */
    bool starttls;
};

/* The settings of one login. Strings are borrowed from table, configuration or request. */
struct cs_options {
    unsigned profile; /* enum cs_profile */
    const char *auth_method;
    const char *provider;
    const char *exempt_group; /* comma-separated; NULL: none */
    const char *two_factor_group;
    const char *lang;           /* NULL: the user's own choice */
    const char *default_lang;   /* NULL: English */
    unsigned exempt_result;     /* enum cs_exempt_result */
    unsigned missing_result;    /* enum cs_missing_result */
    const char *enrol_by;       /* YYYY-MM-DD; NULL: none */
    const char *enrol_by_group; /* comma-separated; NULL: everybody */
    unsigned conversation;      /* enum cs_conversation */
    unsigned push_wait;         /* enum cs_push_wait */
    unsigned login_timeout;     /* seconds */
    unsigned lookup_timeout;    /* seconds */
    unsigned audit;             /* enum cs_audit_form */
    unsigned max_logins, max_unprivileged;
    const char *self_enrol_group; /* comma-separated; NULL: everybody */
    const char *self_enrol_until; /* the last day, "2027-01-31"; NULL: no end */
    const char *offline_users;    /* comma-separated; NULL: none */
    bool stack_first_factor;
    bool failmode_insecure;
    bool autopush;
    bool hide_instructions;
    bool debug;
    bool nowarn;
    bool allow_unprivileged;
    bool self_service;
    const char *self_service_group; /* comma-separated; NULL: everybody */
    const char *service_accounts;   /* comma-separated; NULL: none */
    bool ascii_prompts;
    bool mask_addresses;
    const char *metrics;        /* path of a socket; NULL: none */
    const char *user_env;       /* variable to hold the provider's record of the user; NULL: none */
    const char *issuer, *label; /* name of an entry in an authenticator app; with %U and %H */
    struct cs_mail_settings mail;
    struct cs_method_options method;
    struct cs_mapping mapping;
    struct cs_text_setting texts[CS_TEXTS];
    struct cs_text_variant line_texts[CS_TEXTS]; /* where the texts[] of a PAM line point */
    unsigned sections;                           /* kinds of providers in the file: 1 << row */
    union cs_provider_settings providers[CS_PROVIDER_KINDS_MAX]; /* by row in the registry */
};

/* One row, and whose it is. */
struct cs_option {
    const struct cs_setting *row;
    const struct cs_provider_kind *kind; /* NULL: the login's own */
    size_t kind_row;                     /* the kind's row in the registry */
};

extern const struct cs_setting cs_option_rows[], cs_account_rows[], cs_record_rows[],
    cs_mail_rows[], cs_tool_rows[], cs_text_rows[]; /* the login's own */

/* All rows, the login's own first, then those of the providers; false after the last. */
bool cs_option_at(size_t place, struct cs_option *ret_option);

/* Finds an option of the PAM line or of the file's top level by name or alias; hyphens and
 * underscores are the same. *ret_inverted (may be NULL): the name says the opposite. False: there
 * is no such option. */
bool cs_option_find(const char *name, size_t length, struct cs_option *ret_option,
                    bool *ret_inverted);

/* Finds a member of that provider's section that is allowed in one of the places `where`
 * (CS_FROM_...). */
bool cs_option_find_in(size_t kind_row, unsigned where, const char *name,
                       struct cs_option *ret_option);

/* Sets every option to its default. The texts of profile ibm point into the struct. If it is
 * copied, the copy still points into the original, which must outlive it. */
void cs_options_defaults(enum cs_profile profile, struct cs_options *ret_options);

/* Sets one option from its written form; `value` is borrowed. Like cs_setting_set. */
enum cs_err cs_option_set(const struct cs_option *option, const char *value,
                          struct cs_options *options, struct cs_error *error) CS_MUST_USE;

/* Reads the arguments of a PAM line. An unknown name, or a substitution that does not apply to a
 * text, becomes a sentence in `ret_warnings` (NULL: dropped) and is no error: a typo is reported
 * but must not lock people out. A bad value, or an option that belongs in the file, is
 * CS_ERR_CONFIG. The texts in `options` point into it: do not copy the struct. */
enum cs_err cs_options_from_arguments(const struct cs_strlist *arguments,
                                      struct cs_options *options, struct cs_strlist *ret_warnings,
                                      struct cs_error *error) CS_MUST_USE;

/* The last value that a PAM line gives that option, or NULL; for options that are not stored. */
const char *cs_options_line_value(const struct cs_strlist *arguments, const char *name);

/* The option that a misspelt name probably means, or NULL. */
const char *cs_options_suggest(const char *name, size_t length);

/* ---- the provider ---- */

/* The settings of the kind in that row of the registry, in its own struct. */
const void *cs_options_provider(const struct cs_options *options, size_t kind_row);

/* The settings of the kind that the login uses: the `settings` of struct cs_call. */
const void *cs_options_chosen_provider(const struct cs_options *options);

/* A provider's text setting, by the names of both; NULL if it is not set. */
const char *cs_options_provider_text(const struct cs_options *options, const char *kind,
                                     const char *name);

/* What one_answer makes of the other options; nothing if it is not set. CS_ERR_CONFIG if the plan
 * asks for more than one line. */
enum cs_err cs_options_expect_one_answer(struct cs_options *options,
                                         struct cs_error *error) CS_MUST_USE;

/* enrol_by is stricter than accept_on_missing_auth_method, which would let in without an end:
 * beside it the latter counts as not set. */
void cs_options_prefer_enrol_by(struct cs_options *options);

/* CS_ERR_CONFIG if everybody could enrol at a login for ever. */
enum cs_err cs_options_check_self_enrol(const struct cs_options *options,
                                        struct cs_error *error) CS_MUST_USE;

/* Whether the provider of the options can be opened, as far as its settings show; CS_ERR_CONFIG if
 * not. Sets *ret_row to its row in the registry. */
enum cs_err cs_options_check_provider(const struct cs_options *options, size_t *ret_row,
                                      struct cs_error *error) CS_MUST_USE;

/* Loads the libraries of the provider of the options, and of those that have a section. */
enum cs_err cs_options_load_libraries(const struct cs_options *options,
                                      struct cs_error *error) CS_MUST_USE;

#endif
