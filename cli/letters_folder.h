/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder that letters are written to. The tool is no longer root once it has opened the store,
 * and the folder is root's; so a child that stays root writes, and knows nothing but names and
 * contents. If the tool ends without cs_letters_folder_keep, however that comes, the child removes
 * all that it wrote.
 */
#ifndef CS_CLI_LETTERS_FOLDER_H
#define CS_CLI_LETTERS_FOLDER_H

#include <sys/types.h>

#include "base/error.h"

enum { CS_LETTER_BYTES_MAX = 1 << 20 };

struct cs_letters_folder {
    pid_t child; /* 0: not open */
    int fd;
};

/* The folder must be this user's own and nobody else's to read (it is made if there is none); no
 * part of the path may be a link. */
enum cs_err cs_letters_folder_open(const char *path, struct cs_letters_folder *ret_folder,
                                   struct cs_error *error) CS_MUST_USE;

/* Writes a file, mode 0600. It is whole or not there; CS_ERR_TRUST if there is one of that name. */
enum cs_err cs_letters_folder_put(const struct cs_letters_folder *folder, const char *name,
                                  const char *data, size_t length,
                                  struct cs_error *error) CS_MUST_USE;

/* Waits until all of it is on disk. */
enum cs_err cs_letters_folder_sync(const struct cs_letters_folder *folder,
                                   struct cs_error *error) CS_MUST_USE;

/* From now on everything stays. */
enum cs_err cs_letters_folder_keep(const struct cs_letters_folder *folder,
                                   struct cs_error *error) CS_MUST_USE;
void cs_letters_folder_clear(struct cs_letters_folder *folder);

#endif
