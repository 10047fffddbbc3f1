/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/tally.h"

static enum cs_refused wrong_kind(enum cs_factor_kind kind)
{
    switch (kind) {
    case CS_FACTOR_PASSWORD:
        return CS_REFUSED_PASSWORD;
    case CS_FACTOR_U2F:
        return CS_REFUSED_KEY;
    case CS_FACTOR_DEVICE:
    case CS_FACTOR_BROWSER:
        return CS_REFUSED_REQUEST;
    default:
        return CS_REFUSED_CODE;
    }
}

void cs_tally_refuse(struct cs_tally *tally, enum cs_factor_kind kind, enum cs_reason reason)
{
    static const enum cs_refused whatever_kind[] = {[CS_COUNTS_UNCHECKED] = CS_REFUSED_UNCHECKED,
                                                    [CS_COUNTS_UNTIMELY] = CS_REFUSED_UNTIMELY,
                                                    [CS_COUNTS_UNUSABLE] = CS_REFUSED_UNUSABLE};
    enum cs_counts counts = cs_reasons[reason].counts;

    if (counts == CS_COUNTS_WRONG)
        tally->refused[wrong_kind(kind)]++;
    else if (counts != CS_COUNTS_NOTHING)
        tally->refused[whatever_kind[counts]]++;
}

void cs_tally_accept(struct cs_tally *tally, enum cs_reason reason)
{
    for (size_t i = 0; i < CS_ACCEPTED_MAX && reason != CS_REASON_NONE; i++) {
        if (tally->accepted[i] == CS_REASON_NONE)
            tally->accepted[i] = reason;
        if (tally->accepted[i] == reason)
            return;
    }
}

const char *cs_refused_name(enum cs_refused kind)
{
    static const char *const names[CS_REFUSED_KINDS] = {[CS_REFUSED_CODE] = "code",
                                                        [CS_REFUSED_PASSWORD] = "password",
                                                        [CS_REFUSED_KEY] = "key",
                                                        [CS_REFUSED_REQUEST] = "request",
                                                        [CS_REFUSED_UNCHECKED] = "unchecked",
                                                        [CS_REFUSED_UNTIMELY] = "untimely",
                                                        [CS_REFUSED_UNUSABLE] = "unusable"};

    return names[kind];
}

void cs_tally_print(const struct cs_tally *tally, struct cs_buffer *out)
{
    const char *before = "";

    cs_buffer_text(out, " wrong=");
    for (size_t i = 0; i < CS_REFUSED_KINDS; i++) {
        if (tally->refused[i] == 0)
            continue;
        cs_buffer_printf(out, "%s%s:%u", before, cs_refused_name(i), tally->refused[i]);
        before = ",";
    }
    cs_buffer_printf(out, "%s accepted=%s", before[0] == '\0' ? "none" : "",
                     cs_reason_name(tally->accepted[0]));
    for (size_t i = 1; i < CS_ACCEPTED_MAX && tally->accepted[i] != CS_REASON_NONE; i++)
        cs_buffer_printf(out, ",%s", cs_reason_name(tally->accepted[i]));
}
