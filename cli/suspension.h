/* SPDX-License-Identifier: Apache-2.0 */
/* What `suspend` and `resume` report. */
#ifndef CS_CLI_SUSPENSION_H
#define CS_CLI_SUSPENSION_H

#include "cli/cli.h"

struct cs_suspension_change {
    const char *user;
    bool suspended; /* from now on */
    bool changed;   /* false: it was so before */
    int64_t since;  /* if suspended */
};

/* Its context is a struct cs_suspension_change. */
extern const struct cs_report cs_suspension_report;

/* Writes the key "suspended": an object with the time; null if the user is not suspended. */
void cs_write_suspension(struct cs_json_writer *writer, bool suspended, int64_t since);

#endif
