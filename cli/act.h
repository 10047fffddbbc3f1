/* SPDX-License-Identifier: Apache-2.0 */
/* The record of what a verb does (login/act.h), from the verb's row to the log. */
#ifndef CS_CLI_ACT_H
#define CS_CLI_ACT_H

#include "login/act.h"

struct cs_cli;

/* What is known of it so far. */
struct cs_cli_act {
    struct cs_actor actor;
    struct cs_record_ids ids;
    const char *verb;
    bool due;      /* what happens next is an act, and has no record yet */
    bool recorded; /* it has one that is committed, or in the log */
    unsigned form; /* enum cs_audit_form */
    char detail[64];
    struct cs_strlist users;
};

/* Begins the record of a verb: before anything else, and as whoever runs the tool. */
enum cs_err cs_cli_act_begin(struct cs_cli_act *act, const char *verb,
                             struct cs_error *error) CS_MUST_USE;
void cs_cli_act_clear(struct cs_cli_act *act);

/* Adds somebody to whom it happens. */
enum cs_err cs_cli_act_user(struct cs_cli_act *act, const char *user,
                            struct cs_error *error) CS_MUST_USE;

/* Says what it is about, more closely. */
void cs_cli_act_detail(struct cs_cli_act *act, const char *detail);

/* Puts the records into the store, in the transaction of what they are about. */
enum cs_err cs_cli_act_add(struct cs_cli_act *act, const struct cs_transaction *transaction,
                           struct cs_error *error) CS_MUST_USE;

/* The one record of an act without users, for a new store. It borrows from
 * `ret_made`. */
struct cs_cli_act_made {
    char id[CS_RECORD_ID_SIZE];
    struct cs_buffer text, json;
};
enum cs_err cs_cli_act_make(struct cs_cli_act *act, struct cs_cli_act_made *ret_made,
                            struct cs_record *ret_record, struct cs_error *error) CS_MUST_USE;
void cs_cli_act_made_clear(struct cs_cli_act_made *made);

/* Writes the records that the store keeps to the log: the record of this act, and those that an
 * earlier run was killed before it wrote. While nothing listens for syslog they stay, for the
 * broker. A failure is a remark: the act is done. */
void cs_cli_act_log(const struct cs_cli *cli, struct cs_store *store);

/* Writes the record of an act that has none so far straight to the log: one that was refused, or
 * one that changed files only. */
void cs_cli_act_end(const struct cs_cli *cli, bool done);

#endif
