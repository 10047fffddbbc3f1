/* SPDX-License-Identifier: Apache-2.0 */
/* What providers return, and how to release it. */
#include "providers/provider.h"

#include <stdlib.h>
#include <string.h>

void cs_provider_user_clear(struct cs_provider_user *user)
{
    cs_wipe_string(&user->record);
    *user = (struct cs_provider_user){0};
}

void cs_challenge_clear(struct cs_challenge *challenge)
{
    if (challenge->state != NULL)
        challenge->free_state(challenge->state);
    cs_wipe_string(&challenge->request);
    cs_wipe(challenge, sizeof *challenge);
}

enum cs_err cs_listed_factors_add(struct cs_listed_factors *factors,
                                  const struct cs_listed_factor *factor, struct cs_error *error)
{
    struct cs_listed_factor *grown;

    if (factors->count == CS_LISTED_FACTORS_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the user has more than %d factors",
                       CS_LISTED_FACTORS_MAX);
    grown = reallocarray(factors->items, factors->count + 1, sizeof *grown);
    if (grown == NULL)
        return cs_fail_nomem(error);
    grown[factors->count++] = *factor;
    factors->items = grown;
    return CS_OK;
}

void cs_listed_factors_clear(struct cs_listed_factors *factors)
{
    free(factors->items);
    *factors = (struct cs_listed_factors){0};
}
