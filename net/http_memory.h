/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for libcurl: wiped before it is freed, because requests, answers and proxy passwords pass
 * through it. Private to the HTTP client. */
#ifndef CS_NET_HTTP_MEMORY_H
#define CS_NET_HTTP_MEMORY_H

#include "base/error.h"

/* Loads libcurl, see net/libcurl.h. Counts its users: each successful init needs a cleanup. */
enum cs_err cs_http_library_init(struct cs_error *error) CS_MUST_USE;
void cs_http_library_cleanup(void);

#endif
