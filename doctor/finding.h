/* SPDX-License-Identifier: Apache-2.0 */
/* What `countersign doctor` found: how bad, where, why, and what to do. */
#ifndef CS_DOCTOR_FINDING_H
#define CS_DOCTOR_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

enum cs_severity {
    CS_FINDING_FINE,  /* looked at, and as it should be or as somebody meant it */
    CS_FINDING_RISKY, /* logins work, but not as safely or as long as intended */
    CS_FINDING_WRONG, /* logins fail, or get in without what they should show */
};

/* path NULL: the machine; line 0: the whole file. */
struct cs_place {
    const char *path; /* as the machine looked at names it: without the root folder before it */
    unsigned line;
};

struct cs_finding {
    enum cs_severity severity;
    const char *id; /* a stable word, such as "pam-way-around"; static */
    char *path;     /* NULL: the machine */
    unsigned line;
    char *reason;
    char *remedy; /* NULL: nothing to do */
};

/* Zero is empty. `failed` is sticky: memory ran out, and the list is not whole. */
struct cs_findings {
    struct cs_finding *items;
    size_t count;
    bool failed;
};

/* Copies everything but `id`. `remedy` may be NULL. A finding that is there already, with the same
 * id, place and reason, is not added again. */
void cs_findings_add(struct cs_findings *all, enum cs_severity severity, const char *id,
                     struct cs_place place, const char *remedy, const char *format, ...)
    CS_PRINTF(6, 7);

/* Wrong ones first, then by file and line; otherwise in the order in which they were found. */
void cs_findings_sort(struct cs_findings *all);

size_t cs_findings_count(const struct cs_findings *all, enum cs_severity severity);

/* "wrong", "risky" or "fine". */
const char *cs_severity_name(enum cs_severity severity);

void cs_findings_clear(struct cs_findings *all);

#endif
