/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a login says and how: its language, the administrator's own texts, the values that every
 * text may use. Each login has one; methods render everything that a person sees through it.
 */
#ifndef CS_CONVERSATION_PHRASEBOOK_H
#define CS_CONVERSATION_PHRASEBOOK_H

#include "conversation/catalogue.h"
#include "conversation/template.h"

/* An administrator's text in one language. */
struct cs_text_variant {
    char language[CS_LANGUAGE_SIZE]; /* "": every language */
    const char *text;                /* the configuration's, or an argument; borrowed */
};

/* The administrator's texts for one key; count 0: the catalogue's. Borrowed. */
struct cs_text_setting {
    const struct cs_text_variant *variants;
    size_t count;
};

struct cs_phrasebook;

/* Told which texts are rendered, for whoever wants to know what a prompt asks for. */
struct cs_listener {
    void (*heard)(void *context, const struct cs_phrasebook *book, enum cs_text key);
    void *context;
};

struct cs_phrasebook {
    const struct cs_catalogue *catalogue;
    struct cs_listener listener; /* empty: nobody listens */
    struct cs_text_setting own[CS_TEXTS];
    struct cs_values values; /* the login's: U, H, S, R */
    bool ascii;              /* plain ASCII only */
    bool mask;               /* hide the middle of addresses and phone numbers */
};

/* Whether the administrator has a text for `key` in the login's language. */
bool cs_has_own(const struct cs_phrasebook *book, enum cs_text key);

/*
 * Appends the text of `key` with `values` (the login's are added; NULL: only the login's). If the
 * result would be empty where a prompt is needed, the English text replaces it.
 */
void cs_say(const struct cs_phrasebook *book, enum cs_text key, const struct cs_values *values,
            struct cs_buffer *out);

/*
 * Appends a prompt made of several texts, the last of which asks. If they do not all fit in
 * CS_PROMPT_BYTES, only the last is used; if that does not fit, its English text.
 */
void cs_say_prompt(const struct cs_phrasebook *book, const enum cs_text *keys, size_t count,
                   const struct cs_values *values, struct cs_buffer *out);

/*
 * Appends a phone number or address as it may be shown: with book->mask the middle is hidden
 * ("+1555•••4567", "a•••@example.com").
 */
void cs_show_address(const struct cs_phrasebook *book, const char *address, struct cs_buffer *out);

#endif
