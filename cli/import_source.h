/* SPDX-License-Identifier: Apache-2.0 */
/* What an import reads: files that are named, or those in the home folders of accounts. They are
 * read before the tool gives up root, and never written. */
#ifndef CS_CLI_IMPORT_SOURCE_H
#define CS_CLI_IMPORT_SOURCE_H

#include "base/secret.h"
#include "cli/verb.h"

struct cs_cli_source {
    char *path;            /* owned; "-" is standard input */
    char *user;            /* owned; NULL: the file does not say by itself whose it is */
    struct cs_secret text; /* empty if it could not be read */
    char *fault;           /* owned; why it could not be */
    char *note;            /* owned; what somebody should know, or NULL */
};

struct cs_cli_sources {
    struct cs_cli_source *items;
    size_t count, room;
};

void cs_cli_sources_clear(struct cs_cli_sources *sources); /* wipes */

/* Adds one, which the list owns from then on, and clears `*source` in any case. */
enum cs_err cs_cli_sources_add(struct cs_cli_sources *sources, struct cs_cli_source *source,
                               struct cs_error *error) CS_MUST_USE;

/* Reads `fd` into the source, or says in it why that cannot be done. */
enum cs_err cs_cli_source_read(struct cs_cli_source *source, int fd,
                               struct cs_error *error) CS_MUST_USE;

/* The files given to a verb. `by_owner`: each is one user's, that of its owner, or if root owns it,
 * the one whose name the file has. */
enum cs_err cs_cli_sources_files(const struct cs_words *words, bool by_owner,
                                 struct cs_cli_sources *ret_sources,
                                 struct cs_error *error) CS_MUST_USE;

/* The file `name` in the home folder of every account in /etc/passwd that has one. It is opened
 * with the account's rights and without following a link at its end, so that nobody can have a file
 * read that is not their own. */
enum cs_err cs_cli_sources_homes(const char *name, struct cs_cli_sources *ret_sources,
                                 struct cs_error *error) CS_MUST_USE;

#endif
