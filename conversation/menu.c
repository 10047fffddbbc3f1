/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/menu.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/trim.h"
#include "base/typed_code.h"
#include "conversation/answer.h"
#include "conversation/ascii.h"

enum { NUMBER_SIZE = 24, NUMBER_DIGITS = 2, PAGE_TURNS_MAX = 50 };

/* ---- showing ---- */

static void show_name(const struct cs_phrasebook *book, const struct cs_menu_entry *entry,
                      struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};

    if (entry->name == NULL)
        return;
    if (entry->is_address)
        cs_show_address(book, entry->name, &name);
    else
        cs_buffer_text(&name, entry->name);
    out->failed = out->failed || name.failed;
    cs_add_bounded(out, name.text ? name.text : "", CS_MENU_NAME_COLUMNS);
}

static void show_entry(const struct cs_phrasebook *book, const struct cs_menu *menu, size_t index,
                       struct cs_values *values, struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};
    char number[NUMBER_SIZE];

    (void)snprintf(number, sizeof number, "%zu", index + 1);
    show_name(book, &menu->entries[index], &name);
    out->failed = out->failed || name.failed;
    cs_values_set(values, 'I', number);
    cs_values_set(values, 'N', name.text ? name.text : "");
    cs_values_set(values, 'D', name.text ? name.text : "");
    cs_say(book, menu->entries[index].text, values, out);
    cs_values_set(values, 'I', NULL);
    cs_values_set(values, 'N', NULL);
    cs_values_set(values, 'D', NULL);
}

/* The text around the lines of a page; its length decides how many of them fit. */
struct frame {
    struct cs_buffer before, more, end;
};

static void free_frame(struct frame *frame)
{
    cs_buffer_free(&frame->before);
    cs_buffer_free(&frame->more);
    cs_buffer_free(&frame->end);
}

static void make_frame(const struct cs_phrasebook *book, unsigned tries_left,
                       const struct cs_values *values, struct frame *frame)
{
    free_frame(frame);
    if (tries_left > 0)
        cs_say(book, CS_TEXT_CHOICE_NOT_UNDERSTOOD, values, &frame->before);
    cs_say(book, CS_TEXT_CHOICE_START, values, &frame->before);
    cs_say(book, CS_TEXT_CHOICE_MORE, values, &frame->more);
    cs_say(book, CS_TEXT_CHOICE_END, values, &frame->end);
}

/* Whether the frame has room for any line at all. */
static bool fits(const struct cs_phrasebook *book, const struct cs_menu *menu,
                 struct cs_values *values, const struct frame *frame)
{
    size_t used = frame->before.length + frame->more.length + frame->end.length;

    for (size_t i = 0; i < menu->count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

        /* Only an administrator's texts are that long, so do not measure each line of each menu. */
        if (used <= CS_PROMPT_BYTES / 2 && book->own[menu->entries[i].text].count == 0)
            continue;
        show_entry(book, menu, i, values, &line);
        if (used + line.length > CS_PROMPT_BYTES)
            return false;
    }
    return true;
}

void cs_menu_render(const struct cs_phrasebook *book, const struct cs_menu *menu, size_t first,
                    unsigned tries_left, struct cs_buffer *out, size_t *ret_next)
{
    CS_AUTO(free_frame) struct frame frame = {0};
    char total[NUMBER_SIZE], tries[NUMBER_SIZE];
    struct cs_values values = {0};
    struct cs_phrasebook plain;
    size_t index = first, lines = 0;

    (void)snprintf(total, sizeof total, "%zu", menu->count);
    (void)snprintf(tries, sizeof tries, "%u", tries_left);
    cs_values_set(&values, 'T', total);
    cs_values_set(&values, 'L', tries);
    make_frame(book, tries_left, &values, &frame);
    if (!fits(book, menu, &values, &frame)) {
        plain = *book;
        memset(plain.own, 0, sizeof plain.own);
        book = &plain;
        make_frame(book, tries_left, &values, &frame);
    }
    cs_buffer_append(out, &frame.before);
    for (; index < menu->count; index++, lines++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
        /* The very last line needs no room for "more" after it if it is on the first page. */
        bool whole = first == 0 && index + 1 == menu->count;

        show_entry(book, menu, index, &values, &line);
        if (lines > 0 &&
            out->length + line.length + frame.end.length + (whole ? 0 : frame.more.length) >
                CS_PROMPT_BYTES)
            break;
        cs_buffer_append(out, &line);
    }
    *ret_next = index < menu->count ? index : 0;
    if (first > 0 || *ret_next > 0)
        cs_buffer_append(out, &frame.more);
    cs_buffer_append(out, &frame.end);
}

/* ---- reading ---- */

/* Finds the only entry that could have produced a code; false if none or several could. */
static bool only_code_entry(const struct cs_menu *menu, size_t *ret_index)
{
    size_t found = 0;

    for (size_t i = 0; i < menu->count; i++) {
        if (menu->entries[i].takes_code) {
            *ret_index = i;
            found++;
        }
    }
    return found == 1;
}

static bool is_same(const char *name, const char *typed, size_t length)
{
    return name != NULL && strlen(name) == length && strncasecmp(name, typed, length) == 0;
}

/* Whether a line shows this name. What it hides cannot be found out by typing. */
static bool shows(const struct cs_phrasebook *book, const struct cs_menu_entry *entry,
                  const char *typed, size_t length)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0}, plain = {0};

    show_name(book, entry, &name);
    return !name.failed &&
           (is_same(name.text, typed, length) ||
            (book->ascii && name.length > 0 &&
             cs_to_ascii(&plain, book->catalogue->language, name.text, name.length) &&
             !plain.failed && is_same(plain.text, typed, length)));
}

/* Finds the only entry with this name, typed in full: a choice may have something sent, and
 * programs answer every prompt with the user's name. */
static bool find_name(const struct cs_phrasebook *book, const struct cs_menu *menu,
                      const char *typed, size_t length, size_t *ret_index)
{
    size_t found = 0;

    for (size_t i = 0; i < menu->count; i++) {
        if (is_same(menu->entries[i].word, typed, length) ||
            shows(book, &menu->entries[i], typed, length)) {
            *ret_index = i;
            found++;
        }
    }
    return found == 1;
}

static bool find_number(const struct cs_menu *menu, const char *text, size_t length,
                        size_t *ret_index)
{
    size_t number = 0;

    if (length > NUMBER_DIGITS || strspn(text, "0123456789") != length)
        return false;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (size_t)(text[i] - '0');
    *ret_index = number - 1;
    return number >= 1 && number <= menu->count;
}

enum cs_choice_kind cs_menu_parse(const struct cs_phrasebook *book, const struct cs_menu *menu,
                                  const struct cs_secret *answer, bool several_pages,
                                  size_t *ret_index, bool *ret_page_turn)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};
    const char *text = answer->data ? answer->data : "";
    size_t length = answer->length, dash = 0;

    *ret_page_turn = false;
    if (cs_answer_kind(answer) == CS_ANSWER_JUNK)
        return CS_CHOICE_JUNK;
    if (cs_typed_code(answer, &code) != CS_OK)
        return CS_CHOICE_NONE;
    cs_trim(&text, &length, " \t\r");
    *ret_page_turn = several_pages && (length == 0 || strcmp(code.data, "0") == 0);
    if (*ret_page_turn || code.length == 0 || memchr(text, '\0', length) != NULL)
        return CS_CHOICE_NONE;
    if ((cs_find_dash(text, length, &dash) == NULL &&
         find_number(menu, code.data, code.length, ret_index)) ||
        find_name(book, menu, text, length, ret_index))
        return CS_CHOICE_ENTRY;
    return cs_is_digits(&code) && only_code_entry(menu, ret_index) ? CS_CHOICE_CODE
                                                                   : CS_CHOICE_NONE;
}

static enum cs_err ask_page(struct cs_channel *channel, const struct cs_phrasebook *book,
                            const struct cs_menu *menu, size_t first, unsigned tries_left,
                            size_t *ret_next, struct cs_secret *ret_answer, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer prompt = {0};

    cs_menu_render(book, menu, first, tries_left, &prompt, ret_next);
    if (prompt.failed)
        return cs_fail_nomem(error);
    return cs_ask(channel, prompt.text, true, ret_answer, error);
}

/* Notes an answer that chose nothing. Who presses a wrong digit twice is a person. */
static enum cs_err note_odd(const struct cs_secret *answer, struct cs_repeats *odd,
                            bool *ret_repeated, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    if (cs_typed_code(answer, &code) != CS_OK)
        return cs_fail_nomem(error);
    if (answer->length == 0 || (code.length > 0 && code.length <= NUMBER_DIGITS &&
                                strspn(code.data, "0123456789") == code.length))
        return CS_OK;
    return cs_repeats_note(odd, answer, ret_repeated) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_menu_ask(struct cs_channel *channel, const struct cs_phrasebook *book,
                        const struct cs_menu *menu, unsigned tries, struct cs_repeats *odd,
                        struct cs_choice *ret_choice, struct cs_error *error)
{
    unsigned turns = 0, left = 0;
    size_t first = 0;

    *ret_choice = (struct cs_choice){.kind = CS_CHOICE_NONE};
    while (ret_choice->answers < tries && turns < PAGE_TURNS_MAX) {
        CS_AUTO(cs_secret_free) struct cs_secret answer = {0};
        bool page_turn = false, repeated = false;
        size_t next = 0;
        enum cs_err result = ask_page(channel, book, menu, first, left, &next, &answer, error);

        if (result != CS_OK)
            return result;
        ret_choice->kind = cs_menu_parse(book, menu, &answer, first > 0 || next > 0,
                                         &ret_choice->index, &page_turn);
        if (ret_choice->kind == CS_CHOICE_CODE)
            return cs_secret_set(&ret_choice->code, answer.data, answer.length);
        if (ret_choice->kind != CS_CHOICE_NONE)
            return CS_OK;
        if (!page_turn)
            result = note_odd(&answer, odd, &repeated, error);
        if (repeated)
            ret_choice->kind = CS_CHOICE_REPEATED;
        if (result != CS_OK || repeated)
            return result;
        turns += page_turn;
        ret_choice->answers += !page_turn;
        /* Turning the page is a valid answer. */
        left = page_turn ? 0 : tries - ret_choice->answers;
        first = page_turn ? next : first;
    }
    return CS_OK;
}
