/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/codec.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 4, FIELDS_MAX = 16 };

/* ---- writing ---- */

struct writer {
    unsigned char *data;
    size_t length;
    bool full;
};

static void put_field(struct writer *writer, const struct cs_field *field, const void *head,
                      size_t head_length, const void *value, size_t length)
{
    uint16_t words[2] = {htons(field->tag), htons((uint16_t)(head_length + length))};

    if (head_length + length > field->bytes ||
        writer->length + HEADER_BYTES + head_length + length > CS_MESSAGE_BYTES_MAX) {
        writer->full = true;
        return;
    }
    memcpy(writer->data + writer->length, words, HEADER_BYTES);
    writer->length += HEADER_BYTES;
    if (head_length > 0)
        memcpy(writer->data + writer->length, head, head_length);
    writer->length += head_length;
    if (length > 0)
        memcpy(writer->data + writer->length, value, length);
    writer->length += length;
}

static void put_uint(struct writer *writer, const struct cs_field *field, const void *member)
{
    uint32_t value = htonl(*(const uint32_t *)member);

    if (value == 0 && !field->required)
        return;
    put_field(writer, field, NULL, 0, &value, sizeof value);
}

static void put_string(struct writer *writer, const struct cs_field *field, const void *member)
{
    const char *text = *(char *const *)member;

    if (text != NULL)
        put_field(writer, field, NULL, 0, text, strlen(text));
}

static void put_strings(struct writer *writer, const struct cs_field *field, const void *member)
{
    const struct cs_strlist *list = member;

    for (size_t i = 0; i < list->count; i++)
        put_field(writer, field, NULL, 0, list->items[i], strlen(list->items[i]));
}

static void put_secret(struct writer *writer, const struct cs_field *field, const void *member)
{
    const struct cs_secret *secret = member;

    if (secret->data != NULL)
        put_field(writer, field, NULL, 0, secret->data, secret->length);
}

static void put_prompts(struct writer *writer, const struct cs_field *field, const void *member)
{
    const struct cs_round *round =
        (const void *)((const char *)member - offsetof(struct cs_round, prompts));

    for (size_t i = 0; i < round->count; i++) {
        const struct cs_prompt *prompt = &round->prompts[i];
        unsigned char echo = prompt->echo;

        put_field(writer, field, &echo, 1, prompt->text, strlen(prompt->text));
    }
}

static void put_answers(struct writer *writer, const struct cs_field *field, const void *member)
{
    const struct cs_answers *answers = member;

    for (size_t i = 0; i < answers->count; i++)
        put_field(writer, field, NULL, 0, answers->items[i].data, answers->items[i].length);
}

/* ---- reading ---- */

static enum cs_err get_uint(const char *data, size_t length, void *member)
{
    uint32_t value;

    if (length != sizeof value)
        return CS_ERR_PROTOCOL;
    memcpy(&value, data, sizeof value);
    *(uint32_t *)member = ntohl(value);
    return CS_OK;
}

static enum cs_err get_string(const char *data, size_t length, void *member)
{
    char **text = member;

    if (memchr(data, '\0', length) != NULL)
        return CS_ERR_PROTOCOL;
    free(*text);
    *text = strndup(data, length);
    return *text ? CS_OK : CS_ERR_NOMEM;
}

static enum cs_err get_strings(const char *data, size_t length, void *member)
{
    if (memchr(data, '\0', length) != NULL)
        return CS_ERR_PROTOCOL;
    return cs_strlist_add(member, data, length);
}

static enum cs_err get_secret(const char *data, size_t length, void *member)
{
    return cs_secret_set(member, data, length);
}

static enum cs_err get_prompts(const char *data, size_t length, void *member)
{
    struct cs_round *round = (void *)((char *)member - offsetof(struct cs_round, prompts));

    if (length < 2 || (unsigned char)data[0] > 1 || memchr(data + 1, '\0', length - 1) != NULL)
        return CS_ERR_PROTOCOL;
    return cs_round_add(round, data + 1, length - 1, data[0] == 1);
}

static enum cs_err get_answers(const char *data, size_t length, void *member)
{
    return cs_answers_add(member, data, length);
}

static const struct {
    void (*put)(struct writer *writer, const struct cs_field *field, const void *member);
    enum cs_err (*get)(const char *data, size_t length, void *member);
} kinds[] = {
    [CS_FIELD_UINT] = {put_uint, get_uint},
    [CS_FIELD_STRING] = {put_string, get_string},
    [CS_FIELD_STRINGS] = {put_strings, get_strings},
    [CS_FIELD_SECRET] = {put_secret, get_secret},
    [CS_FIELD_PROMPTS] = {put_prompts, get_prompts},
    [CS_FIELD_ANSWERS] = {put_answers, get_answers},
};

/* ---- both directions ---- */

enum cs_err cs_encode(unsigned type, uint32_t version, const void *message,
                      struct cs_secret *ret_packet, struct cs_error *error)
{
    struct writer writer = {malloc(CS_MESSAGE_BYTES_MAX + 1), 1, false};
    size_t count = 0;
    const struct cs_field *fields = cs_message_fields(type, &count);

    if (writer.data == NULL)
        return cs_fail_nomem(error);
    writer.data[0] = (unsigned char)type;
    for (size_t i = 0; fields != NULL && i < count; i++) {
        const char *member = (const char *)message + fields[i].offset;

        if (fields[i].since <= version)
            kinds[fields[i].kind].put(&writer, &fields[i], member);
    }
    cs_secret_free(ret_packet);
    ret_packet->data = (char *)writer.data;
    ret_packet->length = writer.length;
    if (fields == NULL || writer.full)
        return cs_fail(error, CS_ERR_LIMIT,
                       "message %u has a value longer than the protocol allows, or more "
                       "than %d bytes in all",
                       type, CS_MESSAGE_BYTES_MAX);
    return CS_OK;
}

static const struct cs_field *find_field(const struct cs_field *fields, size_t count, uint16_t tag,
                                         uint32_t version, size_t *ret_row)
{
    for (size_t i = 0; i < count && i < FIELDS_MAX; i++) {
        if (fields[i].tag == tag && fields[i].since <= version) {
            *ret_row = i;
            return &fields[i];
        }
    }
    return NULL;
}

static enum cs_err decode_field(const struct cs_field *fields, size_t count, uint32_t version,
                                uint16_t tag, const char *data, size_t length, unsigned *seen,
                                void *message, struct cs_error *error)
{
    size_t row = 0;
    const struct cs_field *field = find_field(fields, count, tag, version, &row);

    if (field == NULL && (tag & CS_TAG_MAY_IGNORE) != 0)
        return CS_OK;
    if (field == NULL)
        return cs_fail(error, CS_ERR_PROTOCOL, "unknown field %u", tag);
    if (seen[row] >= field->most || length > field->bytes)
        return cs_fail(error, CS_ERR_PROTOCOL, "field %u is repeated or too long", tag);
    seen[row]++;
    if (kinds[field->kind].get(data, length, (char *)message + field->offset) != CS_OK)
        return cs_fail(error, CS_ERR_PROTOCOL, "field %u has an invalid value", tag);
    return CS_OK;
}

static enum cs_err check_required(const struct cs_field *fields, size_t count, uint32_t version,
                                  const unsigned *seen, struct cs_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].required && fields[i].since <= version && seen[i] == 0)
            return cs_fail(error, CS_ERR_PROTOCOL, "field %u is missing", fields[i].tag);
    }
    return CS_OK;
}

enum cs_err cs_decode(const struct cs_secret *packet, unsigned type, uint32_t version,
                      void *ret_message, struct cs_error *error)
{
    unsigned seen[FIELDS_MAX] = {0};
    size_t count = 0;
    const struct cs_field *fields = cs_message_fields(type, &count);
    size_t position = 1;

    if (fields == NULL || cs_packet_type(packet) != type)
        return cs_fail(error, CS_ERR_PROTOCOL, "message %u came where %u belongs",
                       cs_packet_type(packet), type);
    while (position < packet->length) {
        uint16_t words[2];
        size_t length;
        enum cs_err result;

        if (packet->length - position < HEADER_BYTES)
            return cs_fail(error, CS_ERR_PROTOCOL, "message %u ends inside a field", type);
        memcpy(words, packet->data + position, HEADER_BYTES);
        position += HEADER_BYTES;
        length = ntohs(words[1]);
        if (packet->length - position < length)
            return cs_fail(error, CS_ERR_PROTOCOL, "message %u ends inside a field", type);
        result = decode_field(fields, count, version, ntohs(words[0]), packet->data + position,
                              length, seen, ret_message, error);
        if (result != CS_OK)
            return result;
        position += length;
    }
    return check_required(fields, count, version, seen, error);
}

unsigned cs_packet_type(const struct cs_secret *packet)
{
    return packet->length > 0 ? (unsigned char)packet->data[0] : 0;
}
