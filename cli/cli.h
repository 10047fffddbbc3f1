/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the verbs of the command-line tool. */
#ifndef CS_CLI_CLI_H
#define CS_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/reason.h"
#include "base/time_text.h"
#include "cli/account.h"
#include "cli/act.h"
#include "cli/pam_line.h"
#include "login/config.h"
#include "providers/local/enrol.h"
#include "providers/local/key_names.h"
#include "providers/local/local.h"
#include "store/factor.h"
#include "store/store.h"
#include "json/write.h"

enum cs_exit {
    CS_EXIT_OK = 0,
    CS_EXIT_FAILED = 1, /* also: the login was refused, the check found something */
    CS_EXIT_USAGE = 2,
};

struct cs_cli {
    const char *config_path;
    const char *socket_path;
    bool json;
    bool no_account;               /* use users' names as they are */
    struct cs_cli_act *act;        /* what the verb does, for the log */
    struct cs_cli_account account; /* for CS_VERB_USER: what its operand became */
    /* What the user should do if a verb did its work but its output cannot be written
     * (cs_will_show). */
    struct cs_error unseen;
};

/* ---- messages: report.c ---- */

/* Prints "countersign: TEXT" and returns CS_EXIT_FAILED or CS_EXIT_USAGE. */
int cs_complain(const struct cs_error *error);
int cs_usage_error(const char *format, ...) CS_PRINTF(1, 2);

/* Prints "countersign: TEXT" on standard error, unless the text is empty. */
void cs_remark(const char *text);

/* Call it before storing something that is shown only once. Fails if standard output is closed;
 * from then on a reader that goes away does not end the program. The text says what happened, and
 * what to do, if the output cannot be written after all. */
enum cs_err cs_will_show(struct cs_cli *cli, struct cs_error *error, const char *format, ...)
    CS_PRINTF(3, 4);

/* Prints a remark of `check` that is neither a pass nor a failure; with a writer, as an object
 * under `key`. */
void cs_print_note(struct cs_json_writer *writer, const char *what, const char *key,
                   const char *text);

/* Prints a writer's text and releases it; returns an exit status. */
int cs_print_json(struct cs_json_writer **writer, enum cs_json_layout layout);

/* What a verb found or did: for people on standard output (NULL: nothing to say), for programs as
 * keys of the open object (NULL: the verb prints no JSON). */
struct cs_report {
    enum cs_err (*say)(void *context, struct cs_error *error);
    enum cs_err (*write)(struct cs_json_writer *writer, void *context, struct cs_error *error);
};

/* Prints one of the two; returns an exit status. */
int cs_report(const struct cs_cli *cli, const struct cs_report *report, void *context);

/* The rule for a file of users, who are not checked one by one. */
static inline enum cs_cli_account_rule cs_cli_batch_rule(const struct cs_cli *cli)
{
    return cli->no_account ? CS_CLI_ACCOUNT_UNASKED : CS_CLI_ACCOUNT_REQUIRED;
}

/* ---- configuration and store: local_store.c ---- */

/* Prints a note on standard error if logins use another provider than the local one, unless their
 * PAM line says otherwise. Prints nothing if the configuration cannot be read. */
void cs_cli_note_provider(const struct cs_cli *cli);

/* The same if logins look users up in the local store under other names than their accounts'. */
void cs_cli_note_mapping(const struct cs_cli *cli);

/* The settings of the local provider, whichever provider is in use. Borrowed from the options. */
const struct cs_local_settings *cs_cli_local(const struct cs_options *options);

/* The options for every service. The strings live in *ret_config. */
enum cs_err cs_cli_options(const struct cs_cli *cli, struct cs_config **ret_config,
                           struct cs_options *ret_options, struct cs_error *error) CS_MUST_USE;

/* Reads the configuration as root, becomes the account countersign, and opens the store. After that
 * the process is no longer root. */
enum cs_err cs_cli_open_store(const struct cs_cli *cli, struct cs_store **ret_store,
                              struct cs_error *error) CS_MUST_USE;

/* What a verb does in the store, in one transaction, which is committed if it returns CS_OK. All
 * logins wait for its end, so it prints nothing and asks nothing: a waiting pager or a stopped
 * terminal would hold up every login on this machine. It puts its messages into `context`, to be
 * printed afterwards. */
typedef enum cs_err cs_cli_work(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error);

/* In an open store. The verb's act, if one is due, has its record in the same transaction, and then
 * in the log; cs_cli_transact is for what is no act by itself. */
enum cs_err cs_cli_act(const struct cs_cli *cli, struct cs_store *store, cs_cli_work *work,
                       void *context, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_cli_transact(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;
/* The same work, always rolled back: shows what would be refused. */
enum cs_err cs_cli_rehearse(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;
/* cs_cli_act in a store that this opens and closes again. */
enum cs_err cs_cli_in_store(const struct cs_cli *cli, cs_cli_work *work, void *context,
                            struct cs_error *error) CS_MUST_USE;

/* cs_cli_in_store, then the report or the complaint; returns an exit status. */
int cs_cli_do(const struct cs_cli *cli, cs_cli_work *work, const struct cs_report *report,
              void *context);

/* This host's name, as it was written: `nodename`. */
enum cs_err cs_cli_host(struct utsname *ret_host, struct cs_error *error) CS_MUST_USE;

/* The names for security keys on this host, whose own name goes into `host_name`. The result
 * borrows from it and from the options. */
enum cs_err cs_cli_key_names(const struct cs_options *options, char host_name[CS_KEY_HOST_SIZE],
                             struct cs_key_names *ret_names, struct cs_error *error) CS_MUST_USE;

/* ---- parts of single verbs ---- */

/* Prints what causes a reason and what to do, in lines of their own. */
void cs_print_reason(const struct cs_reason_row *row);

/* Prints where these settings still act differently from IBM's gateway. */
void cs_print_ibm_differences(const struct cs_cli_line *line, struct cs_json_writer *writer);

/* Reads the only line of standard input. If that is not a terminal it is read to its end, and
 * anything but white space after the line is CS_ERR_INPUT. */
enum cs_err cs_cli_one_line(struct cs_secret *ret_line, struct cs_error *error) CS_MUST_USE;

/* The second half of that, after lines that were read one by one. */
enum cs_err cs_cli_input_ends(struct cs_error *error) CS_MUST_USE;

/* The names of entries in authenticator apps: templates with %U and %H. */
struct cs_app_names {
    const char *issuer, *label; /* borrowed */
    struct utsname host;
};

/* From the options; `issuer` replaces theirs unless it is NULL. */
enum cs_err cs_app_names_read(const struct cs_options *options, const char *issuer,
                              struct cs_app_names *ret_names, struct cs_error *error) CS_MUST_USE;

/* The otpauth URI, in which the factor's own label replaces that of the options, and the secret in
 * base32. */
enum cs_err cs_enrolment_texts(const struct cs_app_names *names,
                               const struct cs_enrolment *enrolment, struct cs_secret *ret_uri,
                               struct cs_secret *ret_key, struct cs_error *error) CS_MUST_USE;

/* Adds the keys of an enrolment, or of fresh recovery codes, to the open object. */
enum cs_err cs_write_enrolment(struct cs_json_writer *writer, const struct cs_app_names *names,
                               const struct cs_enrolment *enrolment,
                               struct cs_error *error) CS_MUST_USE;
void cs_write_codes(struct cs_json_writer *writer, const struct cs_enrolment *enrolment);
void cs_print_codes(const struct cs_enrolment *enrolment);

/* Adds the key "password" to the open object: when it was set, or null without one (NULL). */
void cs_write_password(struct cs_json_writer *writer, const int64_t *changed);

/* A file of users to enrol. Borrowed texts. */
struct cs_batch_choice {
    const char *path;
    bool add; /* those, too, who have a TOTP factor already */
};

/* Enrols them, all or none, and prints one object a line; returns an exit status. */
int cs_enrol_batch(struct cs_cli *cli, const struct cs_app_names *names,
                   const struct cs_batch_choice *choice);

/* Draws a QR code on standard output; false if the text does not fit or memory ran out. */
bool cs_print_qr(const char *text);

#endif
