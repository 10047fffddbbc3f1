/* SPDX-License-Identifier: Apache-2.0 */
/* What an import leaves out and why, kept until the store is free again. */
#ifndef CS_CLI_NOTES_H
#define CS_CLI_NOTES_H

#include "json/write.h"

/* Those beyond are counted only: when these are mended, the next import names them. */
enum { CS_NOTES_MAX = 10000 };

struct cs_notes {
    struct cs_note *items;
    size_t count; /* of `items` */
    size_t total; /* also those that found no room */
};

enum cs_err cs_notes_open(struct cs_notes *ret_notes, struct cs_error *error) CS_MUST_USE;
void cs_notes_clear(struct cs_notes *notes);

/* `user` is borrowed. `key` is the number of the credential in its line, from 1; 0 means all of
 * them. */
void cs_notes_add(struct cs_notes *notes, size_t line, const char *user, size_t key,
                  const char *reason);

/* In the order of the file: on standard error, or as a list of that name in the open object. */
void cs_notes_print(struct cs_notes *notes, const char *path);
void cs_notes_write(struct cs_notes *notes, struct cs_json_writer *writer, const char *name);

#endif
