/* SPDX-License-Identifier: Apache-2.0 */
/* The choice among factors as one prompt; long menus are split into pages, never truncated. */
#ifndef CS_CONVERSATION_MENU_H
#define CS_CONVERSATION_MENU_H

#include "conversation/channel.h"
#include "conversation/phrasebook.h"
#include "conversation/repeats.h"

enum { CS_MENU_NAME_COLUMNS = 40, CS_MENU_ENTRIES_MAX = 99 };

struct cs_menu_entry {
    enum cs_text text; /* the line's template */
    const char *name;  /* %N: number, address, device; may be NULL; sanitised when shown */
    const char *word;  /* another name that may be typed, such as "totp"; may be NULL */
    bool is_address;   /* `name` is masked if the login masks */
    bool takes_code;   /* a code of this factor may be typed straight into the menu */
};

struct cs_menu {
    const struct cs_menu_entry *entries;
    size_t count; /* 1 to CS_MENU_ENTRIES_MAX */
};

enum cs_choice_kind {
    CS_CHOICE_NONE,     /* the tries are used up */
    CS_CHOICE_ENTRY,    /* `index` was chosen */
    CS_CHOICE_CODE,     /* the answer is a code that only entry `index` could have produced */
    CS_CHOICE_JUNK,     /* sshd refuses the account */
    CS_CHOICE_REPEATED, /* the same odd answer twice: a program's */
};

struct cs_choice {
    enum cs_choice_kind kind;
    size_t index;
    struct cs_secret code;
    unsigned answers; /* answers that were not a choice */
};

/* Reads one answer: a number, a code, or a word or name that only one entry has, in full and as it
 * is shown. Pure. `page_turn` is set if the answer asks for the next page ("0" or nothing, with
 * several pages). */
enum cs_choice_kind cs_menu_parse(const struct cs_phrasebook *book, const struct cs_menu *menu,
                                  const struct cs_secret *answer, bool several_pages,
                                  size_t *ret_index, bool *ret_page_turn);

/* Asks until an entry is chosen, `tries` answers chose none, or the pages were turned too often.
 * Answers that no person mistypes are noted in `odd`, which has those of the whole login. */
enum cs_err cs_menu_ask(struct cs_channel *channel, const struct cs_phrasebook *book,
                        const struct cs_menu *menu, unsigned tries, struct cs_repeats *odd,
                        struct cs_choice *ret_choice, struct cs_error *error) CS_MUST_USE;

/* Appends the prompt of the page that starts at entry `first`; *ret_next is the first entry of the
 * next page (0 after the last). `tries_left` 0: nothing was typed yet. */
void cs_menu_render(const struct cs_phrasebook *book, const struct cs_menu *menu, size_t first,
                    unsigned tries_left, struct cs_buffer *out, size_t *ret_next);

#endif
