/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct cs_buffer *buffer, size_t extra)
{
    size_t wanted = buffer->length + extra + 1;
    size_t capacity = buffer->capacity ? buffer->capacity : 128;
    char *grown;

    if (buffer->failed)
        return false;
    if (wanted <= buffer->capacity)
        return true;
    while (capacity < wanted)
        capacity *= 2;
    /* Not realloc, which may leave a copy behind: a text can hold a secret (an otpauth URI). */
    grown = malloc(capacity);
    if (grown == NULL) {
        buffer->failed = true;
        return false;
    }
    if (buffer->length > 0)
        memcpy(grown, buffer->text, buffer->length);
    grown[buffer->length] = '\0';
    if (buffer->text != NULL)
        explicit_bzero(buffer->text, buffer->capacity);
    free(buffer->text);
    buffer->text = grown;
    buffer->capacity = capacity;
    return true;
}

void cs_buffer_reserve(struct cs_buffer *buffer, size_t length)
{
    (void)reserve(buffer, length);
}

void cs_buffer_add(struct cs_buffer *buffer, const char *data, size_t length)
{
    if (!reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->text + buffer->length, data, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void cs_buffer_text(struct cs_buffer *buffer, const char *text)
{
    cs_buffer_add(buffer, text, strlen(text));
}

void cs_buffer_append(struct cs_buffer *buffer, const struct cs_buffer *part)
{
    buffer->failed = buffer->failed || part->failed;
    if (part->text != NULL)
        cs_buffer_add(buffer, part->text, part->length);
}

void cs_buffer_printf(struct cs_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    int length;

    size_t room;

    if (!reserve(buffer, 0))
        return;
    room = buffer->capacity - buffer->length;
    va_start(arguments, format);
    length = vsnprintf(buffer->text + buffer->length, room, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length >= room && reserve(buffer, (size_t)length)) {
        va_start(arguments, format);
        (void)vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    if (length < 0 || buffer->failed)
        buffer->text[buffer->length] = '\0'; /* nothing was added */
    else
        buffer->length += (size_t)length;
}

char *cs_buffer_take(struct cs_buffer *buffer)
{
    char *text;

    cs_buffer_add(buffer, "", 0);
    if (buffer->failed) {
        cs_buffer_free(buffer);
        return NULL;
    }
    text = buffer->text;
    *buffer = (struct cs_buffer){0};
    return text;
}

void cs_buffer_free(struct cs_buffer *buffer)
{
    if (buffer->text != NULL)
        explicit_bzero(buffer->text, buffer->capacity);
    free(buffer->text);
    *buffer = (struct cs_buffer){0};
}
