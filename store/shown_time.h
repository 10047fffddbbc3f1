/* SPDX-License-Identifier: Apache-2.0 */
/* A time that has certainly passed, because the code of somebody's device showed it: this machine's
 * clock alone could be set back. All functions need an open transaction. */
#ifndef CS_STORE_SHOWN_TIME_H
#define CS_STORE_SHOWN_TIME_H

#include "store/store.h"

enum { CS_SHOWN_TIME_STEP = 3600 }; /* seconds; what is less than that later is not written */

/* An accepted code was of that time, in seconds since 1970. An earlier time changes nothing. */
enum cs_err cs_shown_time_note(const struct cs_transaction *transaction, int64_t time,
                               struct cs_error *error) CS_MUST_USE;

/* The latest time noted; 0: none was. */
enum cs_err cs_shown_time_read(const struct cs_transaction *transaction, int64_t *ret_time,
                               struct cs_error *error) CS_MUST_USE;

#endif
