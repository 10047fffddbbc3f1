/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/bytes.h"

#include <string.h>

void cs_u2f_take(struct cs_u2f_bytes *bytes, void *ret_data, size_t length)
{
    if (bytes->failed || length > bytes->left) {
        bytes->failed = true;
        return;
    }
    memcpy(ret_data, bytes->at, length);
    bytes->at += length;
    bytes->left -= length;
}

unsigned char cs_u2f_take_byte(struct cs_u2f_bytes *bytes, unsigned char least, unsigned char most)
{
    unsigned char byte = 0;

    cs_u2f_take(bytes, &byte, 1);
    if (!bytes->failed && byte >= least && byte <= most)
        return byte;
    bytes->failed = true;
    return least;
}

uint32_t cs_u2f_take_number(struct cs_u2f_bytes *bytes, size_t size)
{
    unsigned char number[4] = {0};
    uint32_t value = 0;

    cs_u2f_take(bytes, number, size);
    for (size_t i = 0; i < size && !bytes->failed; i++)
        value = value << 8 | number[i];
    return value;
}
