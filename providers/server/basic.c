/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/server/basic.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum cs_err cs_basic_encode(const struct cs_buffer *pair, struct cs_secret *ret_basic,
                            struct cs_error *error)
{
    size_t length = (pair->length + 2) / 3 * 4;
    char *text = pair->failed ? NULL : malloc(length + 1);

    if (text == NULL)
        return cs_fail_nomem(error);
    (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)pair->text,
                          (int)pair->length);
    *ret_basic = (struct cs_secret){text, length};
    return CS_OK;
}
