/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of an overview as bars in SVG, each beside a table that says the same. */
#ifndef CS_CLI_OVERVIEW_PLOT_H
#define CS_CLI_OVERVIEW_PLOT_H

#include "cli/overview_tally.h"

/* Adds one plot as a figure. Bars are as long as their share of the longest one. */
void cs_overview_draw(struct cs_buffer *page, const struct cs_overview_tally *tally,
                      enum cs_overview_plot plot);

#endif
