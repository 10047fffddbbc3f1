/* SPDX-License-Identifier: Apache-2.0 */
/* One row of an overview, for programs. JSON and CSV have the same columns. */
#ifndef CS_CLI_OVERVIEW_ROW_H
#define CS_CLI_OVERVIEW_ROW_H

#include "cli/overview.h"

/* Prints all rows as elements of an array, each in a line of its own, between the brackets that it
 * prints as well. */
enum cs_err cs_overview_print_json(const struct cs_overview *overview,
                                   struct cs_error *error) CS_MUST_USE;

/* Prints a line of headings, and one for each row, as RFC 4180 has them (lines end in CR LF). A
 * name that a spreadsheet would take for a formula gets an apostrophe in front. */
enum cs_err cs_overview_print_csv(const struct cs_overview *overview,
                                  struct cs_error *error) CS_MUST_USE;

#endif
