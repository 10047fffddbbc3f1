/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CS_NET_KEY_LOG_H
#define CS_NET_KEY_LOG_H

#include <curl/curl.h>

/* For CURLOPT_SSL_CTX_FUNCTION: libcurl would write TLS keys where SSLKEYLOGFILE says. `context`:
 * an SSL_CTX. */
CURLcode cs_forget_key_log(CURL *easy, void *context, void *parameter);

#endif
