/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/enrolling.h"

void cs_enrolling_clear(struct cs_enrolling *enrolling)
{
    cs_secret_free(&enrolling->key);
    cs_secret_free(&enrolling->uri);
    cs_secret_free(&enrolling->ticket);
    for (size_t i = 0; i < CS_ENROLLING_CODES_MAX; i++)
        cs_secret_free(&enrolling->codes[i]);
    if (enrolling->free_state != NULL)
        enrolling->free_state(enrolling->state);
    *enrolling = (struct cs_enrolling){0};
}
