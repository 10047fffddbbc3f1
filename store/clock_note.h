/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that would have been right at another time: the last few, so that a wrong clock of this
 * machine can be told from one user's. All functions need an open transaction. */
#ifndef CS_STORE_CLOCK_NOTE_H
#define CS_STORE_CLOCK_NOTE_H

#include "store/store.h"

enum { CS_CLOCK_NOTES_MAX = 16, CS_CLOCK_NOTE_SECONDS = 24 * 3600, CS_CLOCK_ALIKE_SECONDS = 30 };

/* Notes that a code of that factor was `off` seconds ahead (+) or behind (-), in place of the
 * factor's earlier note; the oldest note makes room. */
enum cs_err cs_clock_note_add(const struct cs_transaction *transaction, int64_t factor, int64_t off,
                              int64_t now, struct cs_error *error) CS_MUST_USE;

/* The largest number of factors whose last note, of the last CS_CLOCK_NOTE_SECONDS, is off by the
 * same time. */
struct cs_clock_common {
    unsigned factors; /* 0: there are no notes */
    int64_t off;      /* of one of them; the others are within CS_CLOCK_ALIKE_SECONDS of it */
};

enum cs_err cs_clock_note_common(const struct cs_transaction *transaction, int64_t now,
                                 struct cs_clock_common *ret_common,
                                 struct cs_error *error) CS_MUST_USE;

#endif
