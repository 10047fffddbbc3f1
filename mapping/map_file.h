/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that map_file names: which account has which identity, a line for each. Pure functions
 * over the text of such a file; whoever opens it judges who may have written it. The text is
 * checked whole before any of it is used.
 *
 * An account that does not stand in the file has no identity, unless the last line says that the
 * others are named by the options that follow.
 */
#ifndef CS_MAPPING_MAP_FILE_H
#define CS_MAPPING_MAP_FILE_H

#include <stddef.h>

#include "base/error.h"
#include "base/strlist.h"

enum { CS_MAP_FILE_BYTES = 16 * 1024 * 1024 };

/* How a line is written. The order is that of the option map_format. */
enum cs_map_format {
    CS_MAP_COUNTERSIGN, /* ACCOUNT IDENTITY */
    CS_MAP_SECSIGN,     /* as in SecSign's secsignid.config */
    CS_MAP_FORMATS
};

/* Clean UTF-8, 1 to CS_IDENTITY_SIZE - 1 bytes each. */
struct cs_map_entry {
    const char *account;
    const char *identity;
    unsigned line; /* counted from 1 */
};

struct cs_map_file; /* immutable */

/*
 * Reads `length` bytes of text in that format, which are copied; `name` is the file's, for errors.
 * *ret_file is the caller's to free. CS_ERR_CONFIG: "NAME:LINE: what is wrong; what to do".
 */
enum cs_err cs_map_file_parse(const char *name, enum cs_map_format format, const char *text,
                              size_t length, struct cs_map_file **ret_file,
                              struct cs_error *error) CS_MUST_USE;

/* Accepts NULL, and sets the pointer to NULL. */
void cs_map_file_free(struct cs_map_file **file);

const char *cs_map_file_name(const struct cs_map_file *file);

/* The entry of that account, compared byte by byte; NULL: it has none. Lives as long as the file.
 */
const struct cs_map_entry *cs_map_file_find(const struct cs_map_file *file, const char *account);

/* The line that leaves all other accounts to the options that follow; 0: there is none. */
unsigned cs_map_file_others(const struct cs_map_file *file);

/* Adds a sentence for accounts that share an identity, which is allowed but may be a slip.
 * CS_ERR_NOMEM is the only failure. */
enum cs_err cs_map_file_warn(const struct cs_map_file *file,
                             struct cs_strlist *warnings) CS_MUST_USE;

#endif
