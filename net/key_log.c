/* SPDX-License-Identifier: Apache-2.0 */
#include "net/key_log.h"

#include <openssl/ssl.h>

CURLcode cs_forget_key_log(CURL *easy, void *context, void *parameter)
{
    (void)easy;
    (void)parameter;
    SSL_CTX_set_keylog_callback(context, NULL);
    return CURLE_OK;
}
