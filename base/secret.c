/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

enum cs_err cs_secret_set(struct cs_secret *secret, const void *data, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy == NULL)
        return CS_ERR_NOMEM;
    if (length > 0)
        memcpy(copy, data, length);
    copy[length] = '\0';
    cs_secret_free(secret);
    secret->data = copy;
    secret->length = length;
    return CS_OK;
}

void cs_secret_free(struct cs_secret *secret)
{
    if (secret->data != NULL)
        cs_wipe(secret->data, secret->length);
    free(secret->data);
    secret->data = NULL;
    secret->length = 0;
}

void cs_wipe(void *data, size_t length)
{
    explicit_bzero(data, length);
}

void cs_wipe_string(char **text)
{
    if (*text != NULL)
        cs_wipe(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

bool cs_equal_ct(const void *a, const void *b, size_t length)
{
    const volatile unsigned char *left = a;
    const volatile unsigned char *right = b;
    unsigned char difference = 0;

    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(left[i] ^ right[i]);
    return difference == 0;
}
