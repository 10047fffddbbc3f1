/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that libcurl asks for: wiped before it goes back, because requests, answers and proxy
 * passwords pass through it. Only for the HTTP client. */
#ifndef CS_NET_HTTP_MEMORY_H
#define CS_NET_HTTP_MEMORY_H

#include "base/error.h"

/* Counts users: each successful init needs its cleanup. */
enum cs_err cs_http_library_init(struct cs_error *error) CS_MUST_USE;
void cs_http_library_cleanup(void);

#endif
