/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of the command-line tool share. */
#ifndef CS_CLI_CLI_H
#define CS_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "cli/account.h"
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
    CS_EXIT_FAILED = 1, /* also: the login was not allowed, the check found something */
    CS_EXIT_USAGE = 2,
};

struct cs_cli {
    const char *config_path;
    const char *socket_path;
    bool json;
    bool no_account;               /* names of users are used as they are */
    struct cs_cli_account account; /* of CS_VERB_USER: what its operand became */
    /* What to do when the output of a verb that did its work cannot be written (cs_will_show). */
    struct cs_error unseen;
};

/* ---- what is said: report.c ---- */

/* Prints "countersign: TEXT" and returns CS_EXIT_FAILED or CS_EXIT_USAGE. */
int cs_complain(const struct cs_error *error);
int cs_usage_error(const char *format, ...) CS_PRINTF(1, 2);

/* RFC 3339, in UTC; "" for a time without a year. */
enum { CS_TIME_SIZE = 32 };
void cs_format_time(int64_t seconds, char ret_text[CS_TIME_SIZE]);

/* Prints "countersign: TEXT" on standard error, unless the text is empty. */
void cs_remark(const char *text);

/*
 * Call it before something is stored that is shown only once. Fails where standard output is
 * closed; a reader that goes away no longer ends the program. The text says what has happened, and
 * what to do, if it can then not be shown after all.
 */
enum cs_err cs_will_show(struct cs_cli *cli, struct cs_error *error, const char *format, ...)
    CS_PRINTF(3, 4);

/* Prints what is neither right nor wrong, in `check`; with a writer as an object whose key for it
 * is `key`. */
void cs_print_note(struct cs_json_writer *writer, const char *what, const char *key,
                   const char *text);

/* Prints the text of a writer and releases it; an exit status. */
int cs_print_json(struct cs_json_writer **writer, enum cs_json_layout layout);

/* What a verb found or did, for a person on standard output (NULL: nothing to say), and for a
 * program as keys of the open object (NULL: the verb prints no JSON). */
struct cs_report {
    enum cs_err (*say)(void *context, struct cs_error *error);
    enum cs_err (*write)(struct cs_json_writer *writer, void *context, struct cs_error *error);
};

/* Prints one of the two; an exit status. */
int cs_report(const struct cs_cli *cli, const struct cs_report *report, void *context);

/* How a file of users is read: nobody looks at each of them. */
static inline enum cs_cli_account_rule cs_cli_batch_rule(const struct cs_cli *cli)
{
    return cli->no_account ? CS_CLI_ACCOUNT_UNASKED : CS_CLI_ACCOUNT_REQUIRED;
}

/* ---- configuration and store: local_store.c ---- */

/* Says so on standard error where logins use another provider than the local one, unless their
 * PAM line says otherwise. Nothing is said where the configuration cannot be read. */
void cs_cli_note_provider(const struct cs_cli *cli);

/* The settings of the local provider, whichever is in use. Borrowed from the options. */
const struct cs_local_settings *cs_cli_local(const struct cs_options *options);

/* The options for every service. The strings live in *ret_config. */
enum cs_err cs_cli_options(const struct cs_cli *cli, struct cs_config **ret_config,
                           struct cs_options *ret_options, struct cs_error *error) CS_MUST_USE;

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

/* cs_cli_in_store, then the report or the complaint; an exit status. */
int cs_cli_do(const struct cs_cli *cli, cs_cli_work *work, const struct cs_report *report,
              void *context);

/* The name of this host, as it was written: `nodename`. */
enum cs_err cs_cli_host(struct utsname *ret_host, struct cs_error *error) CS_MUST_USE;

/* The names of security keys on this host, whose own `host_name` then holds: the result borrows
 * from it and from the options. */
enum cs_err cs_cli_key_names(const struct cs_options *options, char host_name[CS_KEY_HOST_SIZE],
                             struct cs_key_names *ret_names, struct cs_error *error) CS_MUST_USE;

/* ---- pieces of single verbs ---- */

/* Prints where the settings still act otherwise than IBM's gateway does. */
void cs_print_ibm_differences(const struct cs_cli_line *line, struct cs_json_writer *writer);

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

/* The otpauth URI, in which a label of the factor's own takes the place of that of the options, and
 * the secret in base32. */
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

/* Enrols the users in a file, all or none, and prints an object a line; an exit status. */
int cs_enrol_batch(struct cs_cli *cli, const struct cs_app_names *names, const char *path);

/* Draws a QR code on standard output; false when the text does not fit or memory ran out. */
bool cs_print_qr(const char *text);

#endif
