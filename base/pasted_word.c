/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pasted_word.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define BLANKS " \t\r\n"

enum { QUIET_MS = 50, FLUSHES_MAX = 20 };

static bool starts_with(const char *text, const char *prefix)
{
    for (; *prefix != '\0'; text++, prefix++) {
        if (*prefix == '#' ? *text < '0' || *text > '9' : *text != *prefix)
            return false;
    }
    return true;
}

const char *cs_pasted_word_find(const char *text, const char *prefix)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (starts_with(at, prefix) && (at == text || strchr(BLANKS, at[-1]) != NULL))
            return at;
    }
    return NULL;
}

size_t cs_pasted_word_length(const char *text)
{
    return strcspn(text, BLANKS);
}

void cs_pasted_word_advise(const char *text, struct cs_error *error)
{
    static const char advice[] = "; if the terminal broke it into several lines, join them";
    const char *after = text + cs_pasted_word_length(text);
    size_t used = strlen(error->text);

    if (after[strspn(after, BLANKS)] == '\0')
        (void)snprintf(error->text + used, sizeof error->text - used, "%s", advice);
}

/* Reads byte by byte, because what follows belongs to another program. False at the end of the
 * input. */
static bool read_line(size_t limit, struct cs_buffer *ret_line)
{
    char byte = '\0';
    ssize_t got = 1;

    cs_buffer_free(ret_line);
    while (ret_line->length < limit && !ret_line->failed) {
        do
            got = read(STDIN_FILENO, &byte, 1);
        while (got < 0 && errno == EINTR);
        if (got <= 0 || byte == '\n')
            break;
        cs_buffer_add(ret_line, byte == '\0' ? "?" : &byte, 1);
    }
    cs_buffer_text(ret_line, "");
    return got > 0 || ret_line->length > 0;
}

/* A paste arrives in pieces; it has ended when nothing has come for a moment. A line without its
 * newline does not count. */
static bool is_more_waiting(void)
{
    struct pollfd entry = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&entry, 1, QUIET_MS) > 0;
}

static void discard_rest(void)
{
    for (int i = 0; i < FLUSHES_MAX && is_more_waiting(); i++)
        (void)tcflush(STDIN_FILENO, TCIFLUSH);
    /* A line without its newline may still be there. */
    (void)tcflush(STDIN_FILENO, TCIFLUSH);
}

bool cs_pasted_word_is_framed(const char *line)
{
    return (line[0] == '|' || line[0] == '>') && line[1] == ' ';
}

/* What the limits leave. */
struct room {
    int lines;
    size_t bytes;
};

static bool read_next(struct room *room, struct cs_buffer *ret_line)
{
    if (room->lines == 0 || room->bytes == 0 || !read_line(room->bytes, ret_line))
        return false;
    room->lines--;
    room->bytes -= ret_line->length;
    return true;
}

/* Appends the lines in which the word goes on. A line without a frame is not one of them. */
static void read_on(const struct cs_pasted_word *wanted, bool terminal, struct room *room,
                    struct cs_buffer *out)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};

    while (wanted->goes_on != NULL && !out->failed && wanted->goes_on(out->text)) {
        if (terminal && !is_more_waiting())
            (void)fputs(wanted->more, stderr);
        if (!read_next(room, &line) || !cs_pasted_word_is_framed(line.text))
            return;
        cs_buffer_text(out, "\n");
        cs_buffer_append(out, &line);
    }
}

static enum cs_err find_line(const struct cs_pasted_word *wanted, bool terminal,
                             struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer last = {0};
    struct room room = {CS_PASTED_WORD_LINES, CS_PASTED_WORD_BYTES};

    while (read_next(&room, &line)) {
        const char *found;

        if (line.failed)
            return cs_fail_nomem(error);
        found = cs_pasted_word_find(line.text, wanted->prefix);
        if (found != NULL) {
            cs_buffer_text(out, found);
            read_on(wanted, terminal, &room, out);
            return out->failed ? cs_fail_nomem(error) : CS_OK;
        }
        if (line.text[strspn(line.text, BLANKS)] == '\0')
            continue;
        cs_buffer_free(&last);
        cs_buffer_text(&last, line.text);
        if (terminal)
            (void)fputs(wanted->again, stderr);
    }
    cs_buffer_text(out, last.text ? last.text : "");
    if (out->failed || last.failed)
        return cs_fail_nomem(error);
    return cs_fail(error, CS_ERR_NOT_FOUND, "no line contains %s", wanted->prefix);
}

enum cs_err cs_pasted_word_read(const struct cs_pasted_word *wanted, struct cs_buffer *out,
                                struct cs_error *error)
{
    bool terminal = isatty(STDIN_FILENO);
    enum cs_err result;

    if (terminal)
        (void)fputs(wanted->ask, stderr);
    result = find_line(wanted, terminal, out, error);
    if (terminal)
        discard_rest();
    return result;
}
