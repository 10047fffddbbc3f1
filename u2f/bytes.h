/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a message byte by byte without running past its end. */
#ifndef CS_U2F_BYTES_H
#define CS_U2F_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cs_u2f_bytes {
    const unsigned char *at;
    size_t left;
    bool failed; /* something was missing or out of bounds; stays set */
};

void cs_u2f_take(struct cs_u2f_bytes *bytes, void *ret_data, size_t length);

/* A byte that must be within bounds; `least` if it is not. */
unsigned char cs_u2f_take_byte(struct cs_u2f_bytes *bytes, unsigned char least, unsigned char most);

/* A number of 1 to 4 bytes in network order; 0 if it is cut off. */
uint32_t cs_u2f_take_number(struct cs_u2f_bytes *bytes, size_t size);

#endif
