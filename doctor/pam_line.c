/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_line.h"

#include <string.h>

static const char blanks[] = " \t\n";

/* Brackets begin at the start of a word only, and `\]` does not end them. */
static bool within_brackets(const struct cs_buffer *text)
{
    bool within = false;

    for (size_t i = 0; i < text->length; i++) {
        char before = i > 0 ? text->text[i - 1] : ' ';

        if (!within)
            within = text->text[i] == '[' && strchr(blanks, before) != NULL;
        else
            within = text->text[i] != ']' || before == '\\';
    }
    return within;
}

/* What one call of fgets or getline returns, up to a NUL, where libpam takes it to end. */
struct part {
    const char *text;
    size_t length; /* with its newline */
    bool whole;    /* it reaches the end of its line */
};

/* At most `room` bytes; 0: as many as there are. False: nothing is left. */
static bool take_part(struct cs_pam_reader *reader, size_t room, struct part *part)
{
    size_t left = (size_t)(reader->end - reader->next);
    size_t most = room > 0 && room < left ? room : left;
    const char *newline = most > 0 ? memchr(reader->next, '\n', most) : NULL;
    size_t taken = newline ? (size_t)(newline - reader->next) + 1 : most;

    part->text = reader->next;
    part->length = strnlen(reader->next, taken);
    part->whole = newline != NULL || taken == left;
    reader->next += taken;
    reader->number += newline != NULL;
    return taken > 0;
}

/* Where the text of a part ends if a \ says that the line goes on; NULL: it does not. */
static const char *before_backslash(const struct part *part)
{
    const char *end = part->text + part->length;

    while (end > part->text && strchr(blanks, end[-1]) != NULL)
        end--;
    return end > part->text && end[-1] == '\\' ? end - 1 : NULL;
}

static void begin(struct cs_pam_line *line, unsigned number, size_t bytes)
{
    if (line->text.length == 0) {
        line->number = number;
        line->length = 0;
    }
    line->length += bytes;
}

/* Adds a part up to its comment. True: the line goes on. */
static bool add(struct cs_pam_line *line, const struct part *part)
{
    const char *hash = memchr(part->text, '#', part->length);
    const char *backslash = hash == NULL ? before_backslash(part) : NULL;
    const char *end = hash ? hash : backslash ? backslash : part->text + part->length;

    cs_buffer_add(&line->text, part->text, (size_t)(end - part->text));
    cs_buffer_text(&line->text, backslash != NULL ? " " : "");
    line->hash_in_brackets = hash != NULL && within_brackets(&line->text);
    return backslash != NULL;
}

static size_t skip(const struct part *part, const char *what)
{
    size_t count = 0;

    while (count < part->length && strchr(what, part->text[count]) != NULL)
        count++;
    return count;
}

static size_t without_newline(const struct part *part)
{
    return part->length - (part->length > 0 && part->text[part->length - 1] == '\n');
}

/* libpam 1.5.2: a buffer of 1024 bytes, and fgets. */
static enum cs_pam_line_result next_old(struct cs_pam_reader *reader, struct cs_pam_line *line)
{
    bool goes_on = false, rest = false;
    struct part part;

    for (;;) {
        size_t room = CS_PAM_LINE_MAX - line->text.length, blank;
        unsigned number = reader->number;

        if (room == 0)
            return CS_PAM_LINE_HANGS;
        if (!take_part(reader, room, &part))
            return goes_on ? CS_PAM_LINE_BROKEN : CS_PAM_LINE_END;
        blank = skip(&part, blanks);
        if (blank < part.length && part.text[blank] != '#') {
            begin(line, number, without_newline(&part));
            line->rest = line->rest || rest;
            goes_on = add(line, &part);
            if (!goes_on)
                return CS_PAM_LINE;
        }
        rest = !part.whole;
    }
}

/* libpam 1.6 and later: getline, and the blanks before each part taken off. */
static enum cs_pam_line_result next_new(struct cs_pam_reader *reader, struct cs_pam_line *line)
{
    bool goes_on = false;
    struct part part;

    for (;;) {
        unsigned number = reader->number;
        size_t blank, bytes;

        if (!take_part(reader, 0, &part))
            return goes_on ? CS_PAM_LINE_BROKEN : CS_PAM_LINE_END;
        bytes = without_newline(&part);
        blank = skip(&part, " \t");
        part.text += blank;
        part.length -= blank;
        if (!goes_on && (part.length == 0 || strchr("#\n", part.text[0]) != NULL))
            continue;
        begin(line, number, bytes);
        goes_on = add(line, &part);
        if (!goes_on)
            return CS_PAM_LINE;
    }
}

enum cs_pam_line_result cs_pam_line_next(struct cs_pam_reader *reader, struct cs_pam_line *line)
{
    enum cs_pam_line_result result;

    *line = (struct cs_pam_line){.number = reader->number};
    result = reader->newer ? next_new(reader, line) : next_old(reader, line);
    return line->text.failed ? CS_PAM_LINE_NOMEM : result;
}

/* The text in brackets, which `\]` does not end; returns where it ends. */
static char *take_brackets(char *from)
{
    char *to = from;

    for (; *from != '\0' && *from != ']'; to++, from++) {
        if (from[0] == '\\' && from[1] == ']')
            from++;
        *to = *from;
    }
    if (to != from)
        *to = '\0';
    return from;
}

char *cs_pam_word(char **next)
{
    char *word = *next, *end;

    if (word == NULL)
        return NULL;
    word += strspn(word, blanks);
    if (*word == '\0')
        return *next = NULL;
    if (*word == '[')
        end = take_brackets(++word);
    else
        end = word + strcspn(word, blanks);
    if (*end != '\0')
        *end++ = '\0';
    *next = *end != '\0' ? end : NULL;
    return word;
}
