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

const char *cs_pasted_word_find(const char *text, const char *prefix)
{
    for (const char *at = strstr(text, prefix); at != NULL; at = strstr(at + 1, prefix)) {
        if (at == text || strchr(BLANKS, at[-1]) != NULL)
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

/* A paste arrives in pieces; it has ended when nothing has come for a moment. */
static void discard_rest(void)
{
    struct pollfd entry = {.fd = STDIN_FILENO, .events = POLLIN};

    for (int i = 0; i < FLUSHES_MAX && poll(&entry, 1, QUIET_MS) > 0; i++)
        (void)tcflush(STDIN_FILENO, TCIFLUSH);
    /* poll() does not report a line without its newline, so flush once more. */
    (void)tcflush(STDIN_FILENO, TCIFLUSH);
}

static enum cs_err find_line(const struct cs_pasted_word *wanted, bool terminal,
                             struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer last = {0};
    size_t left = CS_PASTED_WORD_BYTES;

    for (int i = 0; i < CS_PASTED_WORD_LINES && left > 0 && read_line(left, &line); i++) {
        const char *found;

        if (line.failed)
            return cs_fail_nomem(error);
        left -= line.length;
        found = cs_pasted_word_find(line.text, wanted->prefix);
        if (found != NULL) {
            cs_buffer_text(out, found);
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
