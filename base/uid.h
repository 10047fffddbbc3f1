/* SPDX-License-Identifier: Apache-2.0 */
/* The uid of an account, as far as it is known. Zero is nobody known, and never root. */
#ifndef CS_BASE_UID_H
#define CS_BASE_UID_H

#include <stdbool.h>
#include <sys/types.h>

struct cs_uid {
    bool known;
    uid_t value;
};

#endif
