/* SPDX-License-Identifier: Apache-2.0 */
/* Why an answer was judged as it was, and why a login ended as it did: the words of the audit
 * line. reason_rows.inc is the table. */
#ifndef CS_BASE_REASON_H
#define CS_BASE_REASON_H

#define CS_REASON(name, word, counts, cause, advice) CS_REASON_##name,

/* The first is the initial value. */
enum cs_reason {
#include "base/reason_rows.inc"
    CS_REASONS
};

#undef CS_REASON

/* What an answer refused for that reason counts as. */
enum cs_counts {
    CS_COUNTS_NOTHING,   /* it was not refused, or there was no answer */
    CS_COUNTS_WRONG,     /* it was wrong, or nothing could have been right */
    CS_COUNTS_UNCHECKED, /* nobody compared it */
    CS_COUNTS_UNTIMELY,  /* it was right at another time */
    CS_COUNTS_UNUSABLE,  /* it was no answer to what was asked */
};

struct cs_reason_row {
    const char *name; /* as in the log */
    enum cs_counts counts;
    const char *cause;  /* sentences: what happened, and what causes it */
    const char *advice; /* sentences: what to do */
};

extern const struct cs_reason_row cs_reasons[CS_REASONS];

const char *cs_reason_name(enum cs_reason reason);

/* The row of that name; NULL if there is none, as when a later release gave it. */
const struct cs_reason_row *cs_reason_find(const char *name);

/* "nothing", "wrong", ... */
const char *cs_counts_name(enum cs_counts counts);

#endif
