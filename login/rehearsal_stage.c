/* SPDX-License-Identifier: Apache-2.0 */
/* What a rehearsal notes, and what it shows in place of values that only a provider has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login/rehearsal_priv.h"

#define SAMPLE_CORRELATION "6439"
#define SAMPLE_PAGE "https://id.example.com/device"
#define SAMPLE_CODE "WDJB-MJHT"

void cs_stage_note(struct cs_stage *stage, const struct cs_step *step, const char *text)
{
    struct cs_rehearsed *seen = stage->seen;
    struct cs_step *grown = reallocarray(seen->steps, seen->count + 1, sizeof *grown);
    char *copy = strdup(text);

    if (grown != NULL)
        seen->steps = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        stage->failed = true;
        return;
    }
    grown[seen->count] = *step;
    grown[seen->count++].text = copy;
}

void cs_stage_fill_challenge(const struct cs_listed_factor *factor, struct cs_challenge *challenge)
{
    (void)snprintf(challenge->id, sizeof challenge->id, "rehearsed");
    challenge->poll_ms = 1;
    if (factor->kind == CS_FACTOR_BROWSER) {
        (void)snprintf(challenge->url, sizeof challenge->url, SAMPLE_PAGE);
        (void)snprintf(challenge->code, sizeof challenge->code, SAMPLE_CODE);
    } else if (factor->kind != CS_FACTOR_DEVICE) {
        (void)snprintf(challenge->correlation, sizeof challenge->correlation, SAMPLE_CORRELATION);
    }
}
