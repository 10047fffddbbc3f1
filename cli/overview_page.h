/* SPDX-License-Identifier: Apache-2.0 */
/* An overview as a page of HTML. */
#ifndef CS_CLI_OVERVIEW_PAGE_H
#define CS_CLI_OVERVIEW_PAGE_H

#include "cli/overview_tally.h"

/* What is said at the top. Borrowed. */
struct cs_overview_heading {
    const char *host, *expected; /* expected: who ought to have a factor; "": nobody was named */
};

/* Builds the page: the numbers, whom somebody should look at, and the first thousand users. */
enum cs_err cs_overview_page(const struct cs_overview *overview,
                             const struct cs_overview_tally *tally,
                             const struct cs_overview_heading *heading, struct cs_buffer *page,
                             struct cs_error *error) CS_MUST_USE;

/* Writes it as root, mode 0600: a new file, or in the place of an earlier one, all at once. Refuses
 * anything but a regular file there, a link above all. */
enum cs_err cs_overview_save(const char *path, const struct cs_buffer *page,
                             struct cs_error *error) CS_MUST_USE;

#endif
