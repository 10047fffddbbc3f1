/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding, RFC 3986 section 2.1. */
#ifndef CS_BASE_PERCENT_H
#define CS_BASE_PERCENT_H

#include "base/buffer.h"

/* Appends `length` bytes of `text`; everything except the unreserved characters (section 2.3) and
 * those in `plain` becomes %XX. */
void cs_percent_encode(struct cs_buffer *out, const char *text, size_t length, const char *plain);

#endif
