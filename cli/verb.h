/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the tool. A verb's row says everything about its use: the parser, --help, the
 * messages about wrong use and the manual page are generated from it. */
#ifndef CS_CLI_VERB_H
#define CS_CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/attributes.h"

struct cs_cli;
struct cs_verb;

enum { CS_VERB_OPTIONS_MAX = 12, CS_VERB_FORMS_MAX = 3, CS_VERB_OPERANDS_MAX = 2 };

/* What was typed after a verb's name. All texts are those of argv. */
struct cs_words {
    const struct cs_verb *verb;
    /* In the order of the verb's rows: the value, "" for an option without one; NULL: not given. */
    const char *options[CS_VERB_OPTIONS_MAX];
    const char *operands[CS_VERB_OPERANDS_MAX];
    size_t operand_count;
    char **arguments; /* a PAM line's arguments, after "--"; files */
    int argument_count;
    bool help; /* --help or -h: nothing else matters */
};

/* Returns an exit status. */
typedef int cs_verb_run(struct cs_cli *cli, const struct cs_words *words);

struct cs_verb_option {
    const char *name;     /* without the dashes */
    const char *argument; /* the name of its value in the usage; NULL: it takes none */
    const char *help;     /* a sentence */
};

enum cs_verb_flag {
    CS_VERB_ARGUMENTS = 1, /* a PAM line's arguments may follow "--" */
    CS_VERB_JSON = 2,      /* has output that a program would read */
    CS_VERB_ANYBODY = 4,   /* anybody may run it, not only root */
    CS_VERB_STORE = 8,     /* works on the local provider's store */
    CS_VERB_USER = 16,     /* its first operand, if any, is a user whose account is looked up */
    CS_VERB_USERS = 32,    /* reads a file of users and looks up their accounts */
    CS_VERB_ACT = 64,      /* changes something: the log gets a record of it */
    CS_VERB_FILES = 128,   /* its operands are files, any number of them */
};

struct cs_verb {
    const char *name;                     /* one word, or two such as "enroll totp" */
    const char *summary;                  /* a sentence */
    const char *forms[CS_VERB_FORMS_MAX]; /* what may follow the name */
    const struct cs_verb_option
        *options; /* CS_VERB_OPTIONS_MAX, the unused last ones empty; or NULL */
    struct {
        size_t least, most;
    } operands;
    unsigned flags;   /* enum cs_verb_flag */
    cs_verb_run *run; /* NULL: the program itself, whose own words end at the verb */
};

/* In the order of the help; verbs that begin with the same word are adjacent. */
extern const struct cs_verb cs_verbs[];
extern const size_t cs_verbs_count;

/* The parts of the rows: each in the file of its verb. */
cs_verb_run cs_cmd_after_restore;
cs_verb_run cs_cmd_backup;
cs_verb_run cs_cmd_check;
cs_verb_run cs_cmd_doctor;
cs_verb_run cs_cmd_enroll;
cs_verb_run cs_cmd_enroll_hotp;
cs_verb_run cs_cmd_enroll_totp;
cs_verb_run cs_cmd_enroll_u2f;
cs_verb_run cs_cmd_explain;
cs_verb_run cs_cmd_explain_reason;
cs_verb_run cs_cmd_forget;
cs_verb_run cs_cmd_host_check;
cs_verb_run cs_cmd_host_enroll;
cs_verb_run cs_cmd_import_google_authenticator;
cs_verb_run cs_cmd_import_oath;
cs_verb_run cs_cmd_import_otpauth;
cs_verb_run cs_cmd_import_pam_u2f;
cs_verb_run cs_cmd_import_pskc;
cs_verb_run cs_cmd_init;
cs_verb_run cs_cmd_lang;
cs_verb_run cs_cmd_list;
cs_verb_run cs_cmd_map;
cs_verb_run cs_cmd_options;
cs_verb_run cs_cmd_passwd;
cs_verb_run cs_cmd_prompts;
cs_verb_run cs_cmd_recovery;
cs_verb_run cs_cmd_rekey;
cs_verb_run cs_cmd_remove;
cs_verb_run cs_cmd_rename;
cs_verb_run cs_cmd_report;
cs_verb_run cs_cmd_restore;
cs_verb_run cs_cmd_resume;
cs_verb_run cs_cmd_self_add;
cs_verb_run cs_cmd_self_lang;
cs_verb_run cs_cmd_self_list;
cs_verb_run cs_cmd_self_recovery;
cs_verb_run cs_cmd_self_replace;
cs_verb_run cs_cmd_suspend;
cs_verb_run cs_cmd_ticket;
cs_verb_run cs_cmd_try;
cs_verb_run cs_cmd_uninstall_check;
cs_verb_run cs_cmd_unlock;
extern const struct cs_verb_option cs_options_after_restore[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_check[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_doctor[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_enroll[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_enroll_hotp[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_enroll_totp[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_enroll_u2f[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_explain[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_host_enroll[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_import_google_authenticator[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_import_oath[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_import_otpauth[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_import_pam_u2f[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_import_pskc[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_init[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_map[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_passwd[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_prompts[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_report[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_restore[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_ticket[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_self_add[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_self_replace[CS_VERB_OPTIONS_MAX];
extern const struct cs_verb_option cs_options_try[CS_VERB_OPTIONS_MAX];

/* How many options the row has: they come first. */
size_t cs_verb_count_options(const struct cs_verb *verb);

/* Reads the words after argv[0]. Returns CS_EXIT_OK, or CS_EXIT_USAGE after complaining. */
int cs_words_read(const struct cs_verb *verb, int argc, char **argv, struct cs_words *ret_words);

/* Prints "countersign: WHAT; usage: countersign VERB ..." and returns CS_EXIT_USAGE. */
int cs_misuse(const struct cs_verb *verb, const char *format, ...) CS_PRINTF(2, 3);

/* The same for `count` verbs that begin with the same word. */
int cs_misuse_of(const struct cs_verb *verbs, size_t count, const char *format, ...)
    CS_PRINTF(3, 4);

/* Prints in detail how to use `count` verbs. Returns an exit status, like those below. */
int cs_help_of(const struct cs_verb *verbs, size_t count);

/* Prints how to use the program, and one line for each verb. */
int cs_help(const struct cs_verb *program, FILE *out);

/* The same for programs: the rows of the program and of all verbs. */
int cs_help_json(const struct cs_verb *program);

#endif
