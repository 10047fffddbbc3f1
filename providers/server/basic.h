/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials for HTTP's Basic authentication. */
#ifndef CS_PROVIDERS_SERVER_BASIC_H
#define CS_PROVIDERS_SERVER_BASIC_H

#include "base/buffer.h"
#include "base/secret.h"

/* Encodes "USER:PASSWORD" as RFC 7617 section 2 does, for cs_http_request.basic. CS_ERR_NOMEM, also
 * if `pair` has failed. */
enum cs_err cs_basic_encode(const struct cs_buffer *pair, struct cs_secret *ret_basic,
                            struct cs_error *error) CS_MUST_USE;

#endif
