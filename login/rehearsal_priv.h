/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a rehearsal (rehearsal.h), one to a file. */
#ifndef CS_LOGIN_REHEARSAL_PRIV_H
#define CS_LOGIN_REHEARSAL_PRIV_H

#include "login/rehearsal.h"

/* One that runs. */
struct cs_stage {
    struct cs_channel channel; /* first: see rehearsal_channel.c */
    const struct cs_rehearsal *script;
    struct cs_rehearsed *seen;
    const struct cs_options *options; /* the login's */
    const struct cs_phrasebook
        *spoke;         /* the book of the last text that asks; NULL: none was said */
    enum cs_text heard; /* ... and that text */
    unsigned typed;     /* answers so far: none is given twice */
    char password[32];  /* that is right for the prompt that came last */
    bool failed;        /* memory ran out */
};

/* rehearsal_stage.c: adds a step; `text` is copied. */
void cs_stage_note(struct cs_stage *stage, const struct cs_step *step, const char *text);

/* Makes a challenge for that factor, with samples in place of what the provider would choose. */
void cs_stage_fill_challenge(const struct cs_listed_factor *factor, struct cs_challenge *challenge);

/* The user, and the user's factors, where the provider is not asked. */
void cs_stage_find_assumed(const struct cs_rehearsal *script, const char *identity,
                           struct cs_provider_user *ret_user);
enum cs_err cs_stage_list_assumed(const struct cs_rehearsal *script,
                                  const struct cs_listing *listing,
                                  struct cs_listed_factors *ret_factors,
                                  struct cs_error *error) CS_MUST_USE;

/* rehearsal_channel.c: the person. Makes stage->channel; the listener tells it what is asked. */
void cs_stage_person(struct cs_stage *stage);
void cs_stage_heard(void *stage, const struct cs_phrasebook *book, enum cs_text key);

/* rehearsal_provider.c: cs_engine_wrap for the stage. */
struct cs_provider *cs_stage_wrap(void *stage, struct cs_provider *inner);

/* What it makes. */
struct cs_pretender {
    struct cs_provider provider;
    struct cs_provider_ops ops; /* the other one's, with the stage's in place of its own */
    struct cs_provider *inner;
    struct cs_stage *stage;
};

/* rehearsal_enrolling.c: for such a provider, if the real one enrols at logins. */
extern const struct cs_enrolling_ops cs_stage_enrolling;

#endif
