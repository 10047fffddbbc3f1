/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of text in columns, each as wide as its widest cell appears on a terminal. */
#ifndef CS_CLI_TABLE_H
#define CS_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/strlist.h"

enum { CS_TABLE_COLUMNS_MAX = 6 };

/* Set the first three; the rest starts empty. Release it with cs_table_clear. */
struct cs_table {
    size_t columns;          /* 1 to CS_TABLE_COLUMNS_MAX */
    unsigned numbers;        /* bit n: column n is right-aligned */
    unsigned indent;         /* blanks before each row */
    struct cs_strlist cells; /* row by row */
    bool failed;             /* memory ran out; sticky, cs_table_print reports it */
};

/* Adds a row of exactly table->columns texts; the first row may be headings. They are copied, and
 * cleaned as by cs_sanitise. */
#define cs_table_add(table, ...) cs_table_add_row(table, (const char *const[]){__VA_ARGS__})
void cs_table_add_row(struct cs_table *table, const char *const *cells);

/* Prints every row as a line without trailing blanks. CS_ERR_NOMEM: nothing is printed. */
enum cs_err cs_table_print(const struct cs_table *table, FILE *out,
                           struct cs_error *error) CS_MUST_USE;

void cs_table_clear(struct cs_table *table);

#endif
