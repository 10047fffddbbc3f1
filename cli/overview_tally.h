/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of an overview: what is printed as tables, and drawn as bars. */
#ifndef CS_CLI_OVERVIEW_TALLY_H
#define CS_CLI_OVERVIEW_TALLY_H

#include "cli/overview.h"

enum { CS_BARS_MAX = 11 };

enum cs_overview_plot {
    CS_PLOT_COVERAGE,
    CS_PLOT_FACTORS,
    CS_PLOT_LAST_USE,
    CS_PLOT_RECOVERY,
    CS_OVERVIEW_PLOTS
};

struct cs_plot_shape {
    const char *key;   /* for programs */
    const char *title; /* for people */
    const char *what;  /* who is counted */
    struct {
        const char *key, *label; /* NULL: no more */
    } bars[CS_BARS_MAX];
};

const struct cs_plot_shape *cs_plot_shape(enum cs_overview_plot plot);
size_t cs_plot_bars(const struct cs_plot_shape *shape);

/* What is said of a note: a heading, and what to do. */
struct cs_note_shape {
    const char *title, *advice;
};
const struct cs_note_shape *cs_note_shape(enum cs_overview_note note);

enum { CS_NAMED_MAX = 100 };

struct cs_overview_tally {
    int64_t now;      /* seconds since 1970: ages are counted from here */
    bool of_expected; /* coverage is that of those who ought to have a factor, not of all users */
    unsigned users;   /* who have something in the store */
    unsigned counts[CS_OVERVIEW_PLOTS][CS_BARS_MAX];
    unsigned notes[CS_OVERVIEW_NOTES];
    struct cs_strlist named[CS_OVERVIEW_NOTES]; /* the first CS_NAMED_MAX of them */
};

/* Counts all rows of the overview. Set the first two members; release it with
 * cs_overview_tally_clear. */
enum cs_err cs_overview_count(const struct cs_overview *overview, struct cs_overview_tally *tally,
                              struct cs_error *error) CS_MUST_USE;
void cs_overview_tally_clear(struct cs_overview_tally *tally);

#endif
