/* SPDX-License-Identifier: Apache-2.0 */
/* A file of users to enrol: CSV with a header, or a user and NAME=VALUE words in each line. */
#ifndef CS_CLI_BATCH_FILE_H
#define CS_CLI_BATCH_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum cs_batch_column {
    CS_BATCH_USER,
    CS_BATCH_KIND,
    CS_BATCH_SECRET,
    CS_BATCH_ALGORITHM,
    CS_BATCH_DIGITS,
    CS_BATCH_PERIOD,
    CS_BATCH_COUNTER,
    CS_BATCH_LABEL,
    CS_BATCH_LANGUAGE,
    CS_BATCH_COLUMNS, /* also: no column */
};

/* A user. */
struct cs_batch_line {
    const char *texts[CS_BATCH_COLUMNS]; /* NULL: not given */
    size_t line;
    size_t at[CS_BATCH_COLUMNS]; /* where each begins, in characters from 1; 0 in a file of words */
};

/* Takes one user; *ret_column says which column is at fault. CS_ERR_INPUT and CS_ERR_NOT_FOUND make
 * the line a wrong one, and reading goes on; anything else ends it. */
typedef enum cs_err cs_batch_take(void *context, const struct cs_batch_line *line,
                                  enum cs_batch_column *ret_column, struct cs_error *error);

/* Reads the file as whoever runs this, and complains of every wrong line, up to a hundred. CS_OK:
 * none was wrong. */
enum cs_err cs_batch_read(const char *path, cs_batch_take *take, void *context,
                          struct cs_error *error) CS_MUST_USE;

/* ---- for its two halves ---- */

/* The column's name; NULL for CS_BATCH_COLUMNS. */
const char *cs_batch_column_name(enum cs_batch_column column);

/* The column of that name, whatever the case of its letters; CS_BATCH_COLUMNS: there is none. */
enum cs_batch_column cs_batch_column_find(const char *name, size_t length);

struct cs_batch_reader {
    const char *path;
    cs_batch_take *take;
    void *context;
    size_t wrong;          /* lines so far */
    struct cs_error first; /* the last of them, while it has not been printed */
};

/* Complains of the line at that place (a column of 0: none), and says whether to go on. */
enum cs_err cs_batch_wrong(struct cs_batch_reader *reader, size_t line, size_t column,
                           enum cs_err why, const struct cs_error *what,
                           struct cs_error *error) CS_MUST_USE;

/* Gives the user to whoever reads. */
enum cs_err cs_batch_give(struct cs_batch_reader *reader, const struct cs_batch_line *line,
                          struct cs_error *error) CS_MUST_USE;

/* Whether the text begins with a header of CSV, and what is between its fields. */
bool cs_batch_is_csv(const char *text, char *ret_separator);

/* Each reads a text that it may change. */
enum cs_err cs_batch_read_csv(struct cs_batch_reader *reader, char *text, char separator,
                              struct cs_error *error) CS_MUST_USE;
enum cs_err cs_batch_read_words(struct cs_batch_reader *reader, char *text,
                                struct cs_error *error) CS_MUST_USE;

#endif
