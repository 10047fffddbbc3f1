/* SPDX-License-Identifier: Apache-2.0 */
/* One field of an account's GECOS text. */
#ifndef CS_MAPPING_GECOS_H
#define CS_MAPPING_GECOS_H

#include "base/buffer.h"
#include "base/error.h"

enum { CS_GECOS_FIELDS_MAX = 32, CS_GECOS_BYTES = 1024 };

/*
 * Appends field number `field` (1 to CS_GECOS_FIELDS_MAX) of `gecos`, whose fields are separated by
 * `separator`, one UTF-8 character. CS_ERR_INPUT if the field is missing, empty or blank.
 */
enum cs_err cs_gecos_field(const char *gecos, const char *separator, unsigned field,
                           struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
