/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to bytes and back. One message is one packet: a type byte, then fields. A field is a tag
 * (16 bits, network order; the top bit says that a receiver who does not know it may ignore it), a
 * length (16 bits) and that many bytes. Whatever is unknown otherwise, repeated, missing, out of
 * order of size or trailing is an error; the receiver drops the connection.
 */
#ifndef CS_WIRE_CODEC_H
#define CS_WIRE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "wire/messages.h"

enum { CS_TAG_MAY_IGNORE = 0x8000 };

enum cs_field_kind {
    CS_FIELD_UINT,    /* uint32_t, 4 bytes */
    CS_FIELD_STRING,  /* char *, no NUL inside; absent when NULL */
    CS_FIELD_STRINGS, /* struct cs_strlist, one field an item */
    CS_FIELD_SECRET,  /* struct cs_secret; absent when data is NULL */
    CS_FIELD_PROMPTS, /* the prompts of struct cs_round: an echo byte, then the text */
    CS_FIELD_ANSWERS, /* struct cs_answers, one field an item */
};

/* A row of a message's table. */
struct cs_field {
    uint16_t tag;
    uint8_t kind;     /* enum cs_field_kind */
    uint8_t required; /* must be there */
    uint16_t since;   /* first protocol version that has it */
    uint16_t most;    /* items, of the kinds that repeat */
    uint32_t bytes;   /* longest value */
    size_t offset;    /* in the message's struct */
};

/* The table of a message type; NULL for a type that does not exist. `ret_count` rows. */
const struct cs_field *cs_message_fields(unsigned type, size_t *ret_count);

/* Encodes `message` (the struct that belongs to `type`) for `version` into a new packet that is
 * wiped by its owner (cs_secret_free). */
enum cs_err cs_encode(unsigned type, uint32_t version, const void *message,
                      struct cs_secret *ret_packet, struct cs_error *error) CS_MUST_USE;

/* Decodes a packet that must be of `type` into `ret_message`, a zeroed struct. On failure the
 * struct holds what was read so far; clear it in either case. */
enum cs_err cs_decode(const struct cs_secret *packet, unsigned type, uint32_t version,
                      void *ret_message, struct cs_error *error) CS_MUST_USE;

/* The type byte of a packet; 0 when it is empty. */
unsigned cs_packet_type(const struct cs_secret *packet);

#endif
