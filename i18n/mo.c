/* SPDX-License-Identifier: Apache-2.0 */
#include "i18n/mo.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAGIC_OFFSET = 0,
    REVISION_OFFSET = 4,
    COUNT_OFFSET = 8,
    ORIGINALS_OFFSET = 12,
    TRANSLATIONS_OFFSET = 16,
    HEADER_BYTES = 20,
    ENTRY_BYTES = 8,
    CONTEXT_END = '\004', /* between context and text of a message */
};

static const uint32_t magic = 0x950412de, swapped_magic = 0xde120495;

struct cs_mo {
    size_t length;
    uint32_t count, originals, translations;
    bool swapped; /* written on a machine with the other byte order */
    char data[];
};

static uint32_t read_word(const struct cs_mo *mo, size_t offset)
{
    uint32_t word;

    memcpy(&word, mo->data + offset, sizeof word);
    return mo->swapped ? __builtin_bswap32(word) : word;
}

/* The string that entry `index` of the table at `table` points to, or NULL unless it lies wholly
 * within the file and is followed by a NUL. */
static const char *entry(const struct cs_mo *mo, uint32_t table, uint32_t index, size_t *ret_length)
{
    size_t place = (size_t)table + (size_t)index * ENTRY_BYTES;
    size_t length = read_word(mo, place), offset = read_word(mo, place + 4);

    if (offset >= mo->length || length >= mo->length - offset || mo->data[offset + length] != '\0')
        return NULL;
    *ret_length = length;
    return mo->data + offset;
}

static bool table_fits(const struct cs_mo *mo, uint32_t table)
{
    return table >= HEADER_BYTES && table <= mo->length &&
           mo->count <= (mo->length - table) / ENTRY_BYTES;
}

static enum cs_err check(const char *name, struct cs_mo *mo, struct cs_error *error)
{
    size_t length;

    mo->swapped = false;
    mo->swapped = read_word(mo, MAGIC_OFFSET) == swapped_magic;
    if (read_word(mo, MAGIC_OFFSET) != magic || read_word(mo, REVISION_OFFSET) >> 16 != 0)
        return cs_fail(error, CS_ERR_INPUT, "%s: not a gettext catalogue; install it again", name);
    mo->count = read_word(mo, COUNT_OFFSET);
    mo->originals = read_word(mo, ORIGINALS_OFFSET);
    mo->translations = read_word(mo, TRANSLATIONS_OFFSET);
    if (mo->count > CS_MO_STRINGS_MAX || !table_fits(mo, mo->originals) ||
        !table_fits(mo, mo->translations))
        return cs_fail(error, CS_ERR_INPUT, "%s: a table lies outside the file; install it again",
                       name);
    for (uint32_t i = 0; i < mo->count; i++) {
        if (entry(mo, mo->originals, i, &length) == NULL ||
            entry(mo, mo->translations, i, &length) == NULL)
            return cs_fail(error, CS_ERR_INPUT,
                           "%s: message %u lies outside the file; install it again", name,
                           (unsigned)i);
    }
    return CS_OK;
}

enum cs_err cs_mo_parse(const char *name, const void *data, size_t length, struct cs_mo **ret_mo,
                        struct cs_error *error)
{
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    enum cs_err result;

    if (length < HEADER_BYTES || length > CS_MO_BYTES_MAX)
        return cs_fail(error, CS_ERR_INPUT, "%s: %zu bytes cannot be a gettext catalogue", name,
                       length);
    mo = calloc(1, sizeof *mo + length);
    if (mo == NULL)
        return cs_fail_nomem(error);
    mo->length = length;
    memcpy(mo->data, data, length);
    result = check(name, mo, error);
    if (result != CS_OK)
        return result;
    *ret_mo = mo;
    mo = NULL;
    return CS_OK;
}

void cs_mo_free(struct cs_mo **mo)
{
    free(*mo);
    *mo = NULL;
}

/* `others` NULL: the text has one form. */
static bool is_message(const char *original, size_t length, const char *context, const char *text,
                       const char *others)
{
    size_t context_length = strlen(context), text_length = strlen(text);
    size_t others_length = others ? 1 + strlen(others) : 0;

    return length == context_length + 1 + text_length + others_length &&
           strncmp(original, context, context_length) == 0 &&
           original[context_length] == CONTEXT_END &&
           strcmp(original + context_length + 1, text) == 0 &&
           (others == NULL || strcmp(original + context_length + 1 + text_length + 1, others) == 0);
}

/* NULL if there is no such message. */
static const char *find(const struct cs_mo *mo, const char *context, const char *text,
                        const char *others, size_t *ret_length)
{
    for (uint32_t i = 0; i < mo->count; i++) {
        size_t length = 0;
        const char *original = entry(mo, mo->originals, i, &length);

        if (is_message(original, length, context, text, others))
            return entry(mo, mo->translations, i, ret_length);
    }
    return NULL;
}

const char *cs_mo_find(const struct cs_mo *mo, const char *context, const char *text)
{
    size_t length = 0;
    const char *translation = find(mo, context, text, NULL, &length);

    /* A NUL inside would end it early: that belongs to a text with several forms. */
    return length > 0 && strlen(translation) == length ? translation : NULL;
}

const char *cs_mo_find_forms(const struct cs_mo *mo, const char *context, const char *forms,
                             unsigned count)
{
    size_t length = 0, place = 0;
    const char *found = find(mo, context, forms, forms + strlen(forms) + 1, &length);

    for (unsigned i = 0; found != NULL && i < count; i++) {
        size_t size = place <= length ? strlen(found + place) : 0;

        if (size == 0)
            return NULL;
        place += size + 1;
    }
    return place == length + 1 ? found : NULL;
}
