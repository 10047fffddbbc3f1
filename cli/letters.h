/* SPDX-License-Identifier: Apache-2.0 */
/* The letters of a batch: who gets one, in which language, and that all are there or none. */
#ifndef CS_CLI_LETTERS_H
#define CS_CLI_LETTERS_H

#include "cli/cli.h"
#include "cli/letters_folder.h"
#include "providers/local/enrol_many.h"

struct cs_letters {
    const struct cs_batch_choice *choice; /* NULL: no letters */
    struct cs_letters_folder folder;
    struct cs_secret template; /* the administrator's; empty: the built-in one */
    struct cs_letters_entry *entries;
    size_t written;
};

/* As root: reads the template, opens the folder. `choice` is borrowed. */
enum cs_err cs_letters_open(const struct cs_batch_choice *choice, struct cs_letters *ret_letters,
                            struct cs_error *error) CS_MUST_USE;

/* Notes what a transaction made of each user, after cs_enrolments_save, and which language they
 * have. */
enum cs_err cs_letters_note(struct cs_letters *letters, const struct cs_enrolments *enrolments,
                            const struct cs_transaction *transaction,
                            struct cs_error *error) CS_MUST_USE;

/* Writes a letter for everybody who would be enrolled, and waits until they are on disk. */
enum cs_err cs_letters_write(struct cs_letters *letters, const struct cs_app_names *names,
                             const struct cs_enrolments *enrolments,
                             struct cs_error *error) CS_MUST_USE;

/* After the cs_enrolments_save that counts: CS_ERR_UNAVAILABLE if it made something else of a user,
 * because others changed something meanwhile. */
enum cs_err cs_letters_match(const struct cs_letters *letters,
                             const struct cs_enrolments *enrolments,
                             struct cs_error *error) CS_MUST_USE;

/* After the commit: the letters stay. Without this they are removed. */
enum cs_err cs_letters_keep(struct cs_letters *letters, struct cs_error *error) CS_MUST_USE;
void cs_letters_clear(struct cs_letters *letters);

/* Prints where they are; with --json an object for each. Returns an exit status. */
int cs_letters_show(const struct cs_cli *cli, const struct cs_letters *letters,
                    const struct cs_enrolments *enrolments);

#endif
