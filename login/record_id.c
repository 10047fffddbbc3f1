/* SPDX-License-Identifier: Apache-2.0 */
#include "login/record_id.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>

enum cs_err cs_record_ids_init(struct cs_record_ids *ids, struct cs_error *error)
{
    uint64_t number;

    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
    (void)snprintf(ids->process, sizeof ids->process, "%016" PRIx64, number);
    atomic_init(&ids->last, 0);
    return CS_OK;
}

void cs_record_id_next(struct cs_record_ids *ids, char ret_id[CS_RECORD_ID_SIZE])
{
    uint64_t number = atomic_fetch_add_explicit(&ids->last, 1, memory_order_relaxed) + 1;

    (void)snprintf(ret_id, CS_RECORD_ID_SIZE, "%s-%" PRIu64, ids->process, number);
}
