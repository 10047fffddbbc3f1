/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a login's answers, for the audit line: how many of each kind were refused, and
 * what was accepted. It says so however the login ends. */
#ifndef CS_METHODS_TALLY_H
#define CS_METHODS_TALLY_H

#include "base/buffer.h"
#include "providers/provider.h"

/* Kinds of refused answers. */
enum cs_refused {
    CS_REFUSED_CODE,
    CS_REFUSED_PASSWORD,
    CS_REFUSED_KEY,       /* a security key's answer */
    CS_REFUSED_REQUEST,   /* a request that the user, or the device, turned down */
    CS_REFUSED_UNCHECKED, /* nobody compared it: an earlier one had caused a delay, ... */
    CS_REFUSED_UNTIMELY,  /* right at another time: spent, expired */
    CS_REFUSED_UNUSABLE,  /* no answer to what was asked: empty, of a wrong form, junk, no choice */
    CS_REFUSED_KINDS
};

enum { CS_ACCEPTED_MAX = 4 };

/* All zero at first. */
struct cs_tally {
    unsigned refused[CS_REFUSED_KINDS];
    enum cs_reason accepted[CS_ACCEPTED_MAX]; /* in their order, each once; then CS_REASON_NONE */
};

/* Counts an answer to a question about a factor of that kind, refused for that reason. A reason
 * that counts as nothing (base/reason_rows.inc) counts nothing. */
void cs_tally_refuse(struct cs_tally *tally, enum cs_factor_kind kind, enum cs_reason reason);

/* Notes what was accepted. A code is spent from then on. */
void cs_tally_accept(struct cs_tally *tally, enum cs_reason reason);

/* "code", "password", ... */
const char *cs_refused_name(enum cs_refused kind);

/* Appends " wrong=code:2,unusable:1 accepted=password"; "none" in place of an empty list. */
void cs_tally_print(const struct cs_tally *tally, struct cs_buffer *out);

#endif
