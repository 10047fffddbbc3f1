/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of the command-line tool share. */
#ifndef CS_CLI_CLI_H
#define CS_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "login/config.h"
#include "providers/local/enrol.h"
#include "store/factor.h"
#include "store/store.h"
#include "json/write.h"

enum cs_exit {
    CS_EXIT_OK = 0,
    CS_EXIT_FAILED = 1, /* also: the login was not allowed, the check found something */
    CS_EXIT_USAGE = 2,
};

struct cs_cli {
    const char *config_path;
    const char *socket_path;
    bool json;
    /* What to do when the output of a verb that did its work cannot be written (cs_will_show). */
    struct cs_error unseen;
};

/* One verb: argv[0] is its name. Returns an exit status. */
typedef int cs_verb(struct cs_cli *cli, int argc, char **argv);

cs_verb cs_cmd_after_restore, cs_cmd_check, cs_cmd_enroll, cs_cmd_import, cs_cmd_init, cs_cmd_lang,
    cs_cmd_list, cs_cmd_options, cs_cmd_map, cs_cmd_passwd, cs_cmd_prompts, cs_cmd_recovery,
    cs_cmd_rekey, cs_cmd_remove, cs_cmd_try, cs_cmd_unlock;

/* Prints "countersign: TEXT" and returns CS_EXIT_FAILED or CS_EXIT_USAGE. */
int cs_complain(const struct cs_error *error);
int cs_usage_error(const char *format, ...) CS_PRINTF(1, 2);

/* For a '?' of getopt_long, which says nothing itself (opterr). `usage` begins with the verb.
 * Returns CS_EXIT_USAGE. */
int cs_option_error(char **argv, const char *usage);

/* The one argument USER, or NULL after complaining. */
const char *cs_one_user(int argc, char **argv);

/* RFC 3339, in UTC; "" for a time without a year. */
enum { CS_TIME_SIZE = 32 };
void cs_format_time(int64_t seconds, char ret_text[CS_TIME_SIZE]);

/* An account may come later, from a directory say; a name that was mistyped never does. */
void cs_warn_if_unknown(const char *user);

/*
 * Reads the configuration as root, becomes the account countersign, and opens the store. After it
 * the process is no longer root.
 */
enum cs_err cs_cli_open_store(const struct cs_cli *cli, struct cs_store **ret_store,
                              struct cs_error *error) CS_MUST_USE;

/*
 * What a verb does in the store, in one transaction, which is committed when it returns CS_OK. All
 * logins wait for its end: so it prints nothing and asks nothing, because a pager that waits or a
 * terminal that is stopped would hold up every login on this machine. What there is to say goes
 * into `context` and is said afterwards.
 */
typedef enum cs_err cs_cli_work(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error);

/* The only two places in which the tool begins a transaction: in a store that is open, and in one
 * that is opened by cs_cli_open_store and closed again. */
enum cs_err cs_cli_transact(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;
/* The same work, undone again whatever it returns: shows what would be refused. */
enum cs_err cs_cli_rehearse(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;
enum cs_err cs_cli_in_store(const struct cs_cli *cli, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;

/* The name of this host, as it was written: `nodename`. */
enum cs_err cs_cli_host(struct utsname *ret_host, struct cs_error *error) CS_MUST_USE;

/* How answers are judged on this host, whose name `name` then holds: the result borrows from both.
 */
enum cs_err cs_cli_judging(const struct cs_options *options, char name[CS_PROVIDER_NAME_SIZE],
                           struct cs_judging *ret_judging, struct cs_error *error) CS_MUST_USE;

/* The paths of store and key. The strings live in *ret_config. */
enum cs_err cs_cli_options(const struct cs_cli *cli, struct cs_config **ret_config,
                           struct cs_options *ret_options, struct cs_error *error) CS_MUST_USE;

/* A login's settings as a PAM line would have them. */
struct cs_cli_line {
    struct cs_strlist arguments; /* of the module */
    struct cs_config *config;
    struct cs_options options; /* do not copy the struct */
    struct cs_strlist warnings;
    const char *path; /* the file that was read; borrowed */
    bool ibm;         /* it is of IBM's gateway, named or the only one there is */
};

/* `ibm_path` (NULL: none) takes the place of ibm_auth_config. What was found stays in `line` also
 * after an error; release it with cs_cli_line_clear. */
enum cs_err cs_cli_line_read(const struct cs_cli *cli, const char *ibm_path, const char *service,
                             int count, char **arguments, struct cs_cli_line *line,
                             struct cs_error *error) CS_MUST_USE;
void cs_cli_line_clear(struct cs_cli_line *line);

/* Prints what is neither right nor wrong, in `check`; with a writer as an object whose key for it
 * is `key`. */
void cs_print_note(struct cs_json_writer *writer, const char *what, const char *key,
                   const char *text);

/* Prints where the settings still act otherwise than IBM's gateway does. */
void cs_print_ibm_differences(const struct cs_cli_line *line, struct cs_json_writer *writer);

/* Prints the text of a writer and releases it; an exit status. */
int cs_print_json(struct cs_json_writer **writer, enum cs_json_layout layout);

/* One line of standard input that is all there is: where it is no terminal it is read to its end,
 * and anything but white space behind the line is CS_ERR_INPUT. */
enum cs_err cs_cli_one_line(struct cs_secret *ret_line, struct cs_error *error) CS_MUST_USE;

/* The second half of it, after lines that were read one by one. */
enum cs_err cs_cli_input_ends(struct cs_error *error) CS_MUST_USE;

/* How entries in authenticator apps are called: templates with %U and %H. */
struct cs_app_names {
    const char *issuer, *label; /* borrowed */
    struct utsname host;
};

/* Of the options; `issuer` takes the place of theirs unless it is NULL. */
enum cs_err cs_app_names_read(const struct cs_options *options, const char *issuer,
                              struct cs_app_names *ret_names, struct cs_error *error) CS_MUST_USE;

/* The otpauth URI; a label of the factor's own takes the place of that of the options. */
enum cs_err cs_app_uri(const struct cs_app_names *names, const struct cs_enrolment *enrolment,
                       struct cs_secret *ret_uri, struct cs_error *error) CS_MUST_USE;

/* Adds the keys of an enrolment, or of fresh recovery codes, to the open object. */
enum cs_err cs_write_enrolment(struct cs_json_writer *writer, const struct cs_app_names *names,
                               const struct cs_enrolment *enrolment,
                               struct cs_error *error) CS_MUST_USE;
void cs_write_codes(struct cs_json_writer *writer, const struct cs_enrolment *enrolment);
void cs_print_codes(const struct cs_enrolment *enrolment);

/*
 * Before something is stored that is shown only once. Fails where standard output is closed; a
 * reader that goes away no longer ends the program. The text says what has happened, and what to
 * do, if it can then not be shown after all.
 */
enum cs_err cs_will_show(struct cs_cli *cli, struct cs_error *error, const char *format, ...)
    CS_PRINTF(3, 4);

/* Adds the key "password" to the open object: when it was set, or null without one (NULL). */
void cs_write_password(struct cs_json_writer *writer, const int64_t *changed);

/* `enroll totp --batch FILE`, after the options were read. */
int cs_enroll_batch(struct cs_cli *cli, const struct cs_app_names *names, const char *path);

/* `enroll u2f`, with its arguments as cs_cmd_enroll got them: that word is the first of them. */
#define CS_USAGE_ENROLL_KEY                                                                        \
    "enroll u2f USER [--label TEXT] [--app-id ID] [--origin LIST] [--request | --response]"
int cs_enroll_key(struct cs_cli *cli, int argc, char **argv);

/* Draws a QR code on standard output; false when the text does not fit or memory ran out. */
bool cs_print_qr(const char *text);

#endif
