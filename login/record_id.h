/* SPDX-License-Identifier: Apache-2.0 */
/* Names for records, each used once: a record that a kill makes come twice has one name. */
#ifndef CS_LOGIN_RECORD_ID_H
#define CS_LOGIN_RECORD_ID_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

enum { CS_RECORD_ID_SIZE = 40 };

/* Of one process. Several threads may ask at once. */
struct cs_record_ids {
    char process[17]; /* 64 random bits: no other process has them */
    _Atomic uint64_t last;
};

/* CS_ERR_CRYPTO: there are no random numbers. */
enum cs_err cs_record_ids_init(struct cs_record_ids *ids, struct cs_error *error) CS_MUST_USE;

/* "5f0c1d2e3a4b5c6d-17" */
void cs_record_id_next(struct cs_record_ids *ids, char ret_id[CS_RECORD_ID_SIZE]);

#endif
