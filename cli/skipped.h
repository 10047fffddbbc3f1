/* SPDX-License-Identifier: Apache-2.0 */
/* What an import skips and why, kept until the store is free again. */
#ifndef CS_CLI_SKIPPED_H
#define CS_CLI_SKIPPED_H

#include "json/write.h"

/* Any more are only counted: once these are fixed, the next import names the rest. */
enum { CS_SKIPPED_MAX = 10000 };

struct cs_skipped {
    struct cs_skipped_entry *items;
    size_t count; /* of `items` */
    size_t total; /* also those for which there was no room */
};

enum cs_err cs_skipped_open(struct cs_skipped *ret_skipped, struct cs_error *error) CS_MUST_USE;
void cs_skipped_clear(struct cs_skipped *skipped);

/* `user` is borrowed. `key` is the credential's number in its line, from 1; 0 means all of them. */
void cs_skipped_add(struct cs_skipped *skipped, size_t line, const char *user, size_t key,
                    const char *reason);

/* Prints them in the order of the file: on standard error, or as a list of that name in the open
 * object. */
void cs_skipped_print(struct cs_skipped *skipped, const char *path);
void cs_skipped_write(struct cs_skipped *skipped, struct cs_json_writer *writer, const char *name);

#endif
