/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading CSV (RFC 4180), strictly: what an editor or a spreadsheet would not write is an error
 * with its place, because a field that was read differently than it was meant could be somebody's
 * secret. Libraries for it forgive more, or do not say where. Nothing is copied: fields end up in
 * the text itself.
 */
#ifndef CS_CLI_CSV_H
#define CS_CLI_CSV_H

#include <stddef.h>

#include "base/error.h"

/* Where reading is. Set `rest` to a text that may be changed, `separator` to what stands between
 * fields, and `line` and `column` to 1. */
struct cs_csv {
    char *rest;
    char separator;
    size_t line, column; /* of `rest`; columns are characters */
};

struct cs_csv_field {
    char *text; /* without its quotes */
    size_t line, column;
};

/* The next record that is no empty line: at most `most` fields, any more are only counted. Zero
 * fields: the end. CS_ERR_INPUT: the text is no CSV at *ret_wrong; reading may go on with the line
 * after that. */
enum cs_err cs_csv_next(struct cs_csv *csv, struct cs_csv_field *fields, size_t most,
                        size_t *ret_count, struct cs_csv_field *ret_wrong,
                        struct cs_error *error) CS_MUST_USE;

#endif
