/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converts messages to bytes and back. One message is one packet: a type byte, then fields. A field
 * is a tag (16 bits, network order; the top bit lets a receiver that does not know the field ignore
 * it), a length (16 bits) and that many bytes. Any other unknown field, a repeated or missing one,
 * a wrong size or trailing bytes are errors; the receiver drops the connection.
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
    CS_FIELD_STRING,  /* char *, no NUL inside; absent if NULL */
    CS_FIELD_STRINGS, /* struct cs_strlist, one field for each item */
    CS_FIELD_SECRET,  /* struct cs_secret; absent if data is NULL */
    CS_FIELD_PROMPTS, /* the prompts of struct cs_round: an echo byte, then the text */
    CS_FIELD_ANSWERS, /* struct cs_answers, one field for each item */
};

/* A row of a message's table. */
struct cs_field {
    uint16_t tag;
    uint8_t kind;     /* enum cs_field_kind */
    uint8_t required; /* must be present */
    uint16_t since;   /* first protocol version that has it */
    uint16_t most;    /* most items, for kinds that repeat */
    uint32_t bytes;   /* longest value, in bytes */
    size_t offset;    /* within the message's struct */
};

/* The table of a message type, `ret_count` rows; NULL for an unknown type. */
const struct cs_field *cs_message_fields(unsigned type, size_t *ret_count);

/* Encodes `message` (the struct for `type`) for `version` into a new packet, which the caller
 * releases (cs_secret_free). */
enum cs_err cs_encode(unsigned type, uint32_t version, const void *message,
                      struct cs_secret *ret_packet, struct cs_error *error) CS_MUST_USE;

/* Decodes a packet that must be of `type` into `ret_message`, a zeroed struct. On failure the
 * struct holds what was read so far; clear it either way. */
enum cs_err cs_decode(const struct cs_secret *packet, unsigned type, uint32_t version,
                      void *ret_message, struct cs_error *error) CS_MUST_USE;

/* The type byte of a packet; 0 for an empty one. */
unsigned cs_packet_type(const struct cs_secret *packet);

#endif
