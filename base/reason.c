/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reason.h"

#include <stddef.h>
#include <string.h>

#define CS_REASON(name, word, counts, cause, advice)                                               \
    [CS_REASON_##name] = {word, CS_COUNTS_##counts, cause, advice},

const struct cs_reason_row cs_reasons[CS_REASONS] = {
#include "base/reason_rows.inc"
};

const char *cs_reason_name(enum cs_reason reason)
{
    return cs_reasons[reason].name;
}

const struct cs_reason_row *cs_reason_find(const char *name)
{
    for (size_t i = 0; i < CS_REASONS; i++) {
        if (strcmp(cs_reasons[i].name, name) == 0)
            return &cs_reasons[i];
    }
    return NULL;
}

const char *cs_counts_name(enum cs_counts counts)
{
    static const char *const names[] = {[CS_COUNTS_NOTHING] = "nothing",
                                        [CS_COUNTS_WRONG] = "wrong",
                                        [CS_COUNTS_UNCHECKED] = "unchecked",
                                        [CS_COUNTS_UNTIMELY] = "untimely",
                                        [CS_COUNTS_UNUSABLE] = "unusable"};

    return names[counts];
}
