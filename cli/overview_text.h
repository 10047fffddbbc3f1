/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of an overview, for people on a terminal and for programs. */
#ifndef CS_CLI_OVERVIEW_TEXT_H
#define CS_CLI_OVERVIEW_TEXT_H

#include "cli/overview_tally.h"

/* Prints them as tables, and the first few names of whom somebody should look at. */
enum cs_err cs_overview_say(const struct cs_overview_tally *tally,
                            struct cs_error *error) CS_MUST_USE;

/* Adds "users_stored", an object for each plot, and "notes" to the open object. */
void cs_overview_write(const struct cs_overview_tally *tally, struct cs_json_writer *writer);

/* Adds the first names of a note, and how many more there are. */
void cs_overview_names(const struct cs_overview_tally *tally, enum cs_overview_note note,
                       size_t most, struct cs_buffer *out);

#endif
